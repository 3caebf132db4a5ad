"""Send wake-ups to Valkey or another broker from a thread, so that no request waits for them.

A wake-up (a realtime event, a job) is best effort. If it is lost, the sweeper finds the pending row
of a job, and browsers are told to ask for what they missed (`after_drops`). Each process has one
queue and one thread, which sends in order.
"""

import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from amqp import AMQPError
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

Call = Callable[[], object]

MAX_WAITING = 10_000
# After a failure, wake-ups are dropped for this long. Otherwise each would wait for the time-out of
# a frozen Valkey, and the queue would fill.
PAUSE_SECONDS = 1.0
# AMQPError is RabbitMQ's, which CELERY_BROKER_URL can name.
UNREACHABLE = (RedisError, OperationalError, AMQPError, OSError)

logger = structlog.get_logger(__name__)


@dataclass
class Sender:
    """A queue of wake-ups and the thread that sends them."""

    waiting: queue.Queue[Call] = field(default_factory=lambda: queue.Queue(MAX_WAITING))
    paused_until: float = 0.0
    dropped: int = 0
    # Called once the other side answers again, after something was dropped.
    after_drops: list[Call] = field(default_factory=list)
    has_dropped: bool = False
    thread: threading.Thread | None = None
    starting: threading.Lock = field(default_factory=threading.Lock)

    def put(self, call: Call) -> None:
        self.ensure_started()
        try:
            self.waiting.put_nowait(call)
        except queue.Full:
            self.drop()

    def ensure_started(self) -> None:
        if self.thread is None:
            with self.starting:
                if self.thread is None:
                    self.thread = threading.Thread(
                        target=self.run, name="background-sender", daemon=True
                    )
                    self.thread.start()

    def run(self) -> None:
        while True:
            pause_seconds = max(0.0, self.paused_until - time.monotonic())
            try:
                call = self.waiting.get(timeout=pause_seconds if self.has_dropped else None)
            except queue.Empty:
                self.call_after_drops()
                continue
            try:
                self.call_after_drops()
                self.send(call)
            finally:
                self.waiting.task_done()

    def call_after_drops(self) -> None:
        if self.has_dropped and time.monotonic() >= self.paused_until:
            # Before the calls: they are not reached again if one cannot be sent.
            self.has_dropped = False
            for call in self.after_drops:
                self.send(call)

    def drop(self) -> None:
        self.dropped += 1
        self.has_dropped = True

    def send(self, call: Call) -> None:
        if time.monotonic() < self.paused_until:
            self.drop()
            return
        try:
            call()
        except UNREACHABLE as error:
            self.drop()
            self.paused_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("wake_up_dropped", error=str(error), dropped=self.dropped)
        except Exception:
            # A defect in one wake-up must not end the thread, which sends all others.
            logger.exception("wake_up_failed")


_after_drops: list[Call] = []
_sender = Sender(after_drops=_after_drops)


def _start_afresh() -> None:
    global _sender
    _sender = Sender(after_drops=_after_drops)


# A forked process inherits the sender but not its thread.
os.register_at_fork(after_in_child=_start_afresh)


def send(call: Call) -> None:
    """Have the thread make a call, after the calls before it. Never waits and never raises."""
    _sender.put(call)


def after_drops(call: Call) -> None:
    """Have every process make a call once the other side answers again, if it dropped anything."""
    _after_drops.append(call)


def flush() -> None:
    """Wait until all wake-ups so far are sent or dropped, as a process does before it ends."""
    _sender.waiting.join()

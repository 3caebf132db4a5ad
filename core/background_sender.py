"""Send wake-ups to Valkey or another broker from a thread, so that no request waits for them.

A wake-up (a realtime event, a job) is best effort. If it is lost, the browser sees a gap in the
versions and asks, or the sweeper finds the pending row. Each process has one queue and one thread,
which sends in order.
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
    thread: threading.Thread | None = None
    starting: threading.Lock = field(default_factory=threading.Lock)

    def put(self, call: Call) -> None:
        self.ensure_started()
        try:
            self.waiting.put_nowait(call)
        except queue.Full:
            self.dropped += 1

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
            call = self.waiting.get()
            try:
                self.send(call)
            finally:
                self.waiting.task_done()

    def send(self, call: Call) -> None:
        if time.monotonic() < self.paused_until:
            self.dropped += 1
            return
        try:
            call()
        except UNREACHABLE as error:
            self.dropped += 1
            self.paused_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("hint_dropped", error=str(error), dropped=self.dropped)
        except Exception:
            # A defect in one wake-up must not end the thread, which sends all others.
            logger.exception("hint_failed")


_sender = Sender()


def _start_afresh() -> None:
    global _sender
    _sender = Sender()


# A forked process inherits the sender but not its thread.
os.register_at_fork(after_in_child=_start_afresh)


def send(call: Call) -> None:
    """Have the thread make a call, after the calls before it. Never waits and never raises."""
    _sender.put(call)


def flush() -> None:
    """Wait until all wake-ups so far are sent or dropped, as a process does before it ends."""
    _sender.waiting.join()

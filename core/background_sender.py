"""Tell Valkey or another broker something without making anyone wait for it.

Everything sent from here may be lost: a realtime event is healed by versions, a job by the
sweeper. So a thread of its own sends the hints in order, one queue a process, and a request
never waits for a broker that is slow, frozen or gone.
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
# After a failure hints are dropped for this long, or a frozen Valkey would let them pile up
# behind one time-out each.
PAUSE_SECONDS = 1.0
# AMQPError too: RabbitMQ is a broker by its URL.
UNREACHABLE = (RedisError, OperationalError, AMQPError, OSError)

logger = structlog.get_logger(__name__)


@dataclass
class Sender:
    """A queue and the thread that empties it."""

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
            # A defect in one call must not silence all that follow.
            logger.exception("hint_failed")


_sender = Sender()


def _start_afresh() -> None:
    global _sender
    _sender = Sender()


# A forked worker inherits the object but not its thread.
os.register_at_fork(after_in_child=_start_afresh)


def send(call: Call) -> None:
    """Send a call soon, in order, from this process's thread; never raises, never waits."""
    _sender.put(call)


def flush() -> None:
    """Wait until what was put before has been sent or dropped (at the end of a process)."""
    _sender.waiting.join()

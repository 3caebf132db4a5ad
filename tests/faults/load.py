"""Threads that send messages at a steady pace, and record which ones were acknowledged.

Like the outbox of a browser, they send a message again under the same id until it is acknowledged.
"""

import http.client
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from tests.faults.report import Report, report_of
from tests.faults.system import System
from tests.waiting import until

# Longer than a lease: a worker that is killed after a push and before it marks the delivery as sent
# holds the lease until it ends.
SETTLE_SECONDS = 120
# Less than two workers of one process each can do on a busy machine, so that a test measures the
# fault and not the length of a queue.
PER_SECOND = 5.0
# Pauses of a client that tries again. Short, so that a run meets more of a fault.
RETRY_SECONDS = 0.3
RETRY_FOR_SECONDS = 45


@dataclass
class Sent:
    """One message and its answered POSTs."""

    id: str
    # Unix time, 0 until it is acknowledged.
    acknowledged_at: float = 0.0
    statuses: list[int] = field(default_factory=list)
    # Pairs (Unix time of the start, seconds).
    post_seconds: list[tuple[float, float]] = field(default_factory=list)


class Load:
    """Sending threads. `report` compares what was acknowledged with what the product did."""

    def __init__(
        self,
        system: System,
        *,
        per_second: float = PER_SECOND,
        writers: int = 3,
        conversations: list[str] | None = None,
    ) -> None:
        self.system = system
        self.conversations = conversations or system.prepared["conversations"]
        self.pause_seconds = writers / per_second
        self.sent: list[Sent] = []
        # Requests that got no answer in time, or a closed connection.
        self.unanswered = 0
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._write, daemon=True) for _ in range(writers)]

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.ending.set()
            for thread in self.threads:
                thread.join(60)

    def wait_for(self, count: int) -> None:
        """Wait until that many more messages are acknowledged."""
        enough = len(self.acknowledged) + count
        until(lambda: len(self.acknowledged) >= enough, "the load is not acknowledged")

    @property
    def acknowledged(self) -> dict[str, float]:
        """Return the Unix time of each acknowledgement by message id."""
        return {sent.id: sent.acknowledged_at for sent in list(self.sent) if sent.acknowledged_at}

    def report(self, also: dict[str, float] | None = None) -> Report:
        """Wait until no work is pending, then compare. `also` holds acknowledgements of others."""
        until(self._is_settled, "work is still pending", SETTLE_SECONDS)
        posts = self.posts_between(0, time.time())
        acknowledged = self.acknowledged | (also or {})
        return report_of(self.system, acknowledged, longest_post_seconds=max(posts, default=0.0))

    def posts_between(self, start: float, end: float) -> list[float]:
        """Return the seconds of the answered POSTs that began between two Unix times."""
        return [
            seconds
            for sent in list(self.sent)
            for at, seconds in list(sent.post_seconds)
            if start <= at < end
        ]

    def _is_settled(self) -> bool:
        return bool(self.system.ask(PENDING) == 0)

    def _write(self) -> None:
        while not self.ending.is_set():
            sent = Sent(id=str(uuid4()))
            self.sent.append(sent)
            self._send(sent)
            # The pace of the load; at random, so that the threads do not send in step.
            time.sleep(self.pause_seconds * random.uniform(0.5, 1.5))

    def _send(self, sent: Sent) -> None:
        """Send one message with the same id and text until it is acknowledged."""
        path = f"/api/v1/conversations/{random.choice(self.conversations)}/messages"
        body = {"id": sent.id, "body": f"Message {sent.id}"}
        deadline = time.monotonic() + RETRY_FOR_SECONDS
        while time.monotonic() < deadline:
            began = time.time()
            try:
                status, _answer, _headers = self.system.call("POST", path, body, who="client")
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
                time.sleep(RETRY_SECONDS)
                continue
            sent.statuses.append(status)
            sent.post_seconds.append((began, time.time() - began))
            if status in (200, 201):
                sent.acknowledged_at = time.time()
                return
            time.sleep(RETRY_SECONDS)


PENDING = """
SELECT (SELECT count(*) FROM messaging_message WHERE fanned_out_at IS NULL)
    + (SELECT count(*) FROM notifications_delivery WHERE status IN ('pending', 'sending'))
"""

"""People who write without a pause, keep trying under the same id, and note what was answered."""

import http.client
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from tests.faults.report import Report, report_of
from tests.faults.system import System, until

# A worker that is killed between a push and its mark keeps the delivery until its lease ends.
SETTLE_SECONDS = 120
# Less than two workers of one process each manage on a busy machine: what is measured is the
# fault, not a queue.
PER_SECOND = 5.0


@dataclass
class Sent:
    """One message: when it was acknowledged, and how long each answered POST took."""

    id: str
    acknowledged_at: float = 0.0
    statuses: list[int] = field(default_factory=list)
    post_seconds: list[tuple[float, float]] = field(default_factory=list)


class Load:
    """Threads that send; `report` compares what they were told with what came of it."""

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

    @property
    def acknowledged(self) -> dict[str, float]:
        """When each message was acknowledged, by its id."""
        return {sent.id: sent.acknowledged_at for sent in self.sent if sent.acknowledged_at}

    def report(self, also: dict[str, float] | None = None) -> Report:
        """Wait until nothing is owed any more, then compare, with what else was acknowledged."""
        until(self._is_settled, "something is still owed", SETTLE_SECONDS)
        posts = self.posts_between(0, time.time())
        acknowledged = self.acknowledged | (also or {})
        return report_of(self.system, acknowledged, longest_post_seconds=max(posts, default=0.0))

    def posts_between(self, start: float, end: float) -> list[float]:
        """How long the answered POSTs took that began in a span of time."""
        return [s for one in self.sent for at, s in one.post_seconds if start <= at < end]

    def _is_settled(self) -> bool:
        return bool(self.system.ask(OWED) == 0)

    def _write(self) -> None:
        while not self.ending.is_set():
            sent = Sent(id=str(uuid4()))
            self.sent.append(sent)
            self._send(sent)
            time.sleep(self.pause_seconds * random.uniform(0.5, 1.5))

    def _send(self, sent: Sent) -> None:
        """Try until it is acknowledged, like the outbox of a browser: same id, same text."""
        path = f"/api/v1/conversations/{random.choice(self.conversations)}/messages"
        body = {"id": sent.id, "body": f"Message {sent.id}"}
        deadline = time.monotonic() + 45
        while time.monotonic() < deadline:
            began = time.time()
            try:
                status, _answer, _headers = self.system.call("POST", path, body, who="client")
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
                continue
            sent.statuses.append(status)
            sent.post_seconds.append((began, time.time() - began))
            if status in (200, 201):
                sent.acknowledged_at = time.time()
                return
            time.sleep(0.3)


OWED = """
SELECT (SELECT count(*) FROM messaging_message WHERE fanned_out_at IS NULL)
    + (SELECT count(*) FROM notifications_delivery WHERE status IN ('pending', 'sending'))
"""

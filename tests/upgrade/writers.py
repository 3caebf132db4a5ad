"""People who read and write through nginx while a version is replaced by another one."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import uuid4

WRITERS = 8
# Each pauses after an answer, so that two processors can also start processes. At three times as
# many messages, the emails of 0.1.0 hold locks for longer than a migration waits for one.
PAUSE_SECONDS = 0.5
RETRY_SECONDS = 0.1


@dataclass(frozen=True)
class Answered:
    phase: str
    method: str
    # 0: the connection broke.
    status: int
    retry_after: str


@dataclass
class Writers:
    port: int
    token: str
    # Paths of conversations.
    threads: list[str]
    phase: str = "before"
    answered: list[Answered] = field(default_factory=list)
    # By id of a message: the phase, and the seconds from the first try to the acknowledgement.
    acknowledged: dict[str, tuple[str, float]] = field(default_factory=dict)
    acknowledged_at: list[tuple[str, float]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def writing(self) -> Iterator[None]:
        running = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]
        for thread in running:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in running:
                thread.join()

    def refused(self, method: str) -> list[Answered]:
        return [
            each
            for each in self.answered
            if each.method == method and each.status not in (200, 201)
        ]

    def table(self) -> str:
        """Return what was seen in each phase, as a table of Markdown."""
        lines = [
            "| phase | messages | longest pause of all | longest wait of one | POST | GET |",
            "|---|---|---|---|---|---|",
        ]
        for phase in dict.fromkeys(each.phase for each in self.answered):
            waits = [wait for said, wait in self.acknowledged.values() if said == phase]
            moments = [moment for said, moment in self.acknowledged_at if said == phase]
            pauses = [later - earlier for earlier, later in pairwise(moments)]
            lines.append(
                f"| {phase} | {len(waits)} | {max(pauses, default=0):.1f} s"
                f" | {max(waits, default=0):.1f} s"
                f" | {self._counts(phase, 'POST')} | {self._counts(phase, 'GET')} |"
            )
        return "\n".join(lines)

    def _counts(self, phase: str, method: str) -> str:
        found = Counter(
            each.status for each in self.answered if (each.phase, each.method) == (phase, method)
        )
        return ", ".join(f"{status}: {count}" for status, count in sorted(found.items()))

    def _write(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        turn = 0
        while not self.stop.is_set():
            thread = self.threads[(number + turn) % len(self.threads)]
            self._send(connection, thread)
            for path in ("/conversations", f"{thread}/messages?limit=5"):
                self._ask(connection, "GET", path)
            time.sleep(PAUSE_SECONDS)
            turn += 1
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, thread: str) -> None:
        """Send one message under one id until it is acknowledged, as a browser does."""
        draft, began = str(uuid4()), time.monotonic()
        body = json.dumps({"id": draft, "body": f"Message {draft}"})
        while self._ask(connection, "POST", f"{thread}/messages", body) not in (200, 201):
            if self.stop.is_set():
                return
            time.sleep(RETRY_SECONDS)
        now = time.monotonic()
        self.acknowledged[draft] = (self.phase, now - began)
        self.acknowledged_at.append((self.phase, now))

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str = ""
    ) -> int:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, retry_after = 0, ""
        try:
            connection.request(method, f"/api/v1{path}", body or None, headers)
            answer = connection.getresponse()
            answer.read()
            status, retry_after = answer.status, answer.headers["Retry-After"] or ""
        except (OSError, http.client.HTTPException):
            connection.close()
        self.answered.append(Answered(self.phase, method, status, retry_after))
        return status

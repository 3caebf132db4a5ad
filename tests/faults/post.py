"""The way of emails out of the product and back: its SMTP server, and a provider that delivers."""

import http.client
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from uuid import uuid4

from aiosmtpd.controller import Controller

from tests.faults.system import System
from tests.notifications.mail_server import MailServer, controller
from tests.sockets import frozen_port

# A mail provider goes on for days.
PATIENCE_SECONDS = 60
RETRY_SECONDS = 0.3


class PostOffice:
    """An SMTP server on loopback that a test takes away, or that hangs."""

    def __init__(self) -> None:
        self.server = MailServer()
        self.control: Controller = controller(self.server)
        self.port: int = self.control.port

    @property
    def letters(self) -> list[EmailMessage]:
        return self.server.letters

    def start(self) -> None:
        self.control.start()

    def stop(self) -> None:
        self.control.stop()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        yield
        self._come_back()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every connection is accepted, and nobody says a word."""
        self.stop()
        with frozen_port(self.port):
            yield
        self._come_back()

    def mentions(self, texts: set[str]) -> dict[tuple[str, str], set[str]]:
        """The Message-IDs that tell a person of a text, by both."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for letter in self.letters:
            to, lines = addressee(letter), set(text_of(letter).splitlines())
            for text in texts & lines:
                found[to, text].add(str(letter["Message-ID"]))
        return found

    def came_again(self) -> int:
        """How many letters a mail program recognises as repeats."""
        ids = Counter(str(letter["Message-ID"]) for letter in self.letters)
        return ids.total() - len(ids)

    def _come_back(self) -> None:
        self.control = controller(self.server, self.port)
        self.start()


@dataclass
class Answer:
    """An email as a provider hands it over, and what it was told each time."""

    to: str
    conversation: str
    secret: str
    text: str = field(default_factory=lambda: f"Answer {uuid4()}")
    verdicts: list[str] = field(default_factory=list)
    acknowledged_at: float = 0.0
    # How often nobody answered, or with an error, so that it came again.
    failures: int = 0

    def __post_init__(self) -> None:
        message = EmailMessage()
        message["From"], message["To"] = "Bruno <bruno@demo.test>", self.to
        message["Message-ID"] = make_msgid()
        message.set_content(self.text)
        self.raw = message.as_bytes()

    def deliver(self, system: System) -> None:
        """Hand it over until it is taken."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, shown = hand_over(system, self.secret, self.raw)
            except (OSError, http.client.HTTPException):
                status, shown = 0, {}
            if status == http.client.OK:
                self.acknowledged_at = self.acknowledged_at or time.time()
                self.verdicts.append(shown["verdict"])
                return
            self.failures += 1
            time.sleep(RETRY_SECONDS)

    def deliver_at_once(self, system: System, *, times: int) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self.deliver, args=(system,), daemon=True) for _ in range(times)
        ]
        for thread in threads:
            thread.start()
        return threads


def hand_over(system: System, secret: str, raw: bytes) -> tuple[int, dict[str, str]]:
    headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {secret}"}
    return system.call("POST", "/inbound/email", raw, headers=headers)[:2]


def addressee(letter: EmailMessage) -> str:
    return parseaddr(str(letter["To"]))[1]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""

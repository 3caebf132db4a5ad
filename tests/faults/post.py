"""Emails out of the product and into it: an SMTP server, and a provider that posts replies."""

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

# A mail provider tries for days.
RETRY_FOR_SECONDS = 60
RETRY_SECONDS = 0.3


class PostOffice:
    """An SMTP server on loopback that a test can stop or freeze."""

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
        """Accept every connection and answer nothing."""
        self.stop()
        with frozen_port(self.port):
            yield
        self._come_back()

    def mentions(self, texts: set[str]) -> dict[tuple[str, str], set[str]]:
        """Return the Message-IDs of the emails with a text, by address and text."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for letter in self.letters:
            to, lines = addressee(letter), set(text_of(letter).splitlines())
            for text in texts & lines:
                found[to, text].add(str(letter["Message-ID"]))
        return found

    def came_again(self) -> int:
        """Return how many emails repeat a Message-ID, so that a mail program shows them once."""
        ids = Counter(str(letter["Message-ID"]) for letter in self.letters)
        return ids.total() - len(ids)

    def _come_back(self) -> None:
        self.control = controller(self.server, self.port)
        self.start()


@dataclass
class Reply:
    """An email that a provider posts, and the answers of the product."""

    to: str
    conversation: str
    secret: str
    text: str = field(default_factory=lambda: f"Reply {uuid4()}")
    statuses: list[str] = field(default_factory=list)
    acknowledged_at: float = 0.0
    # How many posts got an error or no answer.
    failures: int = 0

    def __post_init__(self) -> None:
        message = EmailMessage()
        message["From"], message["To"] = "Bruno <bruno@demo.test>", self.to
        message["Message-ID"] = make_msgid()
        message.set_content(self.text)
        self.raw = message.as_bytes()

    def deliver(self, system: System) -> None:
        """Post the email until the product takes it."""
        deadline = time.monotonic() + RETRY_FOR_SECONDS
        while time.monotonic() < deadline:
            try:
                status, shown = post(system, self.secret, self.raw)
            except (OSError, http.client.HTTPException):
                status, shown = 0, {}
            if status == http.client.OK:
                self.acknowledged_at = self.acknowledged_at or time.time()
                self.statuses.append(shown["verdict"])
                return
            self.failures += 1
            # The pause of a provider, much shorter.
            time.sleep(RETRY_SECONDS)

    def deliver_at_once(self, system: System, *, times: int) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self.deliver, args=(system,), daemon=True) for _ in range(times)
        ]
        for thread in threads:
            thread.start()
        return threads


def post(system: System, secret: str, raw: bytes) -> tuple[int, dict[str, str]]:
    headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {secret}"}
    return system.call("POST", "/inbound/email", raw, headers=headers)[:2]


def addressee(letter: EmailMessage) -> str:
    return parseaddr(str(letter["To"]))[1]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""

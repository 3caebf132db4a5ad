"""An SMTP server on loopback that accepts, defers or refuses."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from deploy.launcher.ports import free_port

ACCEPTED = "250 OK"
DEFERRED = "451 4.3.0 Try again later"
REFUSED = "550 5.1.1 No such mailbox"


@dataclass
class MailServer:
    answer: str = ACCEPTED
    letters: list[EmailMessage] = field(default_factory=list)
    # Of each letter: its bytes, and the sender of its envelope.
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    # How long it waits before it answers that it has taken an email.
    pause_seconds: float = 0.0

    async def handle_RCPT(  # noqa: N802  (the name that aiosmtpd calls)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("5"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.answer == ACCEPTED:
            self.raw.append(envelope.content)
            self.senders.append(envelope.mail_from)
            self.letters.append(
                message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
            )
        await asyncio.sleep(self.pause_seconds)
        return self.answer


def controller(server: MailServer, port: int = 0) -> Controller:
    return Controller(server, hostname="127.0.0.1", port=port or free_port(taken=[]))

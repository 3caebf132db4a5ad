"""The mailbox of a demonstration: emails become files, which a page shows to the company.

`EMAIL_BACKEND=notifications.outbound_email.demo_mailbox.FileMailbox` writes each email to a
`.eml` file in `LIAISON_HOME/mail`, and keeps the newest 500.
"""

import email
import email.policy
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 500
SHOWN = 100


class FileMailbox(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{time.time_ns():020d}-{uuid4().hex[:8]}.eml"
            aside = path.with_suffix(".part")
            aside.write_bytes(message.message().as_bytes())
            os.replace(aside, path)
        for old in _newest_first()[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)


@dataclass(frozen=True)
class StoredEmail:
    name: str
    sender: str
    recipient: str
    subject: str
    sent_at: datetime | None
    text: str
    html: str


def stored_emails() -> list[StoredEmail]:
    """Return the newest emails of the mailbox, newest first, at most 100."""
    return [_read(path) for path in _newest_first()[:SHOWN]]


def _folder() -> Path:
    return Path(settings.LIAISON_HOME) / "mail"


def _newest_first() -> list[Path]:
    return sorted(_folder().glob("*.eml"), reverse=True)


def _read(path: Path) -> StoredEmail:
    message = email.message_from_bytes(
        path.read_bytes(), ParsedMessage, policy=email.policy.default
    )
    date = message.get("Date")
    return StoredEmail(
        name=path.stem,
        sender=str(message.get("From", "")),
        recipient=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        sent_at=_moment(str(date)) if date else None,
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _moment(date: str) -> datetime:
    moment = parsedate_to_datetime(date)
    # The zone -0000 says: in UTC, sent from an unknown place (RFC 5322, 3.3).
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _part(message: ParsedMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""

"""Read an email that came in: for whom it is, what it holds, if a machine sent it."""

import hashlib
import re
from dataclasses import dataclass, field
from email.utils import getaddresses, parseaddr

from notifications.inbound_email.reading import parts
from notifications.inbound_email.reading.calendar import Event
from notifications.inbound_email.reading.content import File, Forwarded, LeftOut
from notifications.inbound_email.reading.headers import unfolded
from notifications.inbound_email.reading.mime import Limits, Part, parsed
from notifications.outbound_email import reply_address

# Where mail servers write the recipient, the most precise header first.
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
# What automatic emails say (RFC 3834, and older ways). An answer to one could start a loop.
AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "List-Id", "X-Loop")
AUTOMATIC_SENDERS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre)\b", re.I)
MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
MAX_REFERENCES = 50
HEADERS_END = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")


@dataclass(frozen=True)
class Incoming:
    """What a conversation needs of an email."""

    digest: bytes
    message_id: str
    sender: str
    subject: str
    tokens: list[str] = field(default_factory=list)
    is_automatic: bool = False
    # The whole text in the order of the email, quotes and all. Lines end in "\n".
    text: str = ""
    # Message-IDs of the emails that it answers, the nearest first, without < and >.
    references: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)


def read(raw: bytes) -> Incoming:
    """Read a raw MIME message. Raises nothing, however malformed the message is."""
    limits = Limits()
    message = parsed(raw, limits)
    sender = parseaddr(message.header("from"))[1].lower()[:320]
    # Not decoded, as it was when the digests of earlier emails were made.
    message_id = unfolded(message.raw("message-id")).strip()
    content = parts.read(message, limits)
    return Incoming(
        digest=hashlib.sha256(message_id.encode() if message_id else raw).digest(),
        message_id=message_id,
        sender=sender,
        subject=message.header("subject"),
        tokens=_tokens(message),
        is_automatic=_is_automatic(message, sender),
        text=content.text,
        references=_references(message),
        files=content.files,
        left_out=content.left_out,
        events=content.events,
        forwarded=content.forwarded,
    )


def read_headers(raw: bytes) -> Incoming:
    """Read only the headers of a message that is too large."""
    head = HEADERS_END.split(raw, maxsplit=1)[0]
    return read(head + b"\r\n\r\n")


def _tokens(message: Part) -> list[str]:
    for name in RECIPIENT_HEADERS:
        values = [value for key, value in message.fields if key == name.lower()]
        text = ", ".join(map(unfolded, values))
        addresses = " ".join(address for _, address in getaddresses([text])) or text
        if tokens := reply_address.tokens_in(addresses):
            return tokens
    return []


def _references(message: Part) -> list[str]:
    values = [unfolded(message.raw("in-reply-to"))]
    values += reversed(unfolded(message.raw("references")).split())
    found = [each for value in values for each in MESSAGE_ID.findall(value)]
    return list(dict.fromkeys(found))[:MAX_REFERENCES]


def _is_automatic(message: Part, sender: str) -> bool:
    submitted = message.header("auto-submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or message.header("precedence").lower() in AUTOMATIC_PRECEDENCE
        or any(message.header(name.lower()) for name in AUTOMATIC_HEADERS)
        or message.header("return-path") == "<>"
        or message.content_type == "multipart/report"
        or AUTOMATIC_SENDERS.match(sender) is not None
    )

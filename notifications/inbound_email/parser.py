"""Read an email that came in: for whom it is, what its author wrote, if a machine sent it."""

import email
import email.policy
import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parseaddr

import nh3
from mailparser_reply import EmailReplyParser

from notifications.inbound_email.reading.content import File, LeftOut
from notifications.outbound_email import reply_address

# Where mail servers write the recipient, the most precise header first.
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
# What automatic emails say (RFC 3834, and older ways). An answer to one could start a loop.
AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "List-Id", "X-Loop")
AUTOMATIC_SENDERS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre)\b", re.I)
# Tags that are dropped with their content. The other tags become line ends.
DROPPED_WITH_CONTENT = {"script", "style", "title", "head", "blockquote"}
KEPT_TAGS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table"}
LINE_ENDS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[123])[^>]*>", re.IGNORECASE)
TAGS = re.compile(r"<[^>]+>")
# Signatures that mail-parser-reply leaves, each alone at the end of a text.
SIGNATURES = re.compile(
    r"\n+(?:--\s*\n.*"
    r"|(?:Envoyé|Envoye) (?:de|depuis|à partir de|avec)\b[^\n]{0,80}"
    r"|Sent (?:from|with|via)\b[^\n]{0,80}"
    r"|(?:Obtenir|Obtenez|Télécharge[rz]|Get) Outlook\b[^\n]{0,80}"
    r"|Provenance : [^\n]{0,80}"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
# "Le 3 nov. 2026 à 14:02, Odile Perrin <…> a écrit :", on one line or two. Without the weekday, as
# phones write it, mail-parser-reply does not know it.
ATTRIBUTION = re.compile(
    r"^[ \t]*(?:Le|On)\b[^\n]{0,200}\d[^\n]{0,200}(?:\n[^\n>]{1,200})?"
    r"(?:a écrit|wrote)[ \xa0]?:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
MAX_REFERENCES = 50
MAX_FILES = 20


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


def read(raw: bytes) -> Incoming:
    """Read a raw MIME message. Raises nothing, however malformed the message is."""
    message = _parsed(raw)
    sender = parseaddr(_header(message, "From"))[1].lower()[:320]
    message_id = _header(message, "Message-ID").strip()
    return Incoming(
        digest=hashlib.sha256(message_id.encode() if message_id else raw).digest(),
        message_id=message_id,
        sender=sender,
        subject=_header(message, "Subject"),
        tokens=_tokens(message),
        is_automatic=_is_automatic(message, sender),
        text=_body(message).replace("\r\n", "\n"),
        references=_references(message),
        files=list(_files(message))[:MAX_FILES],
    )


def read_headers(raw: bytes) -> Incoming:
    """Read only the headers of a message that is too large."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return read(head + b"\r\n\r\n")


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "") or "")
    except (ValueError, IndexError, AttributeError, TypeError):
        # The standard library's parser raises these for some malformed headers.
        return ""


def _tokens(message: EmailMessage) -> list[str]:
    for name in RECIPIENT_HEADERS:
        text = ", ".join(str(value) for value in message.get_all(name, []))
        addresses = " ".join(address for _, address in getaddresses([text])) or text
        if tokens := reply_address.tokens_in(addresses):
            return tokens
    return []


def _references(message: EmailMessage) -> list[str]:
    values = [_header(message, "In-Reply-To"), *reversed(_header(message, "References").split())]
    found = [each for value in values for each in MESSAGE_ID.findall(value)]
    return list(dict.fromkeys(found))[:MAX_REFERENCES]


def _is_automatic(message: EmailMessage, sender: str) -> bool:
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(message, "Precedence").strip().lower() in AUTOMATIC_PRECEDENCE
        or any(message.get(name) for name in AUTOMATIC_HEADERS)
        or _header(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or AUTOMATIC_SENDERS.match(sender) is not None
    )


def _body(message: EmailMessage) -> str:
    plain = message.get_body(preferencelist=("plain",))
    if plain is not None and (text := _text_of(plain)).strip():
        return text
    rich = message.get_body(preferencelist=("html",))
    return _lines_of(_text_of(rich)) if rich is not None else ""


def _text_of(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # An unknown charset: keep what can be read.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _lines_of(rich: str) -> str:
    """Return HTML as lines of text, without scripts and quotes."""
    clean = nh3.clean(rich, tags=KEPT_TAGS, attributes={}, clean_content_tags=DROPPED_WITH_CONTENT)
    flat = clean.replace("\r", "").replace("\n", " ")
    return html.unescape(TAGS.sub("", LINE_ENDS.sub("\n", flat)))


def without_quotes(body: str) -> str:
    """Return what the author wrote, without quotes, signatures and reply tokens."""
    text = _before_the_quote(body.replace("\r\n", "\n"))
    reply = EmailReplyParser(languages=["fr", "en"]).parse_reply(text=text) or ""
    stripped = "\n" + reply.strip()
    while (shorter := SIGNATURES.sub("", stripped)) != stripped:
        stripped = shorter
    lines = (line.rstrip() for line in reply_address.without_tokens(stripped).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _before_the_quote(text: str) -> str:
    """Return the text above "… a écrit :" if nothing but the quote follows it."""
    for found in ATTRIBUTION.finditer(text):
        rest = text[found.end() :].strip()
        if not rest or rest.startswith(">"):
            return text[: found.start()]
    return text


def _files(message: EmailMessage) -> Iterator[File]:
    for part in message.walk():
        name = part.get_filename()
        if not name or part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield File(name, payload)

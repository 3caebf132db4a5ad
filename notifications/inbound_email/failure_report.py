"""Read what a mail server says of an email that it could not deliver.

Most send a multipart/report (RFC 3464 and 6522). Others write a text and put the email, or its
headers, below. A report of an abuse (RFC 5965) is read as well: somebody marked the email as spam.
"""

import email
import email.policy
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from notifications.inbound_email.parser import RECIPIENT_HEADERS, Incoming
from notifications.outbound_email.failures import BATCH, Failure
from notifications.outbound_email.refusal import BASIC, ENHANCED, Cause, Refusal, judge

SENDERS = re.compile(
    r"^(?:mailer-?daemon|postmaster|mdaemon|mail-?(?:delivery|system|er)|microsoftexchange"
    r"|mail\.delivery)",
    re.IGNORECASE,
)
FAILED_WORDS = re.compile(
    r"undeliver|returned (?:mail|to sender)|returning message|failure notice|delivery (?:has )?fail"
    r"|delivery (?:status|notification|report)|(?:could|can|was) ?not (?:be )?deliver"
    r"|unable to deliver|non remis|non distribu|échec|echec|n.a (?:pas )?pu |impossible de "
    r"(?:remettre|délivrer|distribuer)|n.est pas parvenu|rejet",
    re.IGNORECASE,
)
DELAYED_WORDS = re.compile(
    r"\bdelayed\b|delivery delay|not (?:yet )?been delivered yet|not yet been delivered"
    r"|still (?:be )?(?:trying|retr)|will (?:be |keep |continue )*(?:re-?tr|try)"
    r"|warning message only|could not send message for past|différée?|retardée?|retard de"
    r"|pas encore (?:été|pu)"
    r"|nouvelles? tentatives?|réessay|sera (?:à nouveau )?(?:re)?tent",
    re.IGNORECASE,
)
FINAL_WORDS = re.compile(
    r"giv(?:en|ing) up|permanent|définiti|will not be retr|no longer", re.IGNORECASE
)
MESSAGE_ID = re.compile(r"^[ \t>|]*Message-ID:\s*<?([^<>\s]{1,250})", re.IGNORECASE | re.MULTILINE)
# Where the copy of the email starts, in a text that has it below.
COPY = re.compile(
    r"^[ \t>|]*(?:-{2,}.*(?:copy|copie|original|headers?|en-?têtes?|message|mail).*"
    r"|(?:Return-Path|Received|Message-ID|From|De|Delivered-To|DKIM-Signature)\s*:.*)$",
    re.IGNORECASE | re.MULTILINE,
)
COPY_TO = re.compile(r"^[ \t>|]*To:\s*(.{1,500})$", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'=]{1,64}@[\w.-]{1,255}[\w]")
TAGS = re.compile(r"<(?:br|/p|/div|/tr|/li)[^>]*>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[a-z/!][^>]*>", re.IGNORECASE)
FAILED, DELAYED = "failed", "delayed"
FEEDBACK_OF_ABUSE = frozenset({"abuse", "fraud", "virus", "other"})
DETAIL_LENGTH = 500


@dataclass(frozen=True)
class Report:
    """What became of an email. `failure` is None while it may still be delivered."""

    failure: Failure | None


def read(raw: bytes, incoming: Incoming) -> Report | None:
    """Return what an automatic email reports; None if it is none of these reports."""
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
    if not _is_from_a_server(headers, incoming):
        return None
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
    except RecursionError:
        # No mail server writes parts inside parts a hundred times.
        return None
    parts = list(_parts(message))
    ids = _ids_of_recipients(message)
    if (feedback := _first(parts, "message/feedback-report")) is not None:
        return _complaint(feedback, parts, ids)
    if (status := _status_part(parts)) is not None:
        return _of_status(status, message, parts, ids, incoming)
    if _first(parts, "message/disposition-notification") is not None:
        return None
    return _of_text(message, parts, ids, incoming)


def _is_from_a_server(message: Message, incoming: Incoming) -> bool:
    return (
        message.get_content_type() == "multipart/report"
        or SENDERS.match(incoming.sender) is not None
        or str(message.get("Return-Path", "")).strip() == "<>"
    )


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of a report, and none of the email that it returns."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


def _first(parts: Iterable[Message], *types: str) -> Message | None:
    return next((part for part in parts if part.get_content_type() in types), None)


def _status_part(parts: list[Message]) -> Message | None:
    return _first(parts, "message/delivery-status", "message/global-delivery-status")


# --- A report by the standard -------------------------------------------------------------------


def _of_status(
    status: Message, message: Message, parts: list[Message], ids: list[str], incoming: Incoming
) -> Report | None:
    blocks = _blocks(_source(status))
    failed = [block for block in blocks if block.get("action", "").startswith("fail")]
    if not failed:
        is_delayed = any(block.get("action", "").startswith("delay") for block in blocks)
        return Report(None) if is_delayed else None
    named = [block[name] for block in blocks for name in block if name.endswith("message-id")]
    headers = [str(message.get(name, "")) for name in ("In-Reply-To", "References")]
    worst = failed[0]
    detail = worst.get("diagnostic-code", "") or worst.get("status", "")
    return _report(
        [*ids, *_returned_ids(parts), *named, *" ".join(headers).split()],
        [block[name] for block in failed for name in RECIPIENT_FIELDS if name in block],
        judge(_after_type(detail), worst.get("status", "")),
        _after_type(detail),
        incoming,
    )


RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")


def _source(part: Message) -> str:
    """Return the text of a part, whose fields Python's parser has read as messages."""
    if part.is_multipart():
        nested = [each for each in part.get_payload() if isinstance(each, Message)]
        return "\n\n".join(each.as_bytes().decode("utf-8", "replace") for each in nested)
    return _decoded(part)


def _blocks(text: str) -> list[dict[str, str]]:
    """Return the fields of each block: the report's own, then those of each recipient."""
    unfolded = re.sub(r"\n[ \t]+", " ", text.replace("\r\n", "\n"))
    return [
        {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in block.split("\n"))
            if value.strip()
        }
        | _lowered_action(block)
        for block in re.split(r"\n\s*\n", unfolded)
    ]


def _lowered_action(block: str) -> dict[str, str]:
    found = re.search(r"^Action:\s*(\S+)", block, re.IGNORECASE | re.MULTILINE)
    return {"action": found[1].lower()} if found else {}


def _after_type(value: str) -> str:
    """Return `a@b` of `rfc822; a@b`, and `550 …` of `smtp; 550 …`."""
    return re.sub(r"^\s*[\w-]+\s*;\s*", "", value)


# --- A complaint --------------------------------------------------------------------------------


def _complaint(feedback: Message, parts: list[Message], ids: list[str]) -> Report | None:
    fields = {name: value for block in _blocks(_source(feedback)) for name, value in block.items()}
    if fields.get("feedback-type", "").lower() not in FEEDBACK_OF_ABUSE:
        return None
    recipients = [fields[n] for n in ("original-rcpt-to", "removal-recipient") if n in fields]
    copied = _copied(parts)
    return _report(
        [*ids, *_returned_ids(parts)],
        recipients or COPY_TO.findall(copied),
        Refusal(Cause.COMPLAINT),
        fields.get("user-agent", ""),
    )


# --- A text -------------------------------------------------------------------------------------


def _of_text(
    message: Message, parts: list[Message], ids: list[str], incoming: Incoming
) -> Report | None:
    text = _words(parts)
    copy = COPY.search(text)
    said = text[: copy.start()] if copy and text[: copy.start()].strip() else text
    subject = _subject(message)
    failing_for = str(message.get("X-Failed-Recipients", ""))
    is_failure = bool(failing_for or FAILED_WORDS.search(f"{subject}\n{said}"))
    if not is_failure and not ENHANCED.search(said) and not BASIC.search(said):
        return None
    if _is_delayed(subject, said):
        return Report(None)
    copied = f"{text}\n{_copied(parts)}"
    recipients = ADDRESS.findall(failing_for) or ADDRESS.findall(said)
    return _report(
        [*ids, *MESSAGE_ID.findall(copied)],
        recipients or COPY_TO.findall(copied),
        judge(said),
        _reason(said),
        incoming,
    )


def _is_delayed(subject: str, said: str) -> bool:
    if FINAL_WORDS.search(said):
        return False
    return bool(DELAYED_WORDS.search(subject) or DELAYED_WORDS.search(said))


def _words(parts: list[Message]) -> str:
    plain = [_decoded(part) for part in parts if part.get_content_type() == "text/plain"]
    if plain:
        return "\n".join(plain)
    rich = "\n".join(_decoded(part) for part in parts if part.get_content_type() == "text/html")
    # Exchange writes the headers of the email as text: "&lt;" must become a sign after the tags go.
    return html.unescape(ANY_TAG.sub("", TAGS.sub("\n", rich)))


def _reason(said: str) -> str:
    """Return the line that says why, with its code; else the first lines."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if ENHANCED.search(line) or BASIC.search(line)]
    return " ".join(telling[:2] or lines[:3])[:DETAIL_LENGTH]


# --- What all have in common --------------------------------------------------------------------


def _report(
    ids: Iterable[str],
    recipients: Iterable[str],
    refusal: Refusal,
    detail: str,
    incoming: Incoming | None = None,
) -> Report:
    found = [each for value in recipients for each in ADDRESS.findall(_after_type(value))]
    return Report(
        Failure(
            message_ids=tuple(dict.fromkeys(ids)),
            recipients=frozenset(found),
            refusal=refusal,
            detail=detail[:DETAIL_LENGTH],
            tokens=tuple(incoming.tokens) if incoming else (),
        )
    )


def _ids_of_recipients(message: Message) -> list[str]:
    """Return the ids of batches in the addresses to which the report came (BOUNCE_ADDRESS)."""
    values = [str(value) for name in RECIPIENT_HEADERS for value in message.get_all(name, [])]
    found = [BATCH.search(address) for _, address in getaddresses(values)]
    return [f"<{each[1]}@>" for each in found if each]


def _returned_ids(parts: list[Message]) -> list[str]:
    return MESSAGE_ID.findall(_copied(parts))


def _copied(parts: list[Message]) -> str:
    """Return the returned email, or its headers, as text."""
    copies = [
        part
        for part in parts
        if part.get_content_type()
        in ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
        or part.get_filename()
    ]
    return "\n".join(map(_source, copies))


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return payload.decode("windows-1252", "replace")


def _subject(message: Message) -> str:
    try:
        return str(make_header(decode_header(str(message.get("Subject", "")))))
    except (LookupError, UnicodeDecodeError, ValueError):
        return str(message.get("Subject", ""))

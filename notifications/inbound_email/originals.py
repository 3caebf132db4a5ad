"""Keep the originals of emails in the bucket, encrypted, and show them as text."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from attachments.storage import sealed
from attachments.storage.objects import Missing
from core.text import cleaned, one_line
from notifications.inbound_email import automatic, parser
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.reading.content import LeftOut
from notifications.models import InboundEmail
from notifications.outbound_email import reply_address

FOLDER = "emails/"
# Of an email that is too large: its headers and its text, which programs write before the files.
KEPT_OF_TOO_LARGE = 1024 * 1024
# An original whose row was never written, because of a kill, is removed after this time.
ORPHANED_AFTER = timedelta(days=7)
REMOVED_AT_ONCE = 500
SHOWN_LENGTH = 200_000
# What lets anybody who reads it stop the emails of another person, or act in their name.
KEYED_LINK = re.compile(
    r"(/unsubscribe/|[?&](?:token|key|ticket|signature|x-amz-signature)=)[^\s<>\"')\]]+", re.I
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Original:
    """An email as it came, to be read by a person."""

    sender: str
    to: str
    subject: str
    sent_at: datetime | None
    text: str
    files: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    # Only its beginning was kept: it was too large.
    is_cut: bool = False


def keep(key: UUID, raw: bytes) -> int:
    """Write an original, again under the same key. Return its size. Raises StorageAway."""
    sealed.write(_name(key), raw)
    return len(raw)


def raw_of(email: InboundEmail) -> bytes:
    """Return an original as it was received. Raises Missing once it is removed, or StorageAway."""
    if email.original_bytes is None or email.key is None:
        raise Missing("not kept")
    return sealed.read(_name(email.key))


def read(raw: bytes, *, is_cut: bool) -> Incoming:
    """Read an email; without files if only its beginning is there. Raises nothing.

    An email that our parser fails for is read as the text that it is.
    """
    try:
        incoming = parser.read(raw)
    # Whatever it raises, a person must be able to read the email.
    except Exception:
        logger.exception("email_not_parsed")
        headers = parser.read_headers(raw)
        text = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1].decode("utf-8", "replace")
        return replace(headers, text=text, files=[])
    return replace(incoming, files=[]) if is_cut else incoming


def shown(email: InboundEmail) -> Original:
    """Return an email as a person may read it. Raises Missing or StorageAway."""
    raw = raw_of(email)
    incoming = read(raw, is_cut=email.is_cut)
    message = automatic.parsed(raw)
    return Original(
        sender=masked(words_of(message, "From")),
        to=masked(words_of(message, "To")),
        subject=masked(incoming.subject),
        sent_at=_date_of(message),
        text=masked(cleaned(incoming.text))[:SHOWN_LENGTH],
        files=[one_line(masked(file.name)) for file in incoming.files],
        left_out=list(incoming.left_out),
        is_cut=email.is_cut,
    )


def masked(text: str) -> str:
    """Return a text without what gives its readers another person's rights."""
    return KEYED_LINK.sub(r"\1…", reply_address.without_tokens(text))


def words_of(message: Message, name: str) -> str:
    """Return a header on one line, with the names of people decoded."""
    try:
        text = str(make_header(decode_header(str(message.get(name, "")))))
    except (LookupError, UnicodeError, ValueError):
        text = str(message.get(name, ""))
    return one_line(text)


def name_of_sender(message: Message) -> str:
    """Return the name that the sender gives themselves; empty without one."""
    found = getaddresses([words_of(message, "From")])
    return cleaned(one_line(found[0][0])) if found else ""


def clean() -> int:
    """Remove what is older than INBOUND_EMAIL_KEEP_DAYS. Return how many originals.

    The object goes first: after a kill between the two, the row is found again. An email of a
    person that still waits stays.
    """
    before = timezone.now() - timedelta(days=settings.INBOUND_EMAIL_KEEP_DAYS)
    old = list(_removable(before).values_list("pk", "key")[:REMOVED_AT_ONCE])
    sealed.delete(_name(key) for _, key in old if key)
    InboundEmail.objects.filter(pk__in=[pk for pk, _ in old]).update(
        original_bytes=None, sender_name="", subject="", excerpt="", file_names=[]
    )
    _remove_orphans()
    return len(old)


def _removable(before: datetime) -> QuerySet[InboundEmail]:
    kept = InboundEmail.objects.filter(original_bytes__isnull=False, received_at__lt=before)
    waiting = kept.filter(state=InboundEmail.State.WAITING).exclude(nature__in=BY_PROGRAMS)
    return kept.exclude(pk__in=waiting.values("pk")).order_by("received_at")


BY_PROGRAMS = (automatic.Nature.AUTO_REPLY, automatic.Nature.MACHINE, automatic.Nature.RECEIPT)


def _remove_orphans() -> None:
    before = timezone.now() - ORPHANED_AFTER
    old = [item.key for item in sealed.listed(FOLDER) if item.modified_at < before]
    keys = {name: UUID(name.removeprefix(FOLDER)) for name in old}
    known = InboundEmail.objects.filter(key__in=keys.values(), original_bytes__isnull=False)
    kept = set(known.values_list("key", flat=True))
    sealed.delete(name for name, key in keys.items() if key not in kept)


def _name(key: UUID) -> str:
    return f"{FOLDER}{key}"


def _date_of(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

"""Keep the originals of emails in the bucket, encrypted, and show them as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from attachments.storage import hold, objects, sealed
from attachments.storage.objects import Missing, StorageAway
from core import installation
from core.text import cleaned, one_line
from notifications.inbound_email import automatic, parser, wording
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.quotes import tokens
from notifications.models import InboundEmail

FOLDER = "emails/"
# Of an email that is too large: its headers and its text, which programs write before the files.
KEPT_OF_TOO_LARGE = 256 * 1024
# An original whose row was never written, because of a kill, is removed after this time.
ORPHANED_AFTER = timedelta(days=7)
REMOVED_AT_ONCE = 500
SHOWN_LENGTH = 200_000
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
    # In words, in the active language.
    left_out: list[str] = field(default_factory=list)
    # Only its beginning was kept: it was too large.
    is_cut: bool = False


@dataclass(frozen=True)
class Kept:
    """How an original is kept. `sealed` holds it until the bucket takes it, else it is None."""

    size: int
    sealed: bytes | None = None


def keep(key: UUID, raw: bytes) -> Kept:
    """Write an original into the bucket, again under the same key.

    While the bucket is away, the row keeps it: what a person wrote must not wait for that.
    """
    sealed_bytes = sealed.seal(_name(key), raw)
    try:
        sealed.write(_name(key), sealed_bytes)
    except StorageAway:
        logger.warning("original_kept_in_database", key=str(key))
        return Kept(len(raw), sealed_bytes)
    return Kept(len(raw))


def raw_of(email: InboundEmail) -> bytes:
    """Return an original as it was received. Raises Missing once it is removed, or StorageAway."""
    if email.original_bytes is None or email.key is None:
        raise Missing("not kept")
    if email.sealed is not None:
        return sealed.opened(_name(email.key), bytes(email.sealed))
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
        sender=tokens.masked(words_of(message, "From")),
        to=tokens.masked(words_of(message, "To")),
        subject=tokens.masked(incoming.subject),
        sent_at=_date_of(message),
        text=tokens.masked(_text_of(incoming))[:SHOWN_LENGTH],
        files=[one_line(tokens.masked(file.name)) for file in incoming.files],
        left_out=list(filter(None, map(wording.sentence_of, incoming.left_out))),
        is_cut=email.is_cut,
    )


def _text_of(incoming: Incoming) -> str:
    """Return all that can be read of an email: quotes, invitations, emails inside it."""
    events = map(wording.event_line, incoming.events)
    pieces = [incoming.text, *events, *map(wording.quote_of, incoming.forwarded)]
    return "\n\n".join(filter(None, map(cleaned, pieces)))


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


def reseal() -> int:
    """Seal all originals anew, by the SECRET_KEY of today. Return how many. Raises StorageAway.

    One that no key of ours opens stays as it is.
    """
    rows = InboundEmail.objects.filter(original_bytes__isnull=False, key__isnull=False)
    return sum(map(_resealed, rows.iterator()))


def _resealed(email: InboundEmail) -> bool:
    if email.key is None:
        return False
    name = _name(email.key)
    try:
        content = sealed.seal(name, raw_of(email))
    except Missing:
        return False
    if email.sealed is None:
        sealed.write(name, content)
    else:
        # Unless it was moved to the bucket a moment ago: the next call finds it there.
        rows = InboundEmail.objects.filter(pk=email.pk, sealed__isnull=False)
        return bool(rows.update(sealed=content))
    return True


def clean() -> int:
    """Remove what is older than INBOUND_EMAIL_KEEP_DAYS. Return how many originals.

    The object goes first: after a kill between the two, the row is found again. An email of a
    person that still waits stays. Nothing on a copy that has the bucket of the original.
    """
    if installation.shares_bucket():
        return 0
    before = timezone.now() - timedelta(days=settings.INBOUND_EMAIL_KEEP_DAYS)
    with hold.deletion() as is_allowed:
        count = _remove_old(before) if is_allowed else 0
    _move_to_bucket()
    _remove_orphans()
    return count


def _remove_old(before: datetime) -> int:
    old = list(_removable(before).values_list("pk", "key")[:REMOVED_AT_ONCE])
    sealed.delete(_name(key) for _, key in old if key)
    InboundEmail.objects.filter(pk__in=[pk for pk, _ in old]).update(
        original_bytes=None, sealed=None, sender_name="", subject="", excerpt="", file_names=[]
    )
    return len(old)


def kept_keys() -> Iterator[str]:
    """Yield the keys of the bucket that the originals of all emails have."""
    kept = InboundEmail.objects.filter(
        original_bytes__isnull=False, sealed__isnull=True, key__isnull=False
    )
    for key in kept.order_by("key").values_list("key", flat=True).iterator():
        yield f"{objects.SEALED}{FOLDER}{key}"


def _move_to_bucket() -> None:
    """Move the originals that rows keep since the bucket was away."""
    for row in InboundEmail.objects.filter(sealed__isnull=False)[:REMOVED_AT_ONCE].iterator():
        if row.key is not None and row.sealed is not None:
            sealed.write(_name(row.key), bytes(row.sealed))
        InboundEmail.objects.filter(pk=row.pk).update(sealed=None)


def _removable(before: datetime) -> QuerySet[InboundEmail]:
    kept = InboundEmail.objects.filter(original_bytes__isnull=False, received_at__lt=before)
    waiting = kept.filter(state=InboundEmail.State.WAITING).exclude(nature__in=BY_PROGRAMS)
    return kept.exclude(pk__in=waiting.values("pk")).order_by("received_at")


BY_PROGRAMS = (automatic.Nature.AUTO_REPLY, automatic.Nature.MACHINE, automatic.Nature.RECEIPT)


def _remove_orphans() -> None:
    before = timezone.now() - ORPHANED_AFTER
    old = (item.key for item in sealed.listed(FOLDER) if item.modified_at < before)
    while names := list(islice(old, REMOVED_AT_ONCE)):
        keys = {name: UUID(name.removeprefix(FOLDER)) for name in names}
        known = InboundEmail.objects.filter(key__in=keys.values(), original_bytes__isnull=False)
        kept = set(known.values_list("key", flat=True))
        with hold.deletion() as is_allowed:
            if not is_allowed:
                return
            sealed.delete(name for name, key in keys.items() if key not in kept)


def _name(key: UUID) -> str:
    return f"{FOLDER}{key}"


def _date_of(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

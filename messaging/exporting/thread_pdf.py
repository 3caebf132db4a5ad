"""The PDF of a conversation at once, for who reads it: one volume in one answer."""

from django.utils import timezone

from core.models import User
from messaging.exporting import heads, snapshot
from messaging.exporting.files import preview
from messaging.exporting.pdf import pdf_of
from messaging.exporting.rows import rows_of
from messaging.exporting.snapshot import Snapshot, Volume
from messaging.models import SHOWN_TO_CLIENTS, Conversation, Message
from messaging.queries.conversations import notes_for
from messaging.queries.history import lines_of


def volumes(conversation: Conversation) -> list[Volume]:
    """Return how a conversation is divided: most are one volume."""
    return snapshot.volumes_of(_now(conversation))


def write(
    conversation: Conversation, reader: User, all_volumes: list[Volume], index: int, *,
    with_notes: bool,
) -> bytes:  # fmt: skip
    """Return a volume as a PDF, in the active language.

    Its times are the company's, as on the printed page and in an export: both sides cite them.
    """
    moment, volume = _now(conversation), all_volumes[index]
    before = all_volumes[index - 1] if index else None

    def read(after: int, limit: int) -> list[Message]:
        return moment.messages(after, volume.last, limit)

    notes = [
        note
        for note in (notes_for(reader, conversation.pk) if with_notes else [])
        if (before is None or before.until is None or note.created_at >= before.until)
        and (volume.until is None or note.created_at < volume.until)
    ]
    lines = lines_of(reader, conversation)
    if not with_notes:
        lines = lines.filter(kind__in=SHOWN_TO_CLIENTS)
    first = before.last if before else 0
    lines = lines.filter(after_seq__gte=first)
    if volume.until is not None:
        lines = lines.filter(after_seq__lt=volume.last)
    head = heads.head_of(
        conversation, reader, timezone.now(), with_notes=with_notes,
        part=index + 1, parts=len(all_volumes), count=volume.count,
    )  # fmt: skip
    return pdf_of(head, rows_of(read, notes, lines, after=volume.first - 1), preview)


def _now(conversation: Conversation) -> Snapshot:
    """Return the conversation as its row was read. Nobody has to wait for a PDF."""
    return Snapshot(
        conversation.pk, timezone.now(), conversation.last_seq, conversation.version,
        conversation.chain_length, bytes(32),
    )  # fmt: skip

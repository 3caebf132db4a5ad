"""What a conversation consists of, in the order in which a purge deletes it.

Each app adds what it knows: `notifications` its deliveries and emails (`notifications.purged`). A
table that points at a conversation or a message and is in no list is found by
`tests/messaging/retention/test_contents.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from attachments.models import Attachment
from attachments.storage import objects
from core.jobs.lease import is_free
from core.models import OutgoingEvent
from messaging.models import (
    Escalation,
    Mention,
    Message,
    MessageAttachment,
    MessageRevision,
    Note,
    NoteAttachment,
    NoteRevision,
    Notice,
    Snooze,
)

Counts = dict[str, int]
# A key of a row, and the prefixes of its objects in the bucket.
Kept = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class Rows:
    """Rows that go as they are."""

    name: str
    of: Callable[[UUID], QuerySet[Any]]


@dataclass(frozen=True)
class Files:
    """Rows with objects in the bucket, which go first.

    `pick` returns rows that may go now, `is_busy` whether others must wait; `remove` deletes rows
    by their keys and returns how many of each kind went.
    """

    name: str
    pick: Callable[[UUID, int], list[Kept]]
    remove: Callable[[UUID, Sequence[str]], Counts]
    is_busy: Callable[[UUID], bool] = lambda _conversation_id: False


ROWS: list[Rows] = [
    Rows("events", lambda key: OutgoingEvent.objects.filter(conversation_id=key)),
    Rows("escalations", lambda key: Escalation.objects.filter(conversation=key)),
    Rows("snoozes", lambda key: Snooze.objects.filter(conversation=key)),
    Rows("notices", lambda key: Notice.objects.filter(conversation=key)),
    Rows("mentions", lambda key: Mention.objects.filter(conversation=key)),
    Rows("note_revisions", lambda key: NoteRevision.objects.filter(note__conversation=key)),
    Rows("notes", lambda key: Note.objects.filter(conversation=key)),
    Rows("revisions", lambda key: MessageRevision.objects.filter(message__conversation=key)),
]  # fmt: skip


def _pick(links: QuerySet[Any], limit: int) -> list[Kept]:
    """Return files of links that no worker analyses, and let none begin."""
    ids = list(links.filter(is_free_of()).values_list("attachment", flat=True)[:limit])
    Attachment.objects.filter(pk__in=ids).update(due_at=None)
    return [(str(each), prefixes_of(each)) for each in ids]


def is_free_of() -> Q:
    free = Attachment.objects.filter(is_free())
    return Q(attachment__in=free)


def prefixes_of(attachment_id: UUID) -> list[str]:
    return [objects.quarantine_key(attachment_id), objects.file_key(attachment_id, "")]


def _remove(links: QuerySet[Any], keys: Sequence[str]) -> Counts:
    gone = Attachment.objects.filter(pk__in=keys)
    size = gone.aggregate(bytes=Coalesce(Sum(F("size") + Coalesce("shared_size", 0)), 0))["bytes"]
    links.filter(attachment__in=list(gone)).delete()
    count, _rows = gone.delete()
    return {"files": count, "bytes": int(size)}


def of_messages(conversation_id: UUID) -> QuerySet[MessageAttachment]:
    # By the message: a link's own conversation only repeats it.
    return MessageAttachment.objects.filter(message__conversation=conversation_id)


def _remove_of_messages(conversation_id: UUID, keys: Sequence[str]) -> Counts:
    links = of_messages(conversation_id)
    shown_by = set(
        links.filter(attachment__in=[UUID(key) for key in keys]).values_list("message", flat=True)
    )
    counts = _remove(links, keys)
    left = MessageAttachment.objects.filter(message=OuterRef("pk")).order_by().values("message")
    Message.objects.filter(pk__in=shown_by).update(
        attachment_count=Coalesce(Subquery(left.annotate(n=Count("pk")).values("n")), 0)
    )
    return counts


def of_notes(conversation_id: UUID) -> QuerySet[NoteAttachment]:
    return NoteAttachment.objects.filter(note__conversation=conversation_id)


# What other modules add, and what has no entry in the chain: `notifications.purged`,
# `purged_exports`.
EMAIL, EXPORT = "email", "export"
WITHOUT_ENTRIES = {EMAIL, EXPORT}
FILES: list[Files] = [
    Files(
        "message_file",
        pick=lambda key, limit: _pick(of_messages(key), limit),
        remove=_remove_of_messages,
        is_busy=lambda key: of_messages(key).exists(),
    ),
    Files(
        "note_file",
        pick=lambda key, limit: _pick(of_notes(key), limit),
        remove=lambda key, keys: _remove(of_notes(key), keys),
        is_busy=lambda key: of_notes(key).exists(),
    ),
]


def files_of_kind(name: str) -> Files:
    return next(each for each in FILES if each.name == name)

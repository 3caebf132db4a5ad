"""One moment of a conversation: an export shows it as it was then, however long it takes.

The moment is a length of the chain. What was edited or deleted later is read from the earlier texts
(`MessageRevision`), so that pages, data and chain say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.models import User
from messaging.conversation.lock import lock
from messaging.models import (
    SHOWN_TO_CLIENTS,
    ChainEntry,
    Conversation,
    HistoryLine,
    Message,
    MessageRevision,
    Note,
)
from messaging.queries.attachments import with_files

MESSAGES_A_VOLUME = 500
# A preview of 320 px takes some 20 kB in a PDF.
FILES_A_VOLUME = 100
CHANGES = (ChainEntry.Kind.EDIT, ChainEntry.Kind.DELETE)


@dataclass(frozen=True)
class Volume:
    """The messages of one page and one PDF: a range of `seq`, and the time of the next one."""

    first: int
    last: int
    # Of the first message after it; None for the last volume.
    until: datetime | None
    count: int
    files: int


@dataclass(frozen=True)
class Snapshot:
    """A conversation as it was at one moment. `author`: only what this person wrote."""

    conversation_id: UUID
    at: datetime
    last_seq: int
    version: int
    chain_length: int
    chain_head: bytes
    author_id: UUID | None = None

    def messages(self, after: int, last: int, limit: int) -> list[Message]:
        """Return the messages after a seq, up to another one, as they were."""
        found = Message.objects.select_related("author", "reply_to__author").filter(
            conversation=self.conversation_id, seq__gt=after, seq__lte=min(last, self.last_seq)
        )
        if self.author_id:
            found = found.filter(author=self.author_id)
        messages = with_files(found.order_by("seq")[:limit])
        for message in messages:
            if message.version > self.version:
                self._take_back(message)
        return messages

    def notes(self) -> Iterator[Note]:
        """Yield the internal notes that were there, oldest first, with their files."""
        notes = Note.objects.filter(
            conversation=self.conversation_id, created_at__lte=self.at, deleted_at=None
        )
        if self.author_id:
            notes = notes.filter(author=self.author_id)
        notes = notes.select_related("author").prefetch_related("attachment_links")
        yield from notes.order_by("created_at", "id").iterator(chunk_size=500)

    def lines(self, *, for_company: bool) -> Iterator[HistoryLine]:
        lines = HistoryLine.objects.filter(
            conversation=self.conversation_id, version__lte=self.version
        ).select_related("by")
        if not for_company:
            lines = lines.filter(kind__in=SHOWN_TO_CLIENTS)
        if self.author_id:
            lines = lines.filter(by=self.author_id)
        yield from lines.order_by("version", "id").iterator(chunk_size=500)

    def revisions(self, message: Message) -> list[MessageRevision]:
        """Return the texts that a message had had by then, oldest first."""
        revisions = list(message.revisions.order_by("id"))
        return revisions[: len(revisions) - self._later(message).count(True)]

    def _later(self, message: Message) -> list[bool]:
        """Return, for each later edit or deletion, True: each kept one earlier text."""
        if message.version <= self.version:
            return []
        later = ChainEntry.objects.filter(
            conversation=self.conversation_id, position__gt=self.chain_length,
            subject=message.pk, kind__in=CHANGES,
        )  # fmt: skip
        return [True] * later.count()

    def _take_back(self, message: Message) -> None:
        """Undo what happened to a message later. Its files may be gone by now, and say so."""
        revisions = list(message.revisions.order_by("id"))
        later = len(self._later(message))
        if not later:
            return
        earlier = revisions[: len(revisions) - later]
        message.body = revisions[len(earlier)].body
        message.deleted_at = None
        message.edited_at = earlier[-1].replaced_at if earlier else None


@transaction.atomic
def taken(conversation: Conversation, author: User | None = None) -> Snapshot:
    """Return a conversation as it is now: nobody writes while it is read."""
    locked = lock(conversation.pk).conversation
    return Snapshot(
        locked.pk, timezone.now(), locked.last_seq, locked.version,
        locked.chain_length, bytes(locked.chain_head or bytes(32)), author.pk if author else None,
    )  # fmt: skip


def volumes_of(snapshot: Snapshot) -> list[Volume]:
    """Divide the messages: at most 500, with 100 files, in each. At least one volume."""
    messages = Message.objects.filter(
        conversation=snapshot.conversation_id, seq__lte=snapshot.last_seq
    )
    if snapshot.author_id:
        messages = messages.filter(author=snapshot.author_id)
    rows = messages.order_by("seq").values_list("seq", "created_at", "attachment_count")
    volumes: list[Volume] = []
    first, last, count, files = 1, 0, 0, 0
    for seq, created_at, attachments in rows.iterator(chunk_size=5000):
        if count == MESSAGES_A_VOLUME or (count and files + attachments > FILES_A_VOLUME):
            volumes.append(Volume(first, last, created_at, count, files))
            first, count, files = seq, 0, 0
        last, count, files = seq, count + 1, files + attachments
    return [*volumes, Volume(first, last, None, count, files)]

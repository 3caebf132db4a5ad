"""A change of a file's state, and what its screens are told, in one transaction.

A screen that catches up never misses a state, and no state is shown that was not recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from attachments.models import Attachment
from attachments.queries import lock_unclaimed
from core.realtime.publish import Audience, publish
from messaging import events
from messaging.chain.contents import file_settled
from messaging.conversation import chaining, outgoing
from messaging.conversation.lock import LockedConversation, lock, lock_note
from messaging.conversation.versions import bump
from messaging.models import Note
from messaging.queries.attachments import conversation_showing, link_of, note_showing


@dataclass(slots=True)
class AttachmentChange:
    """The change of one file that is being written."""

    # Where the file is shown, locked: in a message, or in a note. Both None while it is in neither,
    # which holds until the change ends.
    shown_in: LockedConversation | None
    note: Note | None = None
    # The file as it was written; None when nothing was.
    attachment: Attachment | None = None

    @property
    def is_shown(self) -> bool:
        return self.shown_in is not None or self.note is not None


@contextmanager
def attachment_change(attachment_id: UUID) -> Iterator[AttachmentChange]:
    """Change the state of a file and show it: one transaction.

    The block writes the change and sets `attachment` to the file as it is then. A file in a message
    gives its message and its conversation the next version, and everyone there sees it; one in a
    note is shown to the company; one in neither is shown to its uploader. When `attachment` stays
    None, nothing is shown.
    """
    with transaction.atomic():
        change = _lock_where_shown(attachment_id)
        yield change
        if change.attachment is None:
            return
        if change.shown_in is not None:
            _show_conversation(change.shown_in, change.attachment)
        elif change.note is not None:
            _show_note(change.note)
        else:
            _show_uploader(change.attachment)


def _lock_where_shown(attachment_id: UUID) -> AttachmentChange:
    """Lock the conversation or the note that shows a file; without one, lock the file.

    Sending a message locks the conversation before its files. So must this, or the two would wait
    for each other. While the file is locked, no message and no note can take it.
    """
    if change := _lock_showing(attachment_id):
        return change
    with transaction.atomic():
        if lock_unclaimed(attachment_id):
            return AttachmentChange(shown_in=None)
        # Put there a moment ago. End the savepoint's lock of the file, to lock in order.
        transaction.set_rollback(True)
    return _lock_showing(attachment_id) or AttachmentChange(shown_in=None)


def _lock_showing(attachment_id: UUID) -> AttachmentChange | None:
    if conversation_id := conversation_showing(attachment_id):
        return AttachmentChange(shown_in=lock(conversation_id))
    if note_id := note_showing(attachment_id):
        return AttachmentChange(shown_in=None, note=lock_note(note_id))
    return None


def _show_uploader(attachment: Attachment) -> None:
    uploader = Audience(user_ids=(attachment.uploader_id,))
    publish(events.own_attachment_updated(attachment), to=uploader)


def _show_note(note: Note) -> None:
    if note.deleted_at is None:
        publish(events.note_updated(note), to=Audience(company=True))


def _show_conversation(locked: LockedConversation, attachment: Attachment) -> None:
    link = link_of(attachment.pk)
    message = link.message
    if message.deleted_at is not None:
        return
    message.version = bump(locked)
    message.save(update_fields=["version"])
    message.conversation = locked.conversation
    attachment.position = link.position
    publish(events.attachment_updated(message, attachment), to=locked.audience)
    outgoing.attachment_settled(message, attachment)
    if attachment.is_settled:
        chaining.record(locked, [file_settled(attachment, message)])

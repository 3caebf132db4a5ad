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
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.versions import bump
from messaging.queries.attachments import conversation_showing, link_of


@dataclass(slots=True)
class AttachmentChange:
    """The change of one file that is being written."""

    # Where the file is shown; None while it is in no message, which holds until the change ends.
    shown_in: LockedConversation | None
    # The file as it was written; None when nothing was.
    attachment: Attachment | None = None


@contextmanager
def attachment_change(attachment_id: UUID) -> Iterator[AttachmentChange]:
    """Change the state of a file and show it: one transaction.

    The block writes the change and sets `attachment` to the file as it is then. A file in a message
    gives its message and its conversation the next version, and everyone there sees it; one in no
    message is shown to its uploader. When `attachment` stays None, nothing is shown.
    """
    with transaction.atomic():
        change = AttachmentChange(shown_in=_lock_where_shown(attachment_id))
        yield change
        if change.attachment is None:
            return
        if change.shown_in is None:
            _show_uploader(change.attachment)
        else:
            _show_conversation(change.shown_in, change.attachment)


def _lock_where_shown(attachment_id: UUID) -> LockedConversation | None:
    """Lock the conversation that shows a file; without one, lock the file, so that none comes.

    Sending a message locks the conversation before its files. So must this, or the two would wait
    for each other.
    """
    conversation_id = conversation_showing(attachment_id)
    if conversation_id is None:
        with transaction.atomic():
            if lock_unclaimed(attachment_id):
                return None
            # Put in a message a moment ago. End the savepoint's lock of the file, to lock in order.
            transaction.set_rollback(True)
        conversation_id = conversation_showing(attachment_id)
    return lock(conversation_id) if conversation_id else None


def _show_uploader(attachment: Attachment) -> None:
    uploader = Audience(user_ids=(attachment.uploader_id,))
    publish(events.own_attachment_updated(attachment), to=uploader)


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

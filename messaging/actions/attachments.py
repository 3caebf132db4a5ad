"""Files in messages: put there, and every change of their state shown to whom it concerns.

A change of state, the versions it gives and what is published are one transaction: a screen that
catches up never misses a state, and no state is shown that was not recorded.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction

from attachments import actions, cleanup, queries
from attachments.models import Attachment
from attachments.scanning.pipeline import AnalysisResult
from attachments.uploads import transfer
from core.realtime.publish import Audience, publish
from messaging import events
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.versions import bump
from messaging.models import Message, MessageAttachment
from messaging.queries.attachments import link_of

# Writes a change when the file is in a message as it is told; None when it is not, or when there
# is nothing to write.
Write = Callable[[bool], Attachment | None]


def attach(ids: Sequence[UUID], *, to: Message) -> None:
    """Put its author's files in a message that has just been appended, in the order given.

    Raises UnknownAttachment.
    """
    if not ids:
        return
    files = actions.claim(ids, by=to.author)
    links = MessageAttachment.objects.bulk_create(
        MessageAttachment(
            message=to, attachment=file, conversation_id=to.conversation_id, position=position
        )
        for position, file in enumerate(files)
    )
    to.files = [link.placed for link in links]


def complete(attachment: Attachment) -> Attachment:
    """Note that the bytes of a file have arrived, and have it analysed. Again is fine.

    Raises UploadIncomplete, UploadDiffers or StorageAway.
    """
    if attachment.status == Attachment.Status.UPLOADING:
        transfer.verify(attachment)
        _change(attachment.pk, lambda is_claimed: _ordered(attachment, is_claimed))
        attachment.refresh_from_db()
    return attachment


def analyse(attachment_id: UUID) -> None:
    """Judge a file that a worker holds, and show what came of it.

    Raises StorageAway or AntivirusAway after putting the file off.
    """
    if result := actions.analyse(attachment_id):
        _change(attachment_id, lambda is_claimed: _recorded(result, is_claimed))


def withdraw(attachment: Attachment) -> None:
    """Take back a file of one's own that is in no message yet, or whose bytes are still to come.

    A message keeps its place, and says so. Raises AlreadySent.
    """
    if attachment.claimed_at is None:
        actions.discard(attachment)
    elif not _fail(attachment.pk, "cancelled"):
        raise actions.AlreadySent


def mark_unanalysable(attachment_id: UUID, error: str) -> None:
    """Show that a file could not be analysed, after the last attempt."""
    _fail(attachment_id, "analysis_failed")


def clean() -> int:
    """Remove the files that no message will show; show those that never came. Return how many."""
    late = queries.never_received(limit=500)
    for attachment in late:
        _fail(attachment.pk, "never_received")
    return len(late) + cleanup.clean()


def _fail(attachment_id: UUID, reason: str) -> bool:
    return _change(attachment_id, lambda is_claimed: _failed(attachment_id, reason, is_claimed))


def _ordered(attachment: Attachment, is_claimed: bool) -> Attachment | None:
    return actions.request_analysis(attachment.pk, is_claimed=is_claimed)


def _recorded(result: AnalysisResult, is_claimed: bool) -> Attachment | None:
    return actions.record(result, is_claimed=is_claimed)


def _failed(attachment_id: UUID, reason: str, is_claimed: bool) -> Attachment | None:
    return actions.record_failure(attachment_id, reason, is_claimed=is_claimed)


def _change(attachment_id: UUID, write: Write) -> bool:
    """Write a change of a file's state together with what its screens are told; say if it was."""
    # The second time for a file that was put in a message in the moment between.
    return _change_as_it_is(attachment_id, write) or _change_as_it_is(attachment_id, write)


@transaction.atomic
def _change_as_it_is(attachment_id: UUID, write: Write) -> bool:
    link = link_of(attachment_id)
    # Before the file's own row, like whoever sends a message.
    locked = lock(link.conversation_id) if link else None
    attachment = write(link is not None)
    if attachment is None:
        return False
    if link and locked:
        link.message.refresh_from_db()
        _show(locked, link, attachment)
    else:
        sender = Audience(user_ids=(attachment.uploader_id,))
        publish(events.own_attachment_updated(attachment), to=sender)
    return True


def _show(locked: LockedConversation, link: MessageAttachment, attachment: Attachment) -> None:
    message = link.message
    if message.deleted_at is not None:
        return
    message.version = bump(locked)
    message.save(update_fields=["version"])
    message.conversation = locked.conversation
    attachment.position = link.position
    publish(events.attachment_updated(message, attachment), to=locked.audience)

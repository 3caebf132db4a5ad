"""Put files in messages, and change their state: one transaction each."""

from collections.abc import Sequence
from uuid import UUID

from attachments import actions, cleanup, queries
from attachments.models import Attachment
from attachments.uploads import transfer
from messaging.conversation.attachment_change import attachment_change
from messaging.models import Message, MessageAttachment, Note, NoteAttachment


def attach(ids: Sequence[UUID], *, to: Message) -> None:
    """Put files of its author in a message that has its place, in the order given.

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


def attach_to_note(ids: Sequence[UUID], *, to: Note) -> None:
    """Put files of its author in a note that was just written. Raises UnknownAttachment."""
    if not ids:
        return
    files = actions.claim(ids, by=to.author)
    NoteAttachment.objects.bulk_create(
        NoteAttachment(note=to, attachment=file, position=position)
        for position, file in enumerate(files)
    )


def complete(attachment: Attachment) -> Attachment:
    """Record that the bytes of a file have arrived, and have it analysed. Again is harmless.

    Raises UploadIncomplete, UploadDiffers or StorageAway.
    """
    if attachment.status == Attachment.Status.UPLOADING:
        transfer.verify(attachment)
        with attachment_change(attachment.pk) as change:
            change.attachment = actions.request_analysis(attachment.pk)
        attachment.refresh_from_db()
    return attachment


def analyse(attachment_id: UUID) -> None:
    """Analyse a file that a worker holds, and record and show the result.

    Raises StorageAway or AntivirusAway after putting the file off.
    """
    result = actions.analyse(attachment_id)
    if result is not None:
        with attachment_change(attachment_id) as change:
            change.attachment = actions.record(result)


def withdraw(attachment: Attachment) -> None:
    """Take back one's own file: one in no message yet, or one whose bytes have not arrived.

    In a message or a note the file keeps its place, shown as taken back. Raises AlreadySent.
    """
    with attachment_change(attachment.pk) as change:
        if not change.is_shown:
            actions.discard(attachment)
        else:
            change.attachment = actions.record_failure(attachment.pk, "cancelled")
            if change.attachment is None:
                raise actions.AlreadySent


def mark_unanalysable(attachment_id: UUID, error: str) -> None:
    """Show that a file could not be analysed, after the last attempt."""
    _fail(attachment_id, "analysis_failed")


def clean() -> int:
    """Remove files that no message will show, give up those that never came; return how many."""
    late = queries.never_received(limit=500)
    for attachment in late:
        _fail(attachment.pk, "never_received")
    return len(late) + cleanup.clean()


def _fail(attachment_id: UUID, reason: str) -> None:
    with attachment_change(attachment_id) as change:
        change.attachment = actions.record_failure(attachment_id, reason)

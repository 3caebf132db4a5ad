"""Which files a person may see, and the files of messages. The reader comes first."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404

from attachments.models import Attachment
from attachments.queries import SHOWN, from_json, unclaimed_of
from core.models import User
from messaging.models import Conversation, Message, MessageAttachment, NoteAttachment


def attachment_for(reader: User, attachment_id: UUID) -> Attachment:
    """A file that a visible message or note shows, or one's own that is in neither; or Http404."""
    link = (
        _links_for(reader).filter(attachment=attachment_id).first()
        or _note_links_for(reader).filter(attachment=attachment_id).first()
    )
    return link.placed if link else get_object_or_404(unclaimed_of(reader), pk=attachment_id)


def shown_file(attachment_id: UUID) -> Attachment:
    """Return a file that a message shows, for a program that may read all of them; or Http404."""
    links = MessageAttachment.objects.filter(message__deleted_at=None, conversation__purged_at=None)
    return get_object_or_404(links, attachment=attachment_id).placed


def library_of(reader: User, conversations: QuerySet[Conversation]) -> QuerySet[MessageAttachment]:
    """The files of these conversations that the person may see, the newest first."""
    links = _links_for(reader).filter(conversation__in=conversations)
    return links.select_related("message__author").order_by("-id")


def conversation_showing(attachment_id: UUID) -> UUID | None:
    """Return the id of the conversation that shows a file; None while it is in no message."""
    links = MessageAttachment.objects.filter(attachment=attachment_id)
    return links.values_list("conversation_id", flat=True).first()


def note_showing(attachment_id: UUID) -> UUID | None:
    """Return the id of the note that shows a file; None while it is in no note."""
    links = NoteAttachment.objects.filter(attachment=attachment_id)
    return links.values_list("note_id", flat=True).first()


def link_of(attachment_id: UUID) -> MessageAttachment:
    """Return the place of a file in its message; raises MessageAttachment.DoesNotExist."""
    links = MessageAttachment.objects.select_related("message__author", "message__reply_to__author")
    return links.get(attachment=attachment_id)


def _links_for(reader: User) -> QuerySet[MessageAttachment]:
    links = MessageAttachment.objects.filter(message__deleted_at=None, conversation__purged_at=None)
    return links if reader.is_company else links.filter(conversation__client=reader.client_id)


def _note_links_for(reader: User) -> QuerySet[NoteAttachment]:
    """The files of notes: none for a client's user, whoever sent them."""
    links = NoteAttachment.objects.filter(note__deleted_at=None, note__conversation__purged_at=None)
    return links if reader.is_company else links.none()


# The files of a message as JSON, in order. Every page of history needs it, so it is written in SQL,
# for the reason given at `conversation.lock.LOCK_TO_WRITE`.
FILES = """
    ARRAY(
        SELECT jsonb_build_object('position', link.position, {columns})
        FROM messaging_messageattachment link
        JOIN attachments_attachment file ON file.id = link.attachment_id
        WHERE link.message_id = {message}
        ORDER BY link.position
    )
"""
_COLUMNS = ", ".join(f"'{name}', file.{name}" for name in SHOWN)


def files_of(message: str) -> RawSQL:
    """Return a column with the files of a message, for `attachments.queries.from_json`.

    `message` is the SQL name of the column with its id. The files come with the row, without a
    query of their own.
    """
    sql = FILES.format(columns=_COLUMNS, message=message)
    return RawSQL(sql, (), output_field=ArrayField(JSONField()))  # noqa: S611 - only our own names


def with_files(messages: QuerySet[Message]) -> list[Message]:
    """Run a query of messages and return them with their `files` set, in that one query."""
    with_rows = list(messages.annotate(file_rows=files_of("messaging_message.id")))
    for message in with_rows:
        message.files = list(map(from_json, message.file_rows))
    return list(with_rows)

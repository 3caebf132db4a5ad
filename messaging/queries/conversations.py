"""What a person may see of conversations, and their lists. The reader comes first.

A client's user sees every conversation of that client; the company sees all. For any other the API
answers 404.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Collate, JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404

from attachments.queries import from_json
from core.database.folding import FoldText
from core.models import User
from messaging.models import (
    Conversation,
    Escalation,
    Message,
    MessageRevision,
    Note,
    Notice,
    Participant,
    Snooze,
)
from messaging.queries.attachments import files_of


def visible_to(reader: User) -> QuerySet[Conversation]:
    """The conversations that the person may see. One that is being purged is nobody's any more."""
    kept = Conversation.objects.filter(purged_at=None)
    return kept if reader.is_company else kept.filter(client=reader.client_id)


def with_details(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Add all that `ConversationSerializer` shows: two queries, whatever the number of rows."""
    people = (
        Participant.objects.filter(conversation=OuterRef("pk"), left_at=None)
        # The order of `shown`, whatever the database's own.
        .order_by(Collate(FoldText("user__name"), "C"), "user_id")
        .values(
            json=JSONObject(
                id="user_id",
                name="user__name",
                role="user__role",
                locale="user__locale",
                last_read_seq="last_read_seq",
                read_version="read_version",
                unread_count="unread_count",
                unread_from_seq="unread_from_seq",
            )
        )
    )
    return (
        conversations.select_related(
            "client",
            "chantier",
            "assigned_to",
            "last_message__author",
            "last_message__reply_to__author",
        )
        .prefetch_related("last_message__attachment_links")
        # Declared on the model, which says its type.
        .annotate(people=ArraySubquery(people))  # type: ignore[no-redef]
    )


def listed_for(reader: User, *, with_archived: bool = False) -> QuerySet[Conversation]:
    """The person's list, newest activity first: `shown.ShownConversations` makes JSON of it.

    `with_archived` is for a screen that catches up and must learn what left the list.
    """
    listed = visible_to(reader).order_by("-last_activity_at", "-id")
    return listed if with_archived else listed.filter(archived_at=None)


def conversation_for(reader: User, conversation_id: UUID) -> Conversation:
    """One conversation with its chantier, or Http404."""
    return get_object_or_404(visible_to(reader).select_related("chantier"), pk=conversation_id)


def detailed_conversation_for(reader: User, conversation_id: UUID) -> Conversation:
    """One conversation as a row with all that its serializer shows, or Http404."""
    conversations = with_details(visible_to(reader)).prefetch_related(None)
    files = files_of("messaging_conversation.last_message_id")
    conversation = conversations.annotate(file_rows=files).filter(pk=conversation_id).first()
    if conversation is None:
        raise Http404
    if conversation.last_message is not None:
        conversation.last_message.files = list(map(from_json, conversation.file_rows))
    return conversation


def is_conversation_of(opener: User, conversation_id: UUID) -> bool:
    return Conversation.objects.filter(pk=conversation_id, created_by=opener).exists()


def message_for(reader: User, conversation_id: UUID, message_id: UUID) -> Message:
    """One message of a conversation that the person may see, or Http404."""
    messages = Message.objects.select_related(
        "author", "reply_to__author", "conversation__chantier"
    ).filter(conversation__in=visible_to(reader), conversation=conversation_id)
    return get_object_or_404(messages, pk=message_id)


def is_message_of(author: User, message_id: UUID) -> bool:
    return Message.objects.filter(pk=message_id, author=author).exists()


def revisions_of(message: Message) -> QuerySet[MessageRevision]:
    return message.revisions.all()


def notes_for(reader: User, conversation_id: UUID) -> QuerySet[Note]:
    """The internal notes of a conversation, oldest first; empty for a client's user."""
    notes = Note.objects.select_related("author").filter(
        conversation=conversation_id, deleted_at=None
    )
    notes = notes.prefetch_related("mentions__user", "attachment_links")
    return notes.order_by("created_at", "id") if reader.is_company else notes.none()


def note_for(reader: User, conversation_id: UUID, note_id: UUID) -> Note:
    return get_object_or_404(notes_for(reader, conversation_id), pk=note_id)


def changed_since(
    conversations: QuerySet[Conversation], moment: datetime
) -> QuerySet[Conversation]:
    """Those that changed at or after a moment. Callers ask with an overlap (see the README)."""
    return conversations.filter(changed_at__gte=moment)


def pending_escalations() -> QuerySet[Escalation]:
    """The questions that are to be escalated; without `due_at`, all attempts have failed."""
    return Escalation.objects.all()


def pending_snoozes() -> QuerySet[Snooze]:
    """The conversations that are put off; without `due_at`, all attempts have failed."""
    return Snooze.objects.all()


def pending_notices() -> QuerySet[Notice]:
    """The notices that are to be sent; without `due_at`, all attempts have failed."""
    return Notice.objects.filter(sent_at=None)


def pending_messages() -> QuerySet[Message]:
    """The messages whose fan-out is pending; without `due_at`, all attempts have failed."""
    return Message.objects.filter(fanned_out_at=None)

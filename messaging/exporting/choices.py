"""What a person is offered to export, and how much each is."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Sum
from django.http import Http404

from core.models import User
from core.web.errors import NotAllowed
from messaging.exporting.scope import Kind, Scope, scope_for
from messaging.models import Conversation, Message, MessageAttachment, Participant
from messaging.queries.conversations import conversation_for


@dataclass(frozen=True)
class Choice:
    kind: str
    subject: UUID
    label: str
    conversations: int
    messages: int
    files: int
    bytes: int


def choices_for(reader: User, conversation_id: UUID | None) -> list[Choice]:
    """Return what the person may export: with a conversation, also that and what it is about.

    Raises Http404 for a conversation that is not theirs.
    """
    wanted: list[tuple[str, UUID]] = []
    if conversation_id:
        wanted += _around(conversation_for(reader, conversation_id))
    elif reader.client_id:
        wanted.append((str(Kind.CLIENT), reader.client_id))
    wanted.append((str(Kind.PERSON), reader.pk))
    once = dict.fromkeys(wanted)
    return [_choice(scope) for kind, key in once if (scope := _allowed(reader, kind, key))]


def _around(conversation: Conversation) -> list[tuple[str, UUID]]:
    around = [(Kind.CONVERSATION, conversation.pk)]
    if conversation.chantier_id:
        around.append((Kind.CHANTIER, conversation.chantier_id))
    around.append((Kind.CLIENT, conversation.client_id))
    people = Participant.objects.filter(conversation=conversation, user__role=User.Role.CLIENT)
    around += [(Kind.PERSON, key) for key in people.values_list("user", flat=True)]
    return [(str(kind), key) for kind, key in around]


def _allowed(reader: User, kind: str, subject: UUID) -> Scope | None:
    try:
        return scope_for(reader, kind, subject)
    except (Http404, NotAllowed):
        return None


def _choice(scope: Scope) -> Choice:
    messages = Message.objects.filter(conversation__in=scope.conversations)
    links = MessageAttachment.objects.filter(
        conversation__in=scope.conversations, message__deleted_at=None
    )
    if scope.author:
        messages = messages.filter(author=scope.author)
        links = links.filter(message__author=scope.author)
    files = links.aggregate(count=Count("id"), bytes=Sum("attachment__size"))
    return Choice(
        scope.kind, scope.subject, scope.label, scope.conversations.count(), messages.count(),
        files["count"], files["bytes"] or 0,
    )  # fmt: skip

"""The REST endpoints of messaging: load, one call, answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.ids import new_id
from core.models import User
from core.web import rate_limits
from core.web.requests import person, validated
from messaging import actions, notes, queries, requests
from messaging.filters import ConversationFilter
from messaging.models import Conversation, MessageRevision, Participant
from messaging.serializers import (
    BodySerializer,
    ChangesSerializer,
    ConversationChangeSerializer,
    ConversationSerializer,
    DraftSerializer,
    HistorySerializer,
    MessageRevisionSerializer,
    MessageSerializer,
    MeWithUnreadSerializer,
    NoteDraftSerializer,
    NoteSerializer,
    OpeningSerializer,
    ReadStateSerializer,
    SeqSerializer,
    SinceSerializer,
    UnreadFromSerializer,
    UnreadSerializer,
    WindowSerializer,
)

ONE_MINUTE = timedelta(minutes=1)
ONE_HOUR = timedelta(hours=1)
# A screen says it every three seconds; a person may write on three.
TYPING_PER_MINUTE = 60


class ConversationList(generics.ListAPIView[Conversation]):
    """The person's conversations, newest activity first."""

    serializer_class = ConversationSerializer
    filterset_class = ConversationFilter
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        is_catching_up = "changed_since" in self.request.query_params
        return queries.conversations_for(person(self.request), with_archived=is_catching_up)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "reader": self.request.user}

    @extend_schema(
        request=OpeningSerializer,
        responses={200: ConversationSerializer, 201: ConversationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Open one, with its first message or without."""
        opener = person(request)
        opening = requests.opening_of(opener, validated(OpeningSerializer, request.data))
        rate_limits.spend(
            "conversation", opener.pk, at_most=settings.CONVERSATIONS_PER_HOUR, window=ONE_HOUR
        )
        opened = actions.open_conversation(opener=opener, opening=opening)
        return Response(
            _shown(request, opened.conversation.pk), status=created_status(opened.is_new)
        )


class ConversationDetail(APIView):
    @extend_schema(responses=ConversationSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(_shown(request, conversation_id))

    @extend_schema(request=ConversationChangeSerializer, responses=ConversationSerializer)
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """Change the subject; for the company also the chantier, the status, who is assigned."""
        editor = person(request)
        conversation = queries.conversation_for(editor, conversation_id)
        asked = validated(ConversationChangeSerializer, request.data)
        changes = requests.changes_of(editor, conversation, asked)
        actions.change_conversation(editor=editor, conversation=conversation, changes=changes)
        return Response(_shown(request, conversation_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Archive it (the company): it leaves the lists, its history stays."""
        conversation = queries.conversation_for(person(request), conversation_id)
        actions.archive_conversation(archiver=person(request), conversation=conversation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessageList(APIView):
    @extend_schema(parameters=[WindowSerializer], responses=HistorySerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """A page of history, in seq order; the newest without a bound."""
        window = queries.Window(**validated(WindowSerializer, request.query_params))
        conversation = queries.conversation_for(person(request), conversation_id)
        return Response(HistorySerializer(queries.history_of(conversation, window)).data)

    @extend_schema(
        request=DraftSerializer, responses={200: MessageSerializer, 201: MessageSerializer}
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Send a message; the same id and content again answers 200 with the first one."""
        author = person(request)
        draft = requests.draft_of(validated(DraftSerializer, request.data))
        rate_limits.spend(
            "message", author.pk, at_most=settings.MESSAGES_PER_MINUTE, window=ONE_MINUTE
        )
        sent = actions.send_message(author=author, conversation_id=conversation_id, draft=draft)
        return Response(MessageSerializer.shown(sent.message), status=created_status(sent.is_new))


class MessageDetail(APIView):
    @extend_schema(operation_id="message_retrieve", responses=MessageSerializer)
    def get(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        message = queries.message_for(person(request), conversation_id, message_id)
        return Response(MessageSerializer.shown(message))

    @extend_schema(request=BodySerializer, responses=MessageSerializer)
    def patch(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Change one's own recent text; earlier texts are kept."""
        message = queries.message_for(person(request), conversation_id, message_id)
        asked = validated(BodySerializer, request.data)
        message = actions.edit_message(editor=person(request), message=message, body=asked["body"])
        return Response(MessageSerializer.shown(message))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Leave a tombstone."""
        message = queries.message_for(person(request), conversation_id, message_id)
        actions.delete_message(remover=person(request), message=message)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessageRevisionList(generics.ListAPIView[MessageRevision]):
    """The earlier texts of a message, oldest first (the company)."""

    serializer_class = MessageRevisionSerializer
    pagination_class = None
    filter_backends = ()
    queryset = MessageRevision.objects.none()

    def get_queryset(self) -> QuerySet[MessageRevision]:
        reader = person(self.request)
        message = queries.message_for(
            reader, self.kwargs["conversation_id"], self.kwargs["message_id"]
        )
        if not reader.is_company:
            raise PermissionDenied
        return queries.revisions_of(message)


class ChangeList(APIView):
    @extend_schema(parameters=[SinceSerializer], responses=ChangesSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Everything that changed since a version."""
        since = validated(SinceSerializer, request.query_params)["since"]
        conversation = queries.detailed_conversation_for(person(request), conversation_id)
        changes = queries.changes_of(conversation, since)
        return Response(ChangesSerializer(changes, context={"reader": person(request)}).data)


class ReadMark(APIView):
    @extend_schema(request=SeqSerializer, responses=ReadStateSerializer)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """I have read up to `seq`; never goes back."""
        reader, seq = person(request), validated(SeqSerializer, request.data)["seq"]
        conversation = queries.conversation_for(reader, conversation_id)
        mark = actions.read_up_to(reader=reader, conversation=conversation, seq=seq)
        return Response(_read_state(request, mark))


class UnreadMark(APIView):
    @extend_schema(request=UnreadFromSerializer, responses=ReadStateSerializer)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Count the messages from `seq` on as unread again, for me."""
        reader, seq = person(request), validated(UnreadFromSerializer, request.data)["seq"]
        conversation = queries.conversation_for(reader, conversation_id)
        mark = actions.mark_unread_from(reader=reader, conversation=conversation, seq=seq)
        return Response(_read_state(request, mark))


class Typing(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """I am writing."""
        writer = person(request)
        conversation = queries.conversation_for(writer, conversation_id)
        rate_limits.spend("typing", writer.pk, at_most=TYPING_PER_MINUTE, window=ONE_MINUTE)
        actions.show_typing(writer=writer, conversation=conversation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NoteList(APIView):
    """Internal notes. For a client's user they do not exist."""

    @extend_schema(responses=NoteSerializer(many=True))
    def get(self, request: Request, conversation_id: UUID) -> Response:
        conversation = queries.conversation_for(_colleague(request), conversation_id)
        found = queries.notes_for(person(request), conversation.pk)
        return Response(NoteSerializer(found, many=True).data)

    @extend_schema(request=NoteDraftSerializer, responses={201: NoteSerializer})
    def post(self, request: Request, conversation_id: UUID) -> Response:
        author = _colleague(request)
        conversation = queries.conversation_for(author, conversation_id)
        asked = validated(NoteDraftSerializer, request.data)
        note = notes.write_note(
            author=author,
            conversation=conversation,
            body=asked["body"],
            note_id=asked.get("id") or new_id(),
        )
        return Response(NoteSerializer(note).data, status=status.HTTP_201_CREATED)


class NoteDetail(APIView):
    @extend_schema(request=BodySerializer, responses=NoteSerializer)
    def patch(self, request: Request, conversation_id: UUID, note_id: UUID) -> Response:
        note = queries.note_for(_colleague(request), conversation_id, note_id)
        asked = validated(BodySerializer, request.data)
        note = notes.edit_note(editor=person(request), note=note, body=asked["body"])
        return Response(NoteSerializer(note).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID, note_id: UUID) -> Response:
        note = queries.note_for(_colleague(request), conversation_id, note_id)
        notes.delete_note(remover=person(request), note=note)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(APIView):
    """Who is asking; sets the CSRF cookie that unsafe requests of a session need."""

    @method_decorator(ensure_csrf_cookie)
    @extend_schema(responses=MeWithUnreadSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeWithUnreadSerializer(person(request)).data)


class Unread(APIView):
    @extend_schema(responses=UnreadSerializer)
    def get(self, request: Request) -> Response:
        """My unread messages, in all and by conversation."""
        return Response(UnreadSerializer(queries.unread_for(person(request))).data)


def _shown(request: Request, conversation_id: UUID) -> dict[str, Any]:
    reader = person(request)
    conversation = queries.detailed_conversation_for(reader, conversation_id)
    return ConversationSerializer(conversation, context={"reader": reader}).data


def created_status(is_new: bool) -> int:
    return status.HTTP_201_CREATED if is_new else status.HTTP_200_OK


def _read_state(request: Request, mark: Participant) -> dict[str, Any]:
    state = {
        "last_read_seq": mark.last_read_seq,
        "unread_after_seq": mark.unread_after_seq,
        "unread_count": mark.unread_count,
        "unread_total": queries.unread_total_for(person(request)),
    }
    return ReadStateSerializer(state).data


def _colleague(request: Request) -> User:
    """The person, of the company; to a client's user notes are simply not there."""
    reader = person(request)
    if not reader.is_company:
        raise Http404
    return reader

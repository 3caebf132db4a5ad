"""The REST endpoints of messages: history, send, edit, delete; and of typing."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from core.web import idempotency_key, rate_limits
from core.web.openapi import LIMITED, refusals
from core.web.preconditions import preconditions
from core.web.requests import person, validated
from core.web.views import APIView, ListAPIView, versioned
from messaging.actions.conversations import show_typing
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.api import inputs
from messaging.api.responses import created_status
from messaging.audited import note_reading
from messaging.models import Message, MessageRevision
from messaging.queries.conversations import (
    conversation_for,
    is_message_of,
    message_for,
    revisions_of,
)
from messaging.queries.history import Window
from messaging.queries.shown import shown_page
from messaging.serializers.input import (
    BodySerializer,
    DraftSerializer,
    TypingSerializer,
    WindowSerializer,
)
from messaging.serializers.output import (
    HistorySerializer,
    MessageRevisionSerializer,
    MessageSerializer,
)

ONE_MINUTE = timedelta(minutes=1)
# A screen sends it every three seconds, 20 a minute; a person may write on three screens.
TYPING_PER_MINUTE = 60


class MessageList(APIView):
    @extend_schema(parameters=[WindowSerializer], responses=HistorySerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """A page of history, in seq order; without a bound, the newest messages.

        `lines` tell what was done with the conversation between these messages.
        """
        window = Window(**validated(WindowSerializer, request.query_params))
        shown = shown_page(person(request), conversation_id, window)
        note_reading(person(request), conversation_id)
        return Response(shown)

    @extend_schema(
        parameters=[idempotency_key.PARAMETER],
        request=DraftSerializer,
        responses={200: MessageSerializer, 201: MessageSerializer, **refusals(LIMITED)},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Send a message. The same id and content sent again answers 200 with the first one.

        As the company, close the conversation or put it off with it, in one step.
        """
        author = person(request)
        asked = validated(DraftSerializer, idempotency_key.with_key(request))
        draft = inputs.draft_of(asked)
        then = inputs.then_of(asked)
        with rate_limits.spend_for_new(
            "message",
            author.pk,
            at_most=settings.MESSAGES_PER_MINUTE,
            window=ONE_MINUTE,
            is_known=lambda: is_message_of(author, draft.id),
        ) as spending:
            sent = send_message(
                author=author, conversation_id=conversation_id, draft=draft, then=then
            )
            spending.is_new = sent.is_new
        return _answered(sent.message, status=created_status(sent.is_new))


class MessageDetail(APIView):
    checks_versions = True

    @extend_schema(operation_id="message_retrieve", responses=MessageSerializer)
    def get(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        message = message_for(person(request), conversation_id, message_id)
        note_reading(person(request), conversation_id)
        return _answered(message)

    @extend_schema(request=BodySerializer, responses=MessageSerializer)
    def patch(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Change the text of one's own recent message. Earlier texts are kept."""
        message = message_for(person(request), conversation_id, message_id)
        asked = validated(BodySerializer, request.data)
        message = edit_message(
            editor=person(request),
            message=message,
            body=asked["body"],
            only_if=preconditions(request),
        )
        return _answered(message)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Delete a message: a tombstone with its `seq` stays."""
        message = message_for(person(request), conversation_id, message_id)
        delete_message(remover=person(request), message=message, only_if=preconditions(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessageRevisionList(ListAPIView[MessageRevision]):
    """The earlier texts of a message, oldest first. For the company only."""

    serializer_class = MessageRevisionSerializer
    pagination_class = None
    filter_backends = ()
    queryset = MessageRevision.objects.none()

    @extend_schema(
        responses={
            200: MessageRevisionSerializer(many=True),
            **refusals({403: "Not of the company."}),
        }
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[MessageRevision]:
        reader = person(self.request)
        message = message_for(reader, self.kwargs["conversation_id"], self.kwargs["message_id"])
        if not reader.is_company:
            raise PermissionDenied
        return revisions_of(message)


class Typing(APIView):
    @extend_schema(
        request=TypingSerializer,
        responses={
            204: None,
            **refusals({403: "A `note`, and not of the company.", **LIMITED}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Show the others that the person who asks is writing."""
        writer = person(request)
        conversation = conversation_for(writer, conversation_id)
        asked = validated(TypingSerializer, request.data)
        rate_limits.spend("typing", writer.pk, at_most=TYPING_PER_MINUTE, window=ONE_MINUTE)
        show_typing(writer=writer, conversation=conversation, in_note=asked["note"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answered(message: Message, *, status: int = status.HTTP_200_OK) -> Response:
    return versioned(MessageSerializer.shown(message), message.version, status=status)

"""The REST endpoints of the company's daily work with a conversation."""

from datetime import timedelta
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.ids import new_id
from core.web import rate_limits
from core.web.company import NOT_OURS
from core.web.errors import NotAllowed
from core.web.openapi import LIMITED, refusals
from core.web.preconditions import preconditions
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions import assignment, moving, snooze
from messaging.actions.conversations import show_viewing
from messaging.api import inputs
from messaging.api.conversations import answered
from messaging.api.responses import created_status
from messaging.queries.conversations import conversation_for
from messaging.serializers.input import (
    MergeSerializer,
    SnoozeSerializer,
    SplitSerializer,
    TakeSerializer,
    ViewingSerializer,
)
from messaging.serializers.output import ConversationSerializer

COMPANY = {403: NOT_OURS}
ONE_MINUTE = timedelta(minutes=1)
# Twice for each conversation that somebody goes through in the list.
VIEWING_PER_MINUTE = 240


class Taking(APIView):
    checks_versions = True

    @extend_schema(
        request=TakeSerializer,
        responses={
            200: ConversationSerializer,
            **refusals({**COMPANY, 409: "A colleague has it, whom `detail` names: confirm."}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Make the conversation one's own. Whom it is taken from is told."""
        taker = person(request)
        conversation = conversation_for(taker, conversation_id)
        asked = validated(TakeSerializer, request.data)
        assignment.take(
            taker=taker,
            conversation=conversation,
            confirmed=asked["confirmed"],
            only_if=preconditions(request),
        )
        return answered(request, conversation_id)


class Following(APIView):
    @extend_schema(request=None, responses={204: None, **refusals(COMPANY)})
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Follow the conversation: be counted and told of what is written. Again is harmless."""
        follower = person(request)
        conversation = conversation_for(follower, conversation_id)
        assignment.follow(follower=follower, conversation=conversation)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses={204: None, **refusals({**COMPANY, 409: "The person who owns it follows it."})}
    )
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Follow it no longer, until one writes there or is mentioned again."""
        follower = person(request)
        conversation = conversation_for(follower, conversation_id)
        assignment.unfollow(follower=follower, conversation=conversation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Viewing(APIView):
    @extend_schema(
        request=ViewingSerializer, responses={204: None, **refusals({**COMPANY, **LIMITED})}
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Show to colleagues that one has the conversation on screen, or has left it."""
        viewer = person(request)
        conversation = conversation_for(viewer, conversation_id)
        asked = validated(ViewingSerializer, request.data)
        rate_limits.spend("viewing", viewer.pk, at_most=VIEWING_PER_MINUTE, window=ONE_MINUTE)
        show_viewing(viewer=viewer, conversation=conversation, **asked)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Merging(APIView):
    @extend_schema(
        request=MergeSerializer,
        responses={
            200: ConversationSerializer,
            **refusals({**COMPANY, 409: "`into` is not an open one of the same client."}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Move its messages and notes `into` another conversation, which is answered; close it.

        Each message leaves a tombstone that says where it went (`moved_to`).
        """
        editor = person(request)
        source = conversation_for(editor, conversation_id)
        if not editor.is_company:
            raise NotAllowed
        into = validated(MergeSerializer, request.data)["into"]
        target = moving.merge(
            editor=editor, source=source, target=inputs.conversation_of(editor, into)
        )
        return answered(request, target.pk)


class Splitting(APIView):
    @extend_schema(
        request=SplitSerializer,
        responses={
            200: ConversationSerializer,
            201: ConversationSerializer,
            **refusals({**COMPANY, 409: "The `id` was used for something else."}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Move messages into a new conversation of the same client, which is answered."""
        editor = person(request)
        source = conversation_for(editor, conversation_id)
        if not editor.is_company:
            raise NotAllowed
        asked = validated(SplitSerializer, request.data)
        done = moving.split(
            editor=editor,
            source=source,
            message_ids=asked["messages"],
            subject=asked["subject"],
            chantier=inputs.chantier_of_client(editor, asked.get("chantier"), source.client_id),
            new_conversation_id=asked.get("id") or new_id(),
        )
        return answered(request, done.conversation.pk, status=created_status(done.is_new))


class Snoozing(APIView):
    checks_versions = True

    @extend_schema(
        request=SnoozeSerializer,
        responses={
            200: ConversationSerializer,
            **refusals({**COMPANY, 409: "The conversation is closed."}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Put the conversation off until a moment. A message of the client brings it back."""
        editor = person(request)
        conversation = conversation_for(editor, conversation_id)
        asked = validated(SnoozeSerializer, request.data)
        snooze.snooze(
            editor=editor,
            conversation=conversation,
            until=asked["until"],
            only_if=preconditions(request),
        )
        return answered(request, conversation_id)

    @extend_schema(responses={204: None, **refusals(COMPANY)})
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Bring the conversation back now. Again is harmless."""
        editor = person(request)
        snooze.wake(editor=editor, conversation=conversation_for(editor, conversation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

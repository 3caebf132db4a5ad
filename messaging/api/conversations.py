"""The REST endpoints of conversations: list, open, change, archive, catch up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.web import idempotency_key, rate_limits
from core.web.errors import refusals_under
from core.web.openapi import LIMITED, refusals
from core.web.pagination import NewestFirst
from core.web.preconditions import preconditions
from core.web.requests import person, validated
from core.web.views import APIView, ListAPIView, versioned
from messaging.actions.conversations import (
    archive_conversation,
    change_conversation,
    open_conversation,
)
from messaging.api import inputs
from messaging.api.filters import ConversationFilter
from messaging.api.responses import created_status
from messaging.audited import note_reading
from messaging.models import Conversation
from messaging.queries.conversations import (
    conversation_for,
    is_conversation_of,
    listed_for,
)
from messaging.queries.shown import ShownConversations, shown_changes, shown_conversation
from messaging.serializers.input import (
    ConversationChangeSerializer,
    OpeningSerializer,
    SinceSerializer,
)
from messaging.serializers.output import ChangesSerializer, ConversationSerializer

ONE_HOUR = timedelta(hours=1)


class ByActivityOrClock(NewestFirst):
    """The newest activity first, or with `sort=answer_due` the question that is late first."""

    BY_CLOCK = ("answer_due_at", "id")

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        is_by_clock = request.query_params.get("sort") == "answer_due"
        return self.BY_CLOCK if is_by_clock else NewestFirst.ordering

    @property
    def _signer(self) -> signing.Signer:
        # Pages of the server give cursors of the usual order.
        order = NewestFirst.__name__ if self.ordering != self.BY_CLOCK else "the clock"
        return signing.Signer(salt=f"cursor of {order}")


class ConversationList(ListAPIView[Conversation]):
    """The person's conversations, newest activity first."""

    serializer_class = ConversationSerializer
    filterset_class = ConversationFilter
    pagination_class = ByActivityOrClock
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        is_catching_up = "changed_since" in self.request.query_params
        return listed_for(person(self.request), with_archived=is_catching_up)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        listed = self.get_queryset()
        # For each request, django-filter builds a form of all filters.
        if not ConversationFilter.base_filters.keys().isdisjoint(request.query_params):
            listed = self.filter_queryset(listed)
        pages: Any = self.paginator
        shown = ShownConversations(listed, person(request))
        return self.get_paginated_response(pages.paginate_queryset(shown, request, view=self))

    @extend_schema(
        parameters=[idempotency_key.PARAMETER],
        request=OpeningSerializer,
        responses={
            200: ConversationSerializer,
            201: ConversationSerializer,
            **refusals(LIMITED),
        },
    )
    def post(self, request: Request) -> Response:
        """Open a conversation, with or without a first message."""
        opener = person(request)
        asked = validated(OpeningSerializer, idempotency_key.with_key(request))
        opening = inputs.opening_of(opener, asked)
        limit = rate_limits.spend_for_new(
            "conversation",
            opener.pk,
            at_most=settings.CONVERSATIONS_PER_HOUR,
            window=ONE_HOUR,
            is_known=lambda: is_conversation_of(opener, opening.id),
        )
        with limit as spending, refusals_under("message"):
            opened = open_conversation(opener=opener, opening=opening)
            spending.is_new = opened.is_new
        return answered(request, opened.conversation.pk, status=created_status(opened.is_new))


class ConversationDetail(APIView):
    checks_versions = True

    @extend_schema(responses=ConversationSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        response = answered(request, conversation_id)
        note_reading(person(request), conversation_id)
        return response

    @extend_schema(request=ConversationChangeSerializer, responses=ConversationSerializer)
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """Change the subject; as the company also the chantier, the status, the assigned person."""
        editor = person(request)
        conversation = conversation_for(editor, conversation_id)
        asked = validated(ConversationChangeSerializer, request.data)
        changes = inputs.changes_of(editor, conversation, asked)
        change_conversation(
            editor=editor,
            conversation=conversation,
            changes=changes,
            only_if=preconditions(request),
        )
        return answered(request, conversation_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """As the company, archive it: it leaves the lists, and can still be read."""
        conversation = conversation_for(person(request), conversation_id)
        archive_conversation(
            archiver=person(request), conversation=conversation, only_if=preconditions(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangeList(APIView):
    @extend_schema(parameters=[SinceSerializer], responses=ChangesSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Everything that changed since a version."""
        since = validated(SinceSerializer, request.query_params)["since"]
        shown = shown_changes(person(request), conversation_id, since)
        note_reading(person(request), conversation_id)
        return Response(shown)


def answered(
    request: Request, conversation_id: UUID, *, status: int = status.HTTP_200_OK
) -> Response:
    shown = shown_conversation(person(request), conversation_id)
    return versioned(shown, shown["version"], status=status)

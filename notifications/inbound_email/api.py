"""The REST endpoints of emails that came in: their originals, and the list of those to sort."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from attachments.storage.objects import Missing
from core.models import User
from core.queries import clients_for
from core.web.company import IsCompany
from core.web.filters import FlagFilter
from core.web.openapi import refusals
from core.web.pagination import LatestReceived
from core.web.requests import person, validated
from core.web.views import APIView, ListAPIView
from messaging.conversation.idempotency import Opening
from messaging.models import SUBJECT_LENGTH
from messaging.queries.conversations import conversation_for
from notifications import actions
from notifications.inbound_email import originals, to_sort
from notifications.inbound_email.originals import Original
from notifications.inbound_email.serializers import (
    EmailCountsSerializer,
    EmailDetailSerializer,
    EmailSerializer,
    OpenSerializer,
    OriginalSerializer,
    PlaceSerializer,
)
from notifications.inbound_email.to_sort import Suggestion
from notifications.models import InboundEmail

PLACING = refusals(
    {
        409: "It is in another conversation, has nothing to show, or that one is archived.",
        410: "The email is no longer kept.",
    }
)
PLACED_ELSEWHERE = refusals({409: "It is already in a conversation."})
STATES = [choice for choice in InboundEmail.State.choices if choice[0] != InboundEmail.State.DONE]


class MessageEmail(APIView):
    @extend_schema(
        responses={
            200: OriginalSerializer,
            **refusals({404: "Not made of an email, not the reader's to see, or no longer kept."}),
        }
    )
    def get(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Return the email that a message was made of, as text: for its author and the company."""
        email = to_sort.email_of_message(person(request), conversation_id, message_id)
        original = _original(email)
        if original is None:
            raise Http404
        return Response(OriginalSerializer(original).data)


class StaffView(APIView):
    permission_classes = (IsAuthenticated, IsCompany)


class EmailFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=STATES)
    automatic = FlagFilter(method="filter_automatic", label="Sent by programs")

    class Meta:
        model = InboundEmail
        fields = ("state",)

    def filter_automatic(
        self, emails: QuerySet[InboundEmail], name: str, value: bool
    ) -> QuerySet[InboundEmail]:
        return to_sort.sent_by_programs(emails, value)


class EmailList(ListAPIView[InboundEmail]):
    """The emails that are no messages, the last received first."""

    permission_classes = (IsAuthenticated, IsCompany)
    serializer_class = EmailSerializer
    filterset_class = EmailFilter
    pagination_class = LatestReceived
    queryset = InboundEmail.objects.none()
    # Of the page, by the emails' keys.
    suggestions: Mapping[UUID, list[Suggestion]] = {}

    def get_queryset(self) -> QuerySet[InboundEmail]:
        return to_sort.emails_for(person(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.suggestions = to_sort.suggestions_of(page or [], person(self.request))
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "suggestions": self.suggestions}


class EmailSummary(StaffView):
    @extend_schema(responses=EmailCountsSerializer)
    def get(self, request: Request) -> Response:
        """Count the emails that wait."""
        return Response(EmailCountsSerializer(to_sort.counts()).data)


class EmailDetail(StaffView):
    @extend_schema(operation_id="staff_email_retrieve", responses=EmailDetailSerializer)
    def get(self, request: Request, email_id: UUID) -> Response:
        """Return one email with its text."""
        return _answered(person(request), email_id)


class EmailPlace(StaffView):
    @extend_schema(request=PlaceSerializer, responses={200: EmailDetailSerializer, **PLACING})
    def post(self, request: Request, email_id: UUID) -> Response:
        """Put an email in a conversation, as a message. The same again changes nothing.

        In the name of its author, if that is a person of the client, or the caller; else in the
        caller's, who says whose email it is.
        """
        placer = person(request)
        email = to_sort.email_for(placer, email_id)
        asked = validated(PlaceSerializer, request.data)
        conversation = conversation_for(placer, asked["conversation"])
        actions.place_email(email, conversation, placer)
        return _answered(placer, email_id)


class EmailOpen(StaffView):
    @extend_schema(request=OpenSerializer, responses={200: EmailDetailSerializer, **PLACING})
    def post(self, request: Request, email_id: UUID) -> Response:
        """Open a conversation with the sender's client, or another one, and put the email there."""
        placer = person(request)
        email = to_sort.email_for(placer, email_id)
        asked = validated(OpenSerializer, request.data)
        opening = Opening(
            # One for each email and client, so that the same again opens no second one.
            id=uuid5(email_id, str(client_id := _client_id(email, asked, placer))),
            subject=asked.get("subject") or email.subject[:SUBJECT_LENGTH] or _("Email"),
            client=client_id,
        )
        actions.open_for_email(email, opening, placer)
        return _answered(placer, email_id)


class EmailSetAside(StaffView):
    @extend_schema(request=None, responses={200: EmailDetailSerializer, **PLACED_ELSEWHERE})
    def post(self, request: Request, email_id: UUID) -> Response:
        """Take an email off the list. It can be brought back."""
        reader = person(request)
        actions.set_aside_email(to_sort.email_for(reader, email_id), reader)
        return _answered(reader, email_id)


class EmailBringBack(StaffView):
    @extend_schema(request=None, responses={200: EmailDetailSerializer, **PLACED_ELSEWHERE})
    def post(self, request: Request, email_id: UUID) -> Response:
        """Put an email that was set aside back on the list."""
        reader = person(request)
        actions.bring_back_email(to_sort.email_for(reader, email_id), reader)
        return _answered(reader, email_id)


def _answered(reader: User, email_id: UUID) -> Response:
    email = to_sort.email_for(reader, email_id)
    context = {
        "suggestions": to_sort.suggestions_of([email], reader),
        "original": _original(email),
    }
    return Response(EmailDetailSerializer(email, context=context).data)


def _original(email: InboundEmail) -> Original | None:
    try:
        return originals.shown(email)
    except Missing:
        return None


def _client_id(email: InboundEmail, asked: dict[str, Any], placer: User) -> UUID:
    client_id = asked.get("client") or (email.author.client_id if email.author else None)
    if client_id is None or not clients_for(placer).filter(pk=client_id).exists():
        raise ValidationError({"client": _("Choose a client.")}, "unknown_client")
    return UUID(str(client_id))

"""The REST endpoint that sends messages on by email. Here, since emails are."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.ids import new_id
from core.serializers import InputSerializer, Shape
from core.text import email_spelling
from core.web import rate_limits
from core.web.errors import NotAllowed
from core.web.fields import IdField
from core.web.openapi import LIMITED, refusals
from core.web.requests import person, validated
from core.web.text_field import TextField
from core.web.views import APIView
from messaging.api.responses import created_status
from messaging.queries.conversations import conversation_for
from notifications import actions
from notifications.models import ForwardedEmail

ONE_HOUR = timedelta(hours=1)
# Above it, it is a mailing.
EMAILS_PER_HOUR = 30
MESSAGES_AT_MOST = 50
COMMENT_LENGTH = 5_000


class ForwardSerializer(InputSerializer):
    """Messages to send on. The caller makes the `id`, so that sending it twice is harmless."""

    id = IdField(required=False)
    to = serializers.EmailField(max_length=254)
    messages = serializers.ListField(child=IdField(), min_length=1, max_length=MESSAGES_AT_MOST)
    comment = TextField(
        multiline=True, max_length=COMMENT_LENGTH, required=False, default="", allow_blank=True
    )


class ForwardedSerializer(Shape[ForwardedEmail]):
    """An email that was sent on. `ended_at` is when a mail server took or refused it."""

    to = serializers.CharField(source="address", read_only=True)
    messages = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta:
        model = ForwardedEmail
        fields = (
            "id", "conversation", "to", "messages", "comment", "created_at", "ended_at", "refusal",
        )  # fmt: skip
        read_only_fields = fields


class Forward(APIView):
    @extend_schema(
        request=ForwardSerializer,
        responses={
            200: ForwardedSerializer,
            201: ForwardedSerializer,
            **refusals({403: "Not of the company.", 409: "The `id` was used before.", **LIMITED}),
        },
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Send messages of the conversation to an email address, with their files.

        It is a line of the history. Who forwards it is told if the address refuses it. The same id
        and content again answers 200.
        """
        author = person(request)
        conversation = conversation_for(author, conversation_id)
        if not author.is_company:
            raise NotAllowed
        asked = validated(ForwardSerializer, request.data)
        email_id = asked.get("id") or new_id()
        with rate_limits.spend_for_new(
            "forward",
            author.pk,
            at_most=EMAILS_PER_HOUR,
            window=ONE_HOUR,
            is_known=lambda: ForwardedEmail.objects.filter(pk=email_id, by=author).exists(),
        ) as spending:
            done = actions.forward(email_id, conversation, by=author, **_content(asked))
            spending.is_new = done.is_new
        return Response(ForwardedSerializer(done.email).data, status=created_status(done.is_new))


def _content(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": email_spelling(asked["to"]),
        "message_ids": asked["messages"],
        "comment": asked["comment"],
    }

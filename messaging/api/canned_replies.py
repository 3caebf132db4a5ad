"""The REST endpoints of the replies that people of the company reuse."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.ids import new_id
from core.web.company import NOT_OURS, colleague
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions import canned_replies
from messaging.models import CannedReply
from messaging.queries.canned_replies import replies_for
from messaging.serializers.canned_replies import (
    CannedReplySerializer,
    ReplyChangeSerializer,
    ReplyDraftSerializer,
)

TAKEN = "Another reply has this shortcut"


class CannedReplyList(APIView):
    """One's own replies and those that colleagues share. A client's user gets 404."""

    @extend_schema(responses={200: CannedReplySerializer(many=True), **refusals({404: NOT_OURS})})
    def get(self, request: Request) -> Response:
        return Response(CannedReplySerializer(_replies_of(request), many=True).data)

    @extend_schema(
        request=ReplyDraftSerializer,
        responses={
            201: CannedReplySerializer,
            **refusals(
                {
                    409: f"{TAKEN}, or too many.",
                    403: "The id is of somebody else's reply.",
                    404: NOT_OURS,
                }
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Keep a reply. The same id again replaces it."""
        owner = colleague(request)
        asked = validated(ReplyDraftSerializer, request.data)
        reply_id = asked.pop("id", None) or new_id()
        reply = canned_replies.save_reply(owner, reply_id=reply_id, values=asked)
        return Response(CannedReplySerializer(reply).data, status=status.HTTP_201_CREATED)


class CannedReplyDetail(APIView):
    """A reply: one's own, or a shared one as a manager."""

    @extend_schema(
        request=ReplyChangeSerializer,
        responses={
            200: CannedReplySerializer,
            **refusals({403: "Somebody else's.", 409: f"{TAKEN}."}),
        },
    )
    def patch(self, request: Request, reply_id: UUID) -> Response:
        reply = get_object_or_404(_replies_of(request), pk=reply_id)
        changes = validated(ReplyChangeSerializer, request.data)
        reply = canned_replies.change_reply(reply, person(request), changes)
        return Response(CannedReplySerializer(reply).data)

    @extend_schema(responses={204: None, **refusals({403: "Somebody else's."})})
    def delete(self, request: Request, reply_id: UUID) -> Response:
        reply = get_object_or_404(_replies_of(request), pk=reply_id)
        canned_replies.delete_reply(reply, person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _replies_of(request: Request) -> QuerySet[CannedReply]:
    return replies_for(colleague(request)).select_related("owner")

"""The REST endpoint that changes many conversations."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.models import User
from core.web.errors import NotAllowed
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions import bulk
from messaging.api import inputs
from messaging.queries.conversations import listed_for
from messaging.queries.shown import ShownConversations
from messaging.serializers.bulk import BulkAnswerSerializer, BulkSerializer, ChangedSerializer


class Bulk(APIView):
    @extend_schema(
        request=BulkSerializer,
        responses={200: BulkAnswerSerializer, **refusals({403: "Not of the company."})},
    )
    def post(self, request: Request) -> Response:
        """Assign, close, reopen or put off up to 200 conversations, each in its own transaction.

        What is refused says why in its result, and keeps nothing else back. Again is harmless.
        """
        editor = person(request)
        if not editor.is_company:
            raise NotAllowed
        asked = validated(BulkSerializer, request.data)
        results = bulk.change_each(
            editor=editor,
            conversation_ids=asked["conversations"],
            change=_change(editor, asked),
        )
        ids = [result.id for result in results if result.outcome != "refused"]
        changed = listed_for(editor, with_archived=True).filter(pk__in=ids)
        return Response(
            {
                "results": ChangedSerializer(results, many=True).data,
                "conversations": ShownConversations(changed, editor)[:],
            }
        )


def _change(editor: User, asked: dict[str, Any]) -> bulk.Change:
    if "snoozed_until" in asked:
        return bulk.putting_off(asked["snoozed_until"])
    return bulk.changing(inputs.bulk_changes_of(editor, asked))

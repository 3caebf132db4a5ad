"""The REST endpoints of read marks and unread counters."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions.reads import mark_unread_from, read_up_to
from messaging.models import Participant
from messaging.queries.conversations import conversation_for
from messaging.queries.unread import unread_for, unread_total_for
from messaging.serializers.input import SeqSerializer, UnreadFromSerializer
from messaging.serializers.output import ReadStateSerializer, UnreadSerializer


class ReadMark(APIView):
    @extend_schema(request=SeqSerializer, responses=ReadStateSerializer)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Record that one has read up to `seq`. A mark never goes back."""
        reader, seq = person(request), validated(SeqSerializer, request.data)["seq"]
        conversation = conversation_for(reader, conversation_id)
        mark = read_up_to(reader=reader, conversation=conversation, seq=seq)
        return Response(_read_state(request, mark))


class UnreadMark(APIView):
    @extend_schema(request=UnreadFromSerializer, responses=ReadStateSerializer)
    def put(self, request: Request, conversation_id: UUID) -> Response:
        """Count the messages from `seq` on as unread again, for oneself only."""
        reader, seq = person(request), validated(UnreadFromSerializer, request.data)["seq"]
        conversation = conversation_for(reader, conversation_id)
        mark = mark_unread_from(reader=reader, conversation=conversation, seq=seq)
        return Response(_read_state(request, mark))


class Unread(APIView):
    @extend_schema(responses=UnreadSerializer)
    def get(self, request: Request) -> Response:
        """One's own unread messages, in all and by conversation."""
        return Response(UnreadSerializer(unread_for(person(request))).data)


def _read_state(request: Request, mark: Participant) -> dict[str, Any]:
    state = {
        "last_read_seq": mark.last_read_seq,
        "unread_after_seq": mark.unread_after_seq,
        "unread_count": mark.unread_count,
        "unread_total": unread_total_for(person(request)),
    }
    return ReadStateSerializer(state).data

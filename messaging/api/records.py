"""What programs with the scope `messages:read` read: conversations, messages, files.

The events tell of changes, for 30 days; this has everything that was said, in the same shapes.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from attachments import downloads
from core.auth.machine_views import MachineView, machine
from core.credential_models import MachineCredential
from core.models import Chantier, Client
from core.web.openapi import LIMITED, refusals
from core.web.requests import validated
from core.web.views import AnyAccept
from messaging.audited import note_access
from messaging.models import Conversation
from messaging.outgoing_shapes import Json, conversation_shape, message_shape
from messaging.queries.attachments import shown_file
from messaging.queries.history import Window, history_of
from messaging.serializers.records import (
    ConversationRecordsQuerySerializer,
    ConversationRecordsSerializer,
    MessageRecordsQuerySerializer,
    MessageRecordsSerializer,
)


class RecordsView(MachineView):
    scope = MachineCredential.Scope.MESSAGES_READ


class ConversationRecords(RecordsView):
    @extend_schema(
        parameters=[ConversationRecordsQuerySerializer],
        responses={200: ConversationRecordsSerializer, **refusals(LIMITED)},
    )
    def get(self, request: Request) -> Response:
        """Read all conversations, page by page, or those of a client or a chantier.

        What is opened while you read is in the events.
        """
        asked = validated(ConversationRecordsQuerySerializer, request.query_params)
        rows = Conversation.objects.filter(purged_at=None)
        rows = rows.select_related("client", "chantier", "assigned_to")
        if "client" in asked:
            rows = rows.filter(client=get_object_or_404(Client, external_id=asked["client"]))
        if "chantier" in asked:
            rows = rows.filter(chantier=get_object_or_404(Chantier, external_id=asked["chantier"]))
        if "after" in asked:
            rows = rows.filter(pk__gt=asked["after"])
        limit = asked["limit"]
        page = list(rows.order_by("pk")[: limit + 1])
        following = page[limit - 1].pk if len(page) > limit else None
        return Response({"results": list(map(_shown, page[:limit])), "next": following})


class MessageRecords(RecordsView):
    @extend_schema(
        parameters=[MessageRecordsQuerySerializer],
        responses={200: MessageRecordsSerializer, **refusals(LIMITED)},
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Read the messages of a conversation from the first one on, page by page."""
        asked = validated(MessageRecordsQuerySerializer, request.query_params)
        conversation = get_object_or_404(Conversation, pk=conversation_id, purged_at=None)
        note_access(machine(request), conversation_id)
        page = history_of(conversation, Window(after=asked["after"], limit=asked["limit"]))
        following = asked["after"] + asked["limit"] if page.has_after else None
        return Response({"results": list(map(message_shape, page.results)), "next": following})


class FileRecord(RecordsView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        responses={
            302: OpenApiResponse(None, "`Location` is an address in the storage, for a minute."),
            **refusals({409: "It is not checked yet, or was refused.", **LIMITED}),
        }
    )
    def get(self, request: Request, attachment_id: UUID) -> HttpResponse:
        """Download a file of a message, without the place where a photo was taken."""
        url = downloads.content_url(shown_file(attachment_id), is_original=False)
        response = HttpResponseRedirect(url)
        response["Cache-Control"] = "no-store"
        return response


def _shown(conversation: Conversation) -> Json:
    return {
        **conversation_shape(conversation),
        "client": _place(conversation.client),
        "chantier": _place(conversation.chantier),
    }


def _place(row: Any) -> Json | None:
    if row is None:
        return None
    return {"id": row.pk, "external_id": row.external_id, "name": row.name}

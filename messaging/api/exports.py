"""The REST endpoints of exports."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.web import rate_limits
from core.web.openapi import LIMITED, refusals
from core.web.requests import person, validated
from core.web.views import AnyAccept, APIView
from messaging.actions import exports
from messaging.api.responses import created_status
from messaging.exporting.choices import choices_for
from messaging.exporting.scope import scope_for
from messaging.queries.exports import export_for, exports_of
from messaging.serializers.exports import (
    ExportChoiceSerializer,
    ExportChoicesQuerySerializer,
    ExportDraftSerializer,
    ExportSerializer,
)

ONE_HOUR = timedelta(hours=1)
LISTED = 50


class ExportList(APIView):
    @extend_schema(responses=ExportSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List one's own exports, the newest first: the last 50."""
        mine = exports_of(person(request))[:LISTED]
        return Response(ExportSerializer(mine, many=True).data)

    @extend_schema(
        request=ExportDraftSerializer,
        responses={
            200: ExportSerializer,
            201: ExportSerializer,
            **refusals(
                {
                    403: "All of a client or of a person: for managers.",
                    404: "There is no such thing, or the reader does not see it.",
                    **LIMITED,
                }
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Ask for a ZIP. The same again while it is being made answers 200 with that one."""
        by = person(request)
        asked = validated(ExportDraftSerializer, request.data)
        scope = scope_for(by, asked["kind"], asked["subject"])
        rate_limits.spend("exports", by.pk, at_most=settings.EXPORTS_PER_HOUR, window=ONE_HOUR)
        ordered = exports.ask_export(
            by, scope, with_notes=asked["with_notes"], with_files=asked["with_files"]
        )
        return Response(
            ExportSerializer(ordered.export).data, status=created_status(ordered.is_new)
        )


class ExportChoices(APIView):
    @extend_schema(
        parameters=[ExportChoicesQuerySerializer],
        responses={
            200: ExportChoiceSerializer(many=True),
            **refusals({404: "There is no such conversation, or the reader does not see it."}),
        },
    )
    def get(self, request: Request) -> Response:
        """List what the person may export, with how much it is."""
        asked = validated(ExportChoicesQuerySerializer, request.query_params)
        found = choices_for(person(request), asked.get("conversation"))
        return Response(ExportChoiceSerializer(found, many=True).data)


class ExportDetail(APIView):
    """One's own export. Anybody else's is 404, for managers too."""

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, export_id: UUID) -> Response:
        return Response(ExportSerializer(export_for(person(request), export_id)).data)

    @extend_schema(responses={200: ExportSerializer})
    def delete(self, request: Request, export_id: UUID) -> Response:
        """Cancel an export that is being made, or delete a finished one. Again is harmless."""
        by = person(request)
        export = exports.cancel_export(export_for(by, export_id), by=by)
        return Response(ExportSerializer(export).data, status=status.HTTP_200_OK)


class ExportContent(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        responses={
            302: OpenApiResponse(None, "`Location` is an address in the storage, for a minute."),
            **refusals({403: "Not allowed any more.", 409: "Not ready, or no longer kept."}),
        }
    )
    def get(self, request: Request, export_id: UUID) -> HttpResponse:
        """Download the ZIP."""
        reader = person(request)
        url = exports.download_url(export_for(reader, export_id), reader)
        response = HttpResponseRedirect(url)
        response["Cache-Control"] = "no-store"
        return response

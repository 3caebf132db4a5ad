"""The REST endpoints of sending a file, until its bytes have arrived."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from attachments import queries
from attachments.models import Attachment
from attachments.serializers import (
    AnnouncedSerializer,
    AnnouncementSerializer,
    ReceivedPartsSerializer,
    SignedPartsSerializer,
    WantedPartsSerializer,
    announced,
)
from attachments.uploads import announce, transfer
from attachments.uploads.announce import Wanted
from attachments.uploads.transfer import UploadOver, WantedPart
from core.web import idempotency_key, rate_limits
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.api.responses import created_status

ONE_HOUR = timedelta(hours=1)


class AttachmentList(APIView):
    @extend_schema(
        parameters=[idempotency_key.PARAMETER],
        request=AnnouncementSerializer,
        responses={
            200: AnnouncedSerializer,
            201: AnnouncedSerializer,
            **refusals(
                {
                    413: "Larger than a file may be.",
                    415: "Not a kind of file that may be sent.",
                    422: "Empty.",
                    429: "Too many files in this hour, or too many bytes today.",
                }
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Announce a file. The answer says how to send it. The same sent again answers 200."""
        uploader = person(request)
        asked = validated(AnnouncementSerializer, idempotency_key.with_key(request))
        asked.pop("content_type", None)
        wanted = Wanted(**asked)
        with rate_limits.spend_for_new(
            "attachment",
            uploader.pk,
            at_most=settings.ATTACHMENTS_PER_HOUR,
            window=ONE_HOUR,
            is_known=lambda: wanted.id is not None and queries.is_file_of(uploader, wanted.id),
        ) as spending:
            opened = announce.open_upload(uploader=uploader, wanted=wanted)
            spending.is_new = opened.is_new
        shown = announced(opened.attachment, transfer.instructions(opened.attachment))
        return Response(shown, status=created_status(opened.is_new))


class PartList(APIView):
    @extend_schema(operation_id="attachment_parts", responses=ReceivedPartsSerializer)
    def get(self, request: Request, attachment_id: UUID) -> Response:
        """The parts of a file that have arrived."""
        attachment = _in_parts(request, attachment_id)
        state = {
            "part_size": settings.ATTACHMENT_PART_BYTES,
            "part_count": transfer.part_count(attachment.size),
            "parts": transfer.received(attachment),
        }
        return Response(ReceivedPartsSerializer(state).data)

    @extend_schema(request=WantedPartsSerializer, responses=SignedPartsSerializer)
    def post(self, request: Request, attachment_id: UUID) -> Response:
        """Sign parts that are about to be sent, each with its own SHA-256."""
        asked = validated(WantedPartsSerializer, request.data)["parts"]
        attachment = _in_parts(request, attachment_id)
        signed = transfer.sign(attachment, [WantedPart(**part) for part in asked])
        return Response(SignedPartsSerializer({"parts": signed}).data)


def _in_parts(request: Request, attachment_id: UUID) -> Attachment:
    attachment = queries.uploading_for(person(request), attachment_id)
    if attachment.status != Attachment.Status.UPLOADING or not attachment.is_multipart:
        raise UploadOver
    return attachment

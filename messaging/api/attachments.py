"""The REST endpoints of files: state, content, and the libraries of conversations and chantiers.

`uploads` has those of sending the bytes.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from attachments import downloads
from attachments.actions import AlreadySent
from attachments.queries import uploading_for
from attachments.serializers import AttachmentSerializer, LinksSerializer, VersionSerializer
from core.queries import chantiers_for
from core.web.openapi import refusals
from core.web.pagination import LatestFirst
from core.web.requests import person, validated
from core.web.views import AnyAccept, APIView, ListAPIView
from messaging.actions import attachments
from messaging.models import Conversation, MessageAttachment
from messaging.queries.attachments import attachment_for, library_of
from messaging.queries.conversations import conversation_for, visible_to
from messaging.serializers.output import LibraryItemSerializer

REDIRECTION = {
    302: OpenApiResponse(None, "`Location` is an address in the storage, for a short time.")
}


class AttachmentDetail(APIView):
    @extend_schema(operation_id="attachment_retrieve", responses=AttachmentSerializer)
    def get(self, request: Request, attachment_id: UUID) -> Response:
        attachment = attachment_for(person(request), attachment_id)
        return Response(AttachmentSerializer(attachment).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, attachment_id: UUID) -> Response:
        """Withdraw one's own file that is in no message yet, or whose bytes have not arrived.

        In a message it keeps its place, shown as taken back.
        """
        attachment = attachment_for(person(request), attachment_id)
        if attachment.uploader_id != person(request).pk:
            raise AlreadySent
        attachments.withdraw(attachment)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AttachmentCompletion(APIView):
    @extend_schema(
        request=None,
        responses={
            200: AttachmentSerializer,
            **refusals({422: "Its bytes have not all arrived, or are not those announced."}),
        },
    )
    def post(self, request: Request, attachment_id: UUID) -> Response:
        """Check that all bytes have arrived, and order their analysis. Again is harmless."""
        attachment = attachments.complete(uploading_for(person(request), attachment_id))
        return Response(AttachmentSerializer(attachment).data)


class AttachmentContent(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(parameters=[VersionSerializer], responses=REDIRECTION)
    def get(self, request: Request, attachment_id: UUID) -> HttpResponse:
        """Download the file. With `original`, its sender gets a photo with its location."""
        reader = person(request)
        attachment = attachment_for(reader, attachment_id)
        is_original = validated(VersionSerializer, request.query_params)["original"]
        is_original = is_original and attachment.original_is_for(reader.pk)
        url = downloads.content_url(attachment, is_original=is_original)
        return _redirected(url, "no-store")


class AttachmentLinks(APIView):
    @extend_schema(responses=LinksSerializer)
    def get(self, request: Request, attachment_id: UUID) -> Response:
        """Addresses of the file and its previews that open without a login, for a short time.

        `<img>` sends no bearer token, and a token in an address would stay in logs.
        """
        reader = person(request)
        attachment = attachment_for(reader, attachment_id)
        has_original = attachment.original_is_for(reader.pk)
        links = downloads.links(attachment, has_original=has_original)
        response = Response(LinksSerializer(links).data)
        response["Cache-Control"] = "no-store"
        return response


class AttachmentPreview(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(responses=REDIRECTION)
    def get(self, request: Request, attachment_id: UUID, max_px: int) -> HttpResponse:
        """A preview of the file, as WEBP, at most 320 or 1280 pixels wide and high."""
        attachment = attachment_for(person(request), attachment_id)
        url = downloads.preview_url(attachment, max_px)
        lifetime = int(downloads.PREVIEW_LIFETIME.total_seconds())
        return _redirected(url, f"private, max-age={lifetime}")


class _FileLibrary(ListAPIView[MessageAttachment]):
    """Files, the newest message first."""

    serializer_class = LibraryItemSerializer
    pagination_class = LatestFirst
    filter_backends = ()
    queryset = MessageAttachment.objects.none()

    def conversations(self) -> QuerySet[Conversation]:
        """Return the conversations whose files this library shows."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[MessageAttachment]:
        return library_of(person(self.request), self.conversations())


class ConversationLibrary(_FileLibrary):
    """The photos and documents of a conversation, the newest first."""

    def conversations(self) -> QuerySet[Conversation]:
        reader = person(self.request)
        conversation = conversation_for(reader, self.kwargs["conversation_id"])
        return Conversation.objects.filter(pk=conversation.pk)


class ChantierLibrary(_FileLibrary):
    """The photos and documents of all conversations about a chantier, the newest first."""

    def conversations(self) -> QuerySet[Conversation]:
        reader = person(self.request)
        chantier = get_object_or_404(chantiers_for(reader), pk=self.kwargs["chantier_id"])
        return visible_to(reader).filter(chantier=chantier)


def _redirected(url: str, cache_control: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = cache_control
    # It holds no document. On a slow link, half a kilobyte for each picture.
    setattr(response, "_csp_exempt", True)  # noqa: B010 - of django-csp, without a type
    return response

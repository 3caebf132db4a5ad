"""The photo of a person of the company: the REST endpoint of its person, and its public address."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from attachments import portraits
from core.models import User
from core.web.errors import NotAllowed
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.serializers.portraits import PhotoSerializer, PortraitSerializer, portrait_of

KEPT = "public, max-age=31536000, immutable"
NOT_THEIRS = refusals({403: "Not of the company."})


class MyPhoto(APIView):
    """One's own photo, which clients see beside the name of who answers. For the company alone."""

    @extend_schema(responses={200: PortraitSerializer, **NOT_THEIRS})
    def get(self, request: Request) -> Response:
        return _answer(_of_company(request))

    @extend_schema(request=PhotoSerializer, responses={200: PortraitSerializer, **NOT_THEIRS})
    def put(self, request: Request) -> Response:
        """Show a photo from now on. It is drawn anew, at most 320 px on a side."""
        shown = _of_company(request)
        portraits.keep_portrait(shown, validated(PhotoSerializer, request.data)["image"])
        return _answer(shown)

    @extend_schema(request=None, responses={204: None, **NOT_THEIRS})
    def delete(self, request: Request) -> Response:
        """Show the initials again."""
        portraits.remove_portrait(_of_company(request))
        return Response(status=204)


def _of_company(request: Request) -> User:
    asking = person(request)
    if not asking.is_company:
        raise NotAllowed
    return asking


def _answer(shown: User) -> Response:
    return Response(PortraitSerializer({"photo": portrait_of(shown)}).data)


@require_safe
def portrait(request: HttpRequest, key: str) -> HttpResponse:
    """Answer a photo. Its address is all that one needs, as a portal's page has no session here."""
    response = HttpResponse(portraits.content_of(key), content_type=portraits.CONTENT_TYPE)
    response["Cache-Control"] = KEPT
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response

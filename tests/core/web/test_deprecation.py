"""An operation that will go says so in each answer and in the OpenAPI document."""

from datetime import date
from typing import Any

from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.web.deprecation import deprecated
from core.web.views import APIView


class OldRoofs(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @deprecated(since=date(2027, 1, 4), sunset=date(2027, 7, 1), instead="/api/v1/roofs")
    @extend_schema(responses={204: None})
    def get(self, request: Request) -> Response:
        """List roofs."""
        return Response(status=204)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        return Response(status=204)


def ask(method: str, query: str = "") -> Response:
    request = getattr(APIRequestFactory(), method)(f"/old-roofs{query}")
    answer: Response = OldRoofs.as_view()(request)
    return answer


def test_answer_says_since_when_until_when_and_what_instead() -> None:
    answer = ask("get")

    assert answer.status_code == 204
    # 4 January 2027, midnight UTC, in seconds.
    assert answer["Deprecation"] == "@1799020800"
    assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert answer["Link"] == '</api/v1/roofs>; rel="successor-version"'


def test_refusal_says_it_as_well() -> None:
    answer = ask("get", "?unknown=1")

    assert answer.status_code == 400
    assert answer["Deprecation"] == "@1799020800"


def test_other_method_of_the_view_says_nothing() -> None:
    assert "Deprecation" not in ask("post")


def test_document_marks_the_operation_and_keeps_its_description() -> None:
    # Without the hooks, which know the operations of Liaison alone.
    generator: Any = SchemaGenerator(patterns=[path("old-roofs", OldRoofs.as_view())])  # type: ignore[no-untyped-call]  # no types
    generator._initialise_endpoints()
    operations = generator.parse(None, public=True)["/old-roofs"]

    assert operations["get"]["deprecated"] is True
    assert operations["get"]["description"] == "List roofs."
    assert set(operations["get"]["responses"]) >= {"204"}
    assert "deprecated" not in operations["post"]

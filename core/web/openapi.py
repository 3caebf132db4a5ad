"""Serve the OpenAPI document and describe our ways to authenticate."""

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import RefusalSerializer

# Described in `openapi_hooks`, for operations that have a limit.
LIMITED = {429: ""}


def refusals(meanings: dict[int, str]) -> dict[int, OpenApiResponse]:
    """Return the refusals of an operation, given their meanings by status, for `extend_schema`."""
    return {
        status: OpenApiResponse(RefusalSerializer, meaning) for status, meaning in meanings.items()
    }


class SchemaView(SpectacularAPIView):
    """Serve the document in English, as it is committed."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        with translation.override("en"):
            answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # no types
        return answer


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # no types
    target_class = "core.auth.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # no types
    target_class = "core.auth.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class CredentialScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # no types
    target_class = "core.auth.authentication.CredentialAuthentication"
    name = "credential"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The credential of a program: `manage.py issue_credential`.",
        }

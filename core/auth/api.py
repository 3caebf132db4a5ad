"""Log in, log out and issue stream tickets over REST."""

from math import inf

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth import login, stream_tickets
from core.auth.authentication import SessionAuthentication
from core.auth.jwt_tokens import expiry_of
from core.serializers import (
    LogInSerializer,
    MeSerializer,
    TicketSerializer,
)
from core.web.openapi import LIMITED, refusals
from core.web.requests import person
from core.web.views import APIView


class SessionView(APIView):
    """Log in and out with a session cookie."""

    permission_classes = (AllowAny,)

    @extend_schema(
        request=LogInSerializer,
        responses={
            200: MeSerializer,
            **refusals(
                LIMITED
                | {
                    403: "`mfa_setup_required`: the company asks for a second factor, which the "
                    "person sets up on the login page. `use_provider`: the company has switched "
                    "passwords off.",
                    409: "`mfa_required`: the password is right. Send the same with `code`.",
                }
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Log in. A person of the company with a second factor gives its `code` as well."""
        # DRF checks CSRF only for a request that has a session. Without this line, a page of
        # another site could log a visitor in to that site's own account.
        SessionAuthentication().enforce_csrf(request)
        asked = LogInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = login.log_in(request._request, **asked.validated_data)
        return Response(MeSerializer(user).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        login.log_out(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StreamTicketView(APIView):
    """Issue a one-use ticket that opens `/stream?ticket=` without a cookie."""

    @extend_schema(request=None, responses={201: TicketSerializer})
    def post(self, request: Request) -> Response:
        # The token, or None for a session.
        ends_at = expiry_of(request.auth) if isinstance(request.auth, str) else inf
        ticket = stream_tickets.issue(person(request), ends_at=ends_at)
        shape = {
            "ticket": ticket,
            "expires_in_seconds": int(stream_tickets.LIFETIME.total_seconds()),
        }
        return Response(TicketSerializer(shape).data, status=status.HTTP_201_CREATED)

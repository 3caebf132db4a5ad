"""Logging in and out, what I may choose from, and my stream of events."""

from asgiref.sync import sync_to_async
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import actions, queries, tickets
from core.authentication import SessionAuthentication
from core.filters import ChantierFilter
from core.identities import InvalidToken, user_of
from core.models import Chantier, Client, User
from core.pagination import ByName
from core.realtime import company_channel, user_channel
from core.requests import person
from core.serializers import (
    ChantierSerializer,
    ClientSerializer,
    LogInSerializer,
    MeSerializer,
    PersonSerializer,
    TicketSerializer,
)
from core.stream import hub, payloads


class SessionView(APIView):
    """Log in and out with a session cookie."""

    permission_classes = (AllowAny,)

    @extend_schema(request=LogInSerializer, responses=MeSerializer)
    def post(self, request: Request) -> Response:
        # Logging in has no session yet, so nobody else asks for a CSRF token: a stranger's page
        # could log a visitor in to the stranger's account.
        SessionAuthentication().enforce_csrf(request)
        asked = LogInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = actions.log_in(request._request, **asked.validated_data)
        return Response(MeSerializer(user).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        actions.log_out(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChantierList(generics.ListAPIView[Chantier]):
    """The chantiers one may choose from, by name."""

    serializer_class = ChantierSerializer
    pagination_class = ByName
    filterset_class = ChantierFilter
    queryset = Chantier.objects.none()

    def get_queryset(self) -> QuerySet[Chantier]:
        return queries.chantiers_for(person(self.request))


class ClientList(generics.ListAPIView[Client]):
    """The clients one may choose from, by name."""

    serializer_class = ClientSerializer
    pagination_class = ByName
    queryset = Client.objects.none()

    def get_queryset(self) -> QuerySet[Client]:
        return queries.clients_for(person(self.request))


class StaffList(generics.ListAPIView[User]):
    """The people of the company, for whom a conversation can be assigned to."""

    serializer_class = PersonSerializer
    pagination_class = ByName
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return queries.staff_for(person(self.request))


class StreamTicketView(APIView):
    """A one-use ticket to open `/stream?ticket=` without a cookie."""

    @extend_schema(request=None, responses={201: TicketSerializer})
    def post(self, request: Request) -> Response:
        ticket = tickets.issue(person(request))
        shape = {"ticket": ticket, "expires_in_seconds": int(tickets.LIFETIME.total_seconds())}
        return Response(TicketSerializer(shape).data, status=status.HTTP_201_CREATED)


async def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer with the person's events as they happen (`text/event-stream`)."""
    try:
        listener = await sync_to_async(_listener)(request)
    except APIException as refusal:
        return _refused(refusal)
    channels = [user_channel(listener.pk)]
    if listener.is_company:
        channels.append(company_channel())
    opened = await hub().open(*channels)

    async def may_listen() -> bool:
        return await sync_to_async(_may_listen)(listener)

    return StreamingHttpResponse(
        payloads(opened, may_listen),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _listener(request: HttpRequest) -> User:
    """Return who asks for a stream, and give the database connection back at once.

    Django would keep it as long as the answer lasts: twenty streams on a small pool, and every
    other page of the process waits. Raises NotAuthenticated, or Unavailable.
    """
    try:
        listener = _asking(request)
    except InvalidToken:
        listener = None
    finally:
        connections.close_all()
    if listener is None:
        raise NotAuthenticated(_("Log in, or ask for a new stream ticket."))
    return listener


def _asking(request: HttpRequest) -> User | None:
    if ticket := request.GET.get("ticket"):
        holder = tickets.consume(ticket)
        return User.objects.filter(pk=holder, is_active=True).first() if holder else None
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return user_of(token.strip())
    return request.user if isinstance(request.user, User) else None


def _may_listen(listener: User) -> bool:
    try:
        return queries.may_listen(listener.pk, as_company=listener.is_company)
    finally:
        connections.close_all()


def _refused(refusal: APIException) -> JsonResponse:
    """Answer as the rest of the API does: a native ASGI view has no DRF around it."""
    error = {"code": refusal.default_code, "detail": str(refusal.detail), "attr": None}
    kind = "server_error" if refusal.status_code >= 500 else "client_error"
    response = JsonResponse({"type": kind, "errors": [error]}, status=refusal.status_code)
    if wait := getattr(refusal, "wait", None):
        response["Retry-After"] = str(wait)
    return response

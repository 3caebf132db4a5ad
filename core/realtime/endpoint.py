"""Open a person's stream of server-sent events."""

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAuthenticated

from core import queries
from core.auth import stream_tickets
from core.auth.jwt_tokens import InvalidToken, user_of
from core.models import User
from core.realtime.hub import hub, payloads
from core.realtime.publish import company_channel, user_channel

PARAMETERS = frozenset({"ticket"})


class UnknownParameter(APIException):
    status_code = 400
    default_code = "unknown_parameter"
    default_detail = _lazy("There is no such parameter.")


@csrf_exempt
async def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer with the person's events as they happen (`text/event-stream`)."""
    if request.method != "GET":
        return _refused(MethodNotAllowed(str(request.method)))
    if unknown := [name for name in request.GET if name not in PARAMETERS]:
        return _refused(UnknownParameter(), attr=unknown[0])
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
    """Return the person who asks for a stream, then close the database connection.

    Django would keep the connection as long as the answer lasts, which is hours for a stream.
    Raises NotAuthenticated, or Unavailable.
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
        holder = stream_tickets.consume(ticket)
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


def _refused(refusal: APIException, *, attr: str | None = None) -> JsonResponse:
    """Return a refusal in the format of the API, which DRF does not write for an ASGI view."""
    error = {"code": refusal.default_code, "detail": str(refusal.detail), "attr": attr}
    kind = "server_error" if refusal.status_code >= 500 else "client_error"
    response = JsonResponse({"type": kind, "errors": [error]}, status=refusal.status_code)
    if wait := getattr(refusal, "wait", None):
        response["Retry-After"] = str(wait)
    if refusal.status_code == 405:
        response["Allow"] = "GET"
    return response

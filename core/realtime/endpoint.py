"""Open a person's stream of server-sent events."""

import time
from dataclasses import dataclass
from functools import partial
from math import inf
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAuthenticated

from core.auth import stream_tickets
from core.auth.authentication import is_of_other_person, is_of_portal
from core.auth.jwt_tokens import Identity, InvalidToken, identity_of, person_of, read_issuer_of
from core.models import User
from core.queries import current_epoch
from core.realtime.database_thread import DatabaseThread
from core.realtime.grants import Grant, grant_by_session, grant_by_token
from core.realtime.opening import EventStream, Opening
from core.web.errors import Unavailable
from core.web.middleware import DATABASE_ERRORS

openings = DatabaseThread("stream-opening")

PARAMETERS = frozenset({"ticket"})


class UnknownParameter(APIException):
    status_code = 400
    default_code = "unknown_parameter"
    default_detail = _lazy("There is no such parameter.")


@csrf_exempt
async def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer with the head of the person's stream of events (`text/event-stream`)."""
    if request.method != "GET":
        return _refused(MethodNotAllowed(str(request.method)))
    if unknown := [name for name in request.GET if name not in PARAMETERS]:
        return _refused(UnknownParameter(), attr=unknown[0])
    try:
        opening = await _opening(request)
    except APIException as refusal:
        return _refused(refusal)
    return EventStream(opening)


async def _opening(request: HttpRequest) -> Opening:
    """Find who asks for a stream. Raises NotAuthenticated, or Unavailable.

    What may wait for Valkey or for the keys of the portal runs in the thread of the request, all
    queries one after the other in one thread: two thousand streams at once take one connection.
    """
    try:
        if (token := _bearer(request)) is not None:
            await openings.run(partial(read_issuer_of, token))
        claim = await sync_to_async(_claim)(request)
        opening = await openings.run(partial(_opening_of, claim, request))
    except InvalidToken:
        opening = None
    except (*DATABASE_ERRORS, TimeoutError) as error:
        raise Unavailable from error
    if opening is None:
        raise NotAuthenticated(_("Log in, or ask for a new stream ticket."))
    return opening


@dataclass(frozen=True)
class Claim:
    """Who a ticket or a bearer token says that the caller is. None of both: ask the session."""

    identity: Identity | UUID | None
    ends_at: float = inf


def _claim(request: HttpRequest) -> Claim:
    """Read the ticket or the bearer token. Raises InvalidToken, or Unavailable."""
    if given := request.GET.get("ticket"):
        ticket = stream_tickets.consume(given)
        if ticket is None or ticket.ends_at <= time.time():
            raise InvalidToken("Unknown ticket.")
        return Claim(ticket.user_id, ticket.ends_at)
    if (token := _bearer(request)) is not None:
        identity = identity_of(token)
        return Claim(identity, identity.ends_at)
    return Claim(None)


def _bearer(request: HttpRequest) -> str | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _opening_of(claim: Claim, request: HttpRequest) -> Opening | None:
    grant = _grant_of(claim, request)
    return Opening(grant, current_epoch()) if grant else None


def _grant_of(claim: Claim, request: HttpRequest) -> Grant | None:
    match claim.identity:
        case Identity() as identity:
            return grant_by_token(person_of(identity), claim.ends_at)
        case UUID() as user_id:
            person = User.objects.filter(pk=user_id, is_active=True).first()
            return grant_by_token(person, claim.ends_at) if person else None
    if is_of_portal(request):
        return None
    # Both are lazy: reading them queries the database.
    session_key = request.session.session_key
    user = request.user
    if session_key and isinstance(user, User) and not is_of_other_person(request, user):
        return grant_by_session(user, session_key)
    return None


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

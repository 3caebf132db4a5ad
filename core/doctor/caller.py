"""Tell the doctor, and nobody else, what a request looks like once it came through the proxies."""

import secrets

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from core.valkey import key, valkey
from core.web.requests import address_of

VALID_SECONDS = 60
WAIT_SECONDS = 2.0


def new_token() -> str:
    """Return a token that opens `/doctor/TOKEN` for a minute. Raises RedisError."""
    token = secrets.token_urlsafe(16)
    valkey(WAIT_SECONDS).set(key("doctor", token), 1, ex=VALID_SECONDS)
    return token


@require_GET
def caller(request: HttpRequest, token: str) -> JsonResponse:
    """Answer with the address that this request seems to come from; 404 to others."""
    try:
        is_ours = valkey(WAIT_SECONDS).exists(key("doctor", token))
    except RedisError:
        is_ours = False
    if not is_ours:
        raise Http404
    seen = {
        "address": address_of(request),
        "peer": request.META.get("REMOTE_ADDR", ""),
        "forwarded_for": request.headers.get("X-Forwarded-For", ""),
        "is_secure": request.is_secure(),
    }
    return JsonResponse(seen)

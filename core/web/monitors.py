"""Let programs that watch the product in: who they are, and by which name they call it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.web.shared_secrets import is_one_of

LOOPBACK = {"127.0.0.1", "::1"}
PATHS = frozenset({"/metrics", "/readyz"})


def is_monitor(request: HttpRequest) -> bool:
    """Tell whether this is a bearer of METRICS_TOKEN; without such a setting, this machine."""
    if settings.METRICS_TOKEN:
        scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
        tokens = (settings.METRICS_TOKEN, *settings.METRICS_TOKEN_FALLBACKS)
        return scheme == "Bearer" and is_one_of(given, tokens)
    is_direct = "X-Forwarded-For" not in request.headers
    return is_direct and request.META.get("REMOTE_ADDR") in LOOPBACK


class AnyHost:
    """Answer `/metrics` and `/readyz` under any name.

    Prometheus and the probes of Kubernetes call a pod by its address, which is not in
    ALLOWED_HOSTS. Neither answer has a link, so an invented name does no harm.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PATHS:
            request.META["HTTP_HOST"] = known_host()
        return self.get_response(request)


def known_host() -> str:
    """Return a name that ALLOWED_HOSTS accepts: of `.example.com`, `example.com`."""
    names = [name.removeprefix(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    return names[0] if names else "localhost"

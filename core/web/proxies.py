"""Decide which headers of a proxy are believed, by the address that they come from."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """Remove X-Forwarded-Proto of callers that are no trusted proxy.

    X-Forwarded-For stays, since `/metrics` reads from it that a request came through a proxy;
    `client_address` ignores it by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = parsed(str(request.META.get("REMOTE_ADDR", "")))
        if settings.TRUSTED_PROXIES and not is_trusted(peer):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


def client_address(peer: str, forwarded_for: str) -> str:
    """Return the address of the nearest caller that is no trusted proxy.

    `peer` is the other end of the connection, `forwarded_for` the header X-Forwarded-For. Each
    proxy appends the address that it saw, so the header is read from the right, and only as far as
    trusted proxies wrote it. If all are trusted, the first of them is the caller.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",")]
    if not settings.TRUSTED_PROXIES:
        # The older rule, by number: it believes the header of every caller.
        count = settings.TRUSTED_PROXY_COUNT
        return hops[-count] if count and len(hops) >= count else peer
    address = parsed(peer)
    while hops and is_trusted(address) and (hop := parsed(hops.pop())):
        address = hop
    return peer if address is None else str(address)


def is_trusted(address: Address | None) -> bool:
    networks = _networks(tuple(settings.TRUSTED_PROXIES))
    return address is not None and any(address in network for network in networks)


def parsed(text: str) -> Address | None:
    """Return an address, or None if the text is none. IPv4 inside IPv6 becomes IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache
def _networks(cidrs: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(cidr, strict=False) for cidr in cidrs]

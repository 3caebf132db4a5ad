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

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address

# A proxy that is missing in the list is in our own network as a rule. Callers from elsewhere may
# send such headers as they like, and would fill the log.
MOST_NAMED = 20
HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")

logger = structlog.get_logger(__name__)
_named: set[Address] = set()


class TrustedProxies:
    """Remove X-Forwarded-Proto of callers that are no trusted proxy.

    X-Forwarded-For stays, since `/metrics` reads from it that a request came through a proxy;
    `client_address` ignores it by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = parsed(str(request.META.get("REMOTE_ADDR", "")))
        if not is_trusted(peer):
            if settings.TRUSTED_PROXIES or not settings.TRUSTED_PROXY_COUNT:
                _name_unlisted(peer, request)
            if settings.TRUSTED_PROXIES:
                request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


def _name_unlisted(peer: Address | None, request: HttpRequest) -> None:
    """Log once that a neighbour which is no trusted proxy sends the headers of one."""
    if peer is None or not peer.is_private or peer in _named or len(_named) >= MOST_NAMED:
        return
    if any(name in request.META for name in HEADERS):
        _named.add(peer)
        logger.warning(
            "proxy_not_trusted",
            address=str(peer),
            hint="If it is a proxy of yours, add it to TRUSTED_PROXIES: until then all people "
            "behind it count as one caller, and HTTPS is not seen.",
        )


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

"""Guard against server-side request forgery: the caller chooses the endpoint of a push or webhook.

Without this, our server would send requests into its own network for them. `PUSH_ALLOWED_HOSTS`
holds host names (`*.push.apple.com` for every name below it), which are called by https on port 443
and at public addresses only. It may also hold whole origins (`http://127.0.0.1:8123`), for a push
service or a webhook of one's own: these are called without further checks. A webhook may have any
host, by https and at public addresses only.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

HTTPS_PORT = 443


class ForbiddenAddress(Exception):
    """The endpoint does not belong to a push service of the allow-list."""


@dataclass(frozen=True)
class Target:
    """An endpoint that may be called, and the IP address at which to call it."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def origin(self) -> str:
        """Return the origin for VAPID's `aud`, with the port only if it is not the default one."""
        usual = HTTPS_PORT if self.scheme == "https" else 80
        return f"{self.scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")


def check(endpoint: str) -> SplitResult:
    """Return the parts of an endpoint of an allowed push service. Raises ForbiddenAddress."""
    parts = _parts_of(endpoint)
    if is_own_origin(parts):
        return parts
    if parts.scheme != "https" or parts.port not in (None, HTTPS_PORT):
        raise ForbiddenAddress("not https on port 443")
    if not any(_matches(parts.hostname or "", known) for known in settings.PUSH_ALLOWED_HOSTS):
        raise ForbiddenAddress("not a push service of the allow-list")
    return parts


def check_any_host(endpoint: str) -> SplitResult:
    """Return the parts of an https address of any host. Raises ForbiddenAddress."""
    parts = _parts_of(endpoint)
    if is_own_origin(parts):
        return parts
    if parts.scheme != "https" or not parts.hostname:
        raise ForbiddenAddress("not https")
    try:
        _require_public([str(ipaddress.ip_address(parts.hostname))])
    except ValueError:
        # A name. `resolve` looks at its addresses, each time.
        if "." not in parts.hostname or parts.hostname.endswith((".local", ".internal")):
            raise ForbiddenAddress("not a public name") from None
    return parts


def is_own_origin(parts: SplitResult) -> bool:
    """Tell if an address is of an origin that the setting names whole."""
    return f"{parts.scheme}://{parts.netloc}" in settings.PUSH_ALLOWED_HOSTS


def _parts_of(endpoint: str) -> SplitResult:
    if not endpoint.isascii() or any(c.isspace() or c == "\\" for c in endpoint):
        raise ForbiddenAddress("unusual characters")
    try:
        parts = urlsplit(endpoint)
        # Reading it checks it.
        _port = parts.port
    except ValueError as error:
        raise ForbiddenAddress(str(error)) from error
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddress("an account or a fragment in the address")
    return parts


def resolve(
    endpoint: str,
    *,
    deadline_seconds: float,
    check_endpoint: Callable[[str], SplitResult] = check,
) -> Target:
    """Check an endpoint and resolve its name, once: the address that is checked is the one called.

    Raises ForbiddenAddress, and OSError if the name does not resolve in time.
    """
    parts = check_endpoint(endpoint)
    host = parts.hostname or ""
    port = parts.port or (HTTPS_PORT if parts.scheme == "https" else 80)
    addresses = _addresses_of(host, port, deadline_seconds)
    if not is_own_origin(parts):
        _require_public(addresses)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.scheme, host, port, path, addresses[0])


def _addresses_of(host: str, port: int, seconds: float) -> list[str]:
    """Resolve a name within a time. The system's resolver may take half a minute and more."""
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([str(entry[4][0]) for entry in entries])
        except OSError as error:
            found.set_exception(error)
        except UnicodeError as error:
            found.set_exception(ForbiddenAddress(f"no host name: {error}"))

    threading.Thread(target=look_up, daemon=True).start()
    return found.result(seconds)


def _require_public(addresses: list[str]) -> None:
    for address in addresses:
        if not is_public(address):
            raise ForbiddenAddress(f"{address} is no public address")


def is_public(address: str) -> bool:
    """Tell if an address is public. An IPv4 address inside an IPv6 one is judged by itself."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global
    return ip.is_global and not ip.is_multicast


def _matches(host: str, known: str) -> bool:
    if known.startswith("*."):
        return host.endswith(known[1:])
    return host == known

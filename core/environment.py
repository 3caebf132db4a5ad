"""Say what the environment of this process is: its public address, and the bucket of its files.

Uses no model, so that beat can ask too. The host of the database is not part of it: PostgreSQL may
move or be upgraded without becoming another installation.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Environment:
    """`address` is a host, with a port if it is not the usual one.

    `bucket` is `HOST/NAME`. On loopback the host is that of the embedded storage, whose port
    changes: `local:FOLDER/NAME`, with LIAISON_HOME as folder.
    """

    address: str
    bucket: str
    # False for a demonstration: with DEBUG, or at an address of this machine alone.
    is_lasting: bool


def current() -> Environment:
    address = address_of(settings.PUBLIC_URL)
    is_lasting = not settings.DEBUG and not is_loopback(address)
    return Environment(address, _bucket(), is_lasting)


def differs(address: str, bucket: str) -> bool:
    """Tell whether an installation with this address and bucket is another one than this."""
    now = current()
    if not address:
        return False
    return now.address != address or _place(now.bucket) != _place(bucket)


def address_of(url: str) -> str:
    """Return the host of a URL, without the usual port: `http://` may become `https://`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.port is None or parts.port == USUAL_PORTS.get(parts.scheme):
        return host
    return f"[{host}]:{parts.port}" if ":" in host else f"{host}:{parts.port}"


def is_loopback(address: str) -> bool:
    host = urlsplit(f"//{address}").hostname or address
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")


def _bucket() -> str:
    endpoint = settings.S3_ENDPOINT_URL
    host = address_of(endpoint) if endpoint else "aws"
    if is_loopback(host):
        host = f"local:{settings.LIAISON_HOME}"
    return f"{host}/{settings.S3_BUCKET}"


def _place(bucket: str) -> str:
    """Return a bucket without the folder of the embedded storage, which may move."""
    host, _, name = bucket.rpartition("/")
    return f"local/{name}" if host.startswith("local:") else bucket

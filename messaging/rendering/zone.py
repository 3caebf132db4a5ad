"""The time zone of the reader's device, which a cookie tells.

The elements write the cookie when the device is not in the zone in which the server has written the
page (static/messaging/pages/takeover.js). So a client on Réunion reads the right times, and the
right days, from the second page on before any script.
"""

from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "time_zone"


def in_zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    """Return a context in which local times are those of the reader."""
    return timezone.override(_zone(request.COOKIES.get(COOKIE, "")))


def _zone(name: str) -> ZoneInfo | None:
    """Return a zone by its name, or None for the server's own if there is no such zone."""
    try:
        return ZoneInfo(name) if name else None
    # A folder, an absolute path, a name too long for a file.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

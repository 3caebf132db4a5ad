"""Say in each answer that an operation will go: Deprecation (RFC 9745) and Sunset (RFC 8594).

class OldList(APIView):
    @deprecated(since=date(2027, 1, 4), sunset=date(2027, 7, 1), instead="/api/v1/roofs")
    @extend_schema(responses=RoofSerializer(many=True))
    def get(self, request): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.utils.http import http_date
from drf_spectacular.utils import extend_schema

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation should not be used, when it goes, and what to use instead."""

    since: date
    sunset: date | None = None
    instead: str = ""

    def add_to(self, response: Any) -> None:
        response["Deprecation"] = f"@{_seconds(self.since)}"
        if self.sunset:
            response["Sunset"] = http_date(_seconds(self.sunset))
        if self.instead:
            response["Link"] = f'<{self.instead}>; rel="successor-version"'


def deprecated(
    *, since: date, sunset: date | None = None, instead: str = ""
) -> Callable[[Handler], Handler]:
    """Mark the method of a view as deprecated: in its answers and in the OpenAPI document.

    Days begin at midnight UTC. `instead` is the address that takes its place.
    """

    def mark(handler: Handler) -> Handler:
        described: Handler = extend_schema(deprecated=True)(handler)
        described.deprecation = Deprecation(since, sunset, instead)  # type: ignore[attr-defined]  # read by `APIView`
        return described

    return mark


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())

"""Fields of what callers send. Each accepts one spelling, so that two programs read the same."""

import re
from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.ids import id_of
from core.text import shortened

# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
LARGEST_NUMBER = 2**53 - 1
# RFC 3339 without its leap second, seconds optional as browsers send them. Without an offset a
# moment is in the time of the server.
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)
# Nothing here is older. At the ends of Python's calendar, a change of the time zone overflows.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
# From UTC-12 to UTC+14 is what the earth has.
OFFSETS = (timedelta(hours=-12), timedelta(hours=14))
MOMENT_WANTED = _("Give a date and a time between 1970 and 2200, as RFC 3339 writes them.")
LOCAL_TIME = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,100}")


def moment_of(text: str) -> datetime:
    """Return a moment that was written as RFC 3339 has it. Raises ValueError."""
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    elif not OFFSETS[0] <= (moment.utcoffset() or timedelta()) <= OFFSETS[1]:
        raise ValueError(text)
    if not EARLIEST <= moment < LATEST:
        raise ValueError(text)
    return moment


class IdField(serializers.UUIDField):
    """A UUID as text in its usual form, in either case; not an integer, no `urn:uuid:`."""

    def to_internal_value(self, data: Any) -> UUID:
        try:
            return id_of(data)
        except ValueError:
            self.fail("invalid", value=shortened(str(data), 60))


class NumberField(serializers.IntegerField):
    """A whole number, by default from 0 to LARGEST_NUMBER."""

    def __init__(
        self, *, min_value: int = 0, max_value: int | None = LARGEST_NUMBER, **options: Any
    ) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            return int(data)
        if isinstance(data, bool) or not NUMBER.fullmatch(str(data)):
            self.fail("invalid")
        return int(data)


class FiniteField(serializers.FloatField):
    """A number that is not NaN and not infinite, which `float` would read."""

    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if not isfinite(number):
            self.fail("invalid")
        return number


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$"})
class LocalTimeField(serializers.TimeField):
    """A time of the day at the reader's place: it has no offset."""

    def to_internal_value(self, data: Any) -> time:
        if not LOCAL_TIME.fullmatch(str(data)):
            self.fail("invalid", format="hh:mm[:ss]")
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """A moment, see `moment_of`."""

    default_error_messages: ClassVar = {"moment": MOMENT_WANTED}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return moment_of(str(data))
        except ValueError:
            self.fail("moment")

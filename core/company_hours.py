"""The working hours of the company and of its people, and who of them is there."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.utils import timezone

from core.company_models import HoursOfAWeekday
from core.models import Availability, Closure, User, WorkingPeriod
from core.working_time import Period, WorkingTime

# Each question of a client asks for the hours, and they change some times a year. Another process
# sees a change after this time.
KEPT_SECONDS = 30.0


class Presence(StrEnum):
    """Whether a person of the company answers now."""

    PRESENT = "present"
    ABSENT = "absent"
    OFF_DUTY = "off_duty"


class _Kept:
    hours: WorkingTime | None = None
    until = 0.0


_kept = _Kept()


def company_hours() -> WorkingTime:
    """Return the hours of the company, kept for KEPT_SECONDS."""
    now = time.monotonic()
    if _kept.hours is None or now >= _kept.until:
        _kept.hours, _kept.until = _read_hours(), now + KEPT_SECONDS
    return _kept.hours


def forget_company_hours() -> None:
    """Read the hours anew the next time: called by whatever changes them."""
    _kept.hours = None


def hours_of(person: User) -> WorkingTime:
    """Return a person's own hours, or those of the company for a person who has none."""
    own = person.working_periods.all()
    company = company_hours()
    return replace(company, periods=_periods(own)) if own else company


def is_absent(person: User, at: datetime | None = None) -> bool:
    try:
        return person.availability.is_absent_at(at)
    except Availability.DoesNotExist:
        return False


def presence_of(person: User, at: datetime | None = None) -> Presence:
    """Tell whether a person is absent, off duty, or there."""
    at = at or timezone.now()
    if is_absent(person, at):
        return Presence.ABSENT
    return Presence.PRESENT if hours_of(person).is_open(at) else Presence.OFF_DUTY


def can_answer(person: User, at: datetime | None = None) -> bool:
    """Tell whether a person can be given work: not absent, and not off while the company works.

    At night nobody is on duty, so nobody is passed over for that.
    """
    at = at or timezone.now()
    if not person.is_active or is_absent(person, at):
        return False
    return hours_of(person).is_open(at) or not company_hours().is_open(at)


def back_at(person: User, at: datetime | None = None) -> datetime | None:
    """Return when a person works again: now, if they do. None: absent, and has not said."""
    at = at or timezone.now()
    if is_absent(person, at):
        if person.availability.absent_until is None:
            return None
        at = person.availability.absent_until
    return hours_of(person).opens_at(at)


def _read_hours() -> WorkingTime:
    closures = Closure.objects.values_list("first_day", "last_day")
    return WorkingTime(
        periods=_periods(WorkingPeriod.objects.all()),
        zone=timezone.get_default_timezone(),
        closures=tuple((first, last) for first, last in closures),
        region=settings.HOLIDAYS_REGION,
    )


def _periods(rows: Iterable[HoursOfAWeekday]) -> tuple[Period, ...]:
    return tuple(Period(each.weekday, each.starts_at, each.ends_at) for each in rows)

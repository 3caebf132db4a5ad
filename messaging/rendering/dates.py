"""Dates as people say them, as core/static/core/time.js writes them.

The time zone is Django's current one: that of the reader's device if a cookie tells it (see
`zone`), otherwise TIME_ZONE.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language, override

from messaging.rendering.texts import core_text

# The abbreviations of CLDR, which browsers show. Django's own differ.
SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin",
    "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip


@lru_cache(maxsize=4096)
def parsed(moment: str) -> datetime:
    """Return a moment of the JSON, in UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def local(moment: str) -> datetime:
    return timezone.localtime(parsed(moment))


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def days_before(date: datetime, now: datetime) -> int:
    """Return the calendar days between two local times."""
    return (now.date() - date.date()).days


def clock(date: datetime) -> str:
    """Example: 09:05, or 9:05 AM."""
    return f"{date:%H:%M}" if _is_french() else f"{date:%I:%M %p}".lstrip("0")


def day_label(date: datetime, now: datetime) -> str:
    """Examples: aujourd’hui, hier, lundi 16 novembre. The year is added if it is another one."""
    days = days_before(date, now)
    if days in (0, 1):
        return core_text("today" if days == 0 else "yesterday")
    return _long_day(date, with_year=date.year != now.year)


def full_day(date: datetime) -> str:
    """Examples: lundi 16 novembre 2026, Monday, November 16, 2026."""
    return _long_day(date, with_year=True)


def month_label(date: datetime) -> str:
    """Examples: novembre 2026, November 2026."""
    return f"{MONTHS[date.month]} {date.year}"


def short_label(date: datetime, now: datetime) -> str:
    """Examples for lists: à l’instant, 12 min, 14:32, hier, lun., 16 nov., 16/11/2025."""
    minutes = (now - date) // timedelta(minutes=1)
    days = days_before(date, now)
    if minutes < 60:
        space = "\u00a0" if _is_french() else " "
        return core_text("now") if minutes < 1 else f"{minutes}{space}min"
    if days < 2:
        return clock(date) if days == 0 else core_text("yesterday")
    if days < 7:
        weekday = str(WEEKDAYS[date.weekday()])[:3]
        return f"{weekday}." if _is_french() else weekday
    if date.year == now.year:
        return short_date(date)
    return f"{date:%d/%m/%Y}" if _is_french() else f"{date:%m/%d/%Y}"


def soon_label(date: datetime, now: datetime) -> str:
    """A moment to come: aujourd’hui à 14 h, demain à 8 h 30, lundi à 8 h, lundi 7 décembre."""
    days = -days_before(date, now)
    if days > 6:
        return day_label(date, now)
    day = core_text("tomorrow" if days else "today") if days < 2 else _weekday(date)
    return core_text("dayAt", day=day, time=_hour_label(date))


def _weekday(date: datetime) -> str:
    return _names(get_language() or "fr")[0][date.weekday()]


def _hour_label(date: datetime) -> str:
    """Examples: 8 h, 14 h 30; 8 AM, 2:30 PM."""
    minutes = f"{date:%M}"
    if _is_french():
        return f"{date.hour}\u00a0h" + (f"\u00a0{minutes}" if date.minute else "")
    hour = str(date.hour % 12 or 12) + (f":{minutes}" if date.minute else "")
    return f"{hour}\u00a0{'AM' if date.hour < 12 else 'PM'}"


def exact_label(date: datetime) -> str:
    """Example: lundi 16 novembre 2026 à 14:32."""
    day = full_day(date)
    if _is_french():
        return f"{day} à {date:%H:%M}"
    return f"{day} at {date.hour % 12 or 12}:{date:%M %p}"


@lru_cache
def _names(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the days of the week and the months: to translate each date would cost a fifth."""
    with override(language):
        days = tuple(str(WEEKDAYS[number]) for number in range(7))
        return days, ("", *(str(MONTHS[number]) for number in range(1, 13)))


def _long_day(date: datetime, *, with_year: bool) -> str:
    days, months = _names(get_language() or "fr")
    weekday, month = days[date.weekday()], months[date.month]
    if _is_french():
        return f"{weekday} {date.day} {month}" + (f" {date.year}" if with_year else "")
    return f"{weekday}, {month} {date.day}" + (f", {date.year}" if with_year else "")


def short_date(date: datetime) -> str:
    if _is_french():
        return f"{date.day} {SHORT_MONTHS[date.month - 1]}"
    return f"{str(MONTHS[date.month])[:3]} {date.day}"

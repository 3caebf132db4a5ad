"""Read invitations (RFC 5545 and 5546): what, when, where, and what became of it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from icalendar import Component

MAX_BYTES = 1_000_000
MAX_EVENTS = 10
# What Google puts below the description of an event.
BOILERPLATE = re.compile(r"-::~:~::.*|_{20,}\s*Microsoft Teams.*", re.S)


@dataclass(frozen=True)
class Event:
    """An event of a calendar. A `start` that is a date lasts whole days; `end` is then the last."""

    method: str
    summary: str
    start: date | datetime | None = None
    end: date | datetime | None = None
    location: str = ""
    description: str = ""
    uid: str = ""
    # What somebody answers: ACCEPTED, DECLINED, TENTATIVE.
    answer: str = ""
    is_cancelled: bool = False
    # FREQ, INTERVAL, COUNT and UNTIL of the rule, empty if it happens once.
    frequency: str = ""
    interval: int = 1
    count: int | None = None
    until: date | None = None


def events_in(content: str, method: str = "") -> list[Event]:
    """Return the events of a calendar; empty if it is none. `method` is that of its part."""
    if len(content) > MAX_BYTES:
        return []
    # Not with the module: with lxml and the readers of `opaque` it is 9 MB that each process would
    # hold, and most never read an email.
    from icalendar import Calendar

    text = re.sub(r"\r\n|\r|\n", "\r\n", content.strip("\ufeff\x00 \r\n"))
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        found = [each for calendar in calendars for each in _events(calendar, method)]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return []
    return found[:MAX_EVENTS]


def _events(calendar: "Component", method: str) -> Iterator[Event]:
    said = str(calendar.get("METHOD", "") or method).upper()
    seen: set[str] = set()
    for component in calendar.walk():
        if component.name not in ("VEVENT", "VTODO"):
            continue
        event = _event(component, said)
        # An exception of an event that repeats has its id.
        if event.uid and event.uid in seen:
            continue
        seen.add(event.uid)
        yield event


def _event(component: "Component", method: str) -> Event:
    start = _time(component, "DTSTART")
    rule: Any = _first(component.get("RRULE")) or {}
    return Event(
        method=method,
        summary=_text(component, "SUMMARY"),
        start=start,
        end=_end(component, start),
        location=_text(component, "LOCATION"),
        description=_description(component),
        uid=_text(component, "UID"),
        answer=_answer(component) if method in ("REPLY", "COUNTER") else "",
        is_cancelled=method == "CANCEL" or _text(component, "STATUS").upper() == "CANCELLED",
        frequency=str(_first(rule.get("FREQ")) or "").upper(),
        interval=_number(_first(rule.get("INTERVAL"))) or 1,
        count=_number(_first(rule.get("COUNT"))),
        until=_date(_first(rule.get("UNTIL"))),
    )


def _description(component: "Component") -> str:
    """Return the description, and what somebody wrote with an answer or a cancellation."""
    description = BOILERPLATE.sub("", _text(component, "DESCRIPTION", lines=True)).strip()
    comment = _text(component, "COMMENT", lines=True)
    return "\n\n".join(filter(None, [comment, "" if description == comment else description]))


def _end(component: "Component", start: date | datetime | None) -> date | datetime | None:
    end = _time(component, "DTEND") or _time(component, "DUE")
    duration = getattr(_first(component.get("DURATION")), "dt", None)
    if end is None and start is not None and isinstance(duration, timedelta):
        end = start + duration
    if end is not None and not isinstance(end, datetime):
        # The end of whole days is the day after the last one.
        return end - timedelta(days=1)
    return end


def _time(component: "Component", name: str) -> date | datetime | None:
    value = getattr(_first(component.get(name)), "dt", None)
    return value if isinstance(value, date) else None


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _text(component: "Component", name: str, *, lines: bool = False) -> str:
    value = str(_first(component.get(name)) or "")
    return value.strip() if lines else " ".join(value.split())


def _answer(component: "Component") -> str:
    attendee = _first(component.get("ATTENDEE"))
    return str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()


def _number(value: object) -> int | None:
    with suppress(TypeError, ValueError):
        return int(str(value))
    return None


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None

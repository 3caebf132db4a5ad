"""What a conversation waits for, as `components/waits.js` says it."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language

from messaging.rendering.dates import clock, days_before, exact_label, local, short_date
from messaging.rendering.texts import desk_text, t

Json = dict[str, Any]


class Wait(NamedTuple):
    kind: str
    text: str
    title: str = ""


def wait_of(conversation: Json, now: datetime) -> Wait | None:
    if conversation["status"] == "closed":
        return Wait("closed", t("closed"))
    if conversation["snoozed_until"]:
        return _timed("snoozed", "snoozedUntil", local(conversation["snoozed_until"]), now)
    since, last = conversation["awaiting_reply_since"], conversation["last_message"]
    if not since:
        return None
    if last and last["is_thanks"] and last["created_at"] == since:
        return Wait("thanks", t("thanks"))
    if not conversation["answer_due_at"]:
        return Wait("waiting", t("awaiting"))
    return _of_clock(conversation, local(conversation["answer_due_at"]), now)


def _of_clock(conversation: Json, due: datetime, now: datetime) -> Wait:
    if due <= now:
        return Wait("late", desk_text("lateBy", time=_lateness(now - due)), exact_label(due))
    amber = conversation["answer_amber_at"]
    if amber and local(amber) <= now:
        return _timed("amber", "lateSoon", due, now)
    return _timed("green", "answerBefore", due, now)


def _timed(kind: str, key: str, date: datetime, now: datetime) -> Wait:
    days = -days_before(date, now)
    text = desk_text(f"{key}Date" if days > 6 else key, when=_when(date, days))
    return Wait(kind, text, exact_label(date))


def _when(date: datetime, days: int) -> str:
    """Examples: 14:30, demain 8 h, lundi 8 h, 14 déc. 8 h."""
    if days <= 0:
        return _hour(date)
    return desk_text("dayAndHour", day=_day(date, days), hour=_hour(date))


def _day(date: datetime, days: int) -> str:
    if days == 1:
        return desk_text("tomorrow")
    return short_date(date) if days > 6 else str(WEEKDAYS[date.weekday()])


def _hour(date: datetime) -> str:
    return f"{date.hour}\u202fh" if _is_french() and date.minute == 0 else clock(date)


def _lateness(late: timedelta) -> str:
    """Examples as browsers write them, with their spaces: 12 min, 2 h, 3 j, 2 hr, 1 day."""
    minutes = late // timedelta(minutes=1)
    hours, days = minutes // 60, minutes // 1440
    if minutes < 60:
        space = "\u00a0" if _is_french() else " "
        return f"{max(1, minutes)}{space}min"
    if _is_french():
        return f"{days}\u202fj" if days else f"{hours}\u202fh"
    if days:
        return f"{days} {'day' if days == 1 else 'days'}"
    return f"{hours} hr"


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")

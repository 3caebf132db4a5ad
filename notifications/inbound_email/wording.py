"""Put into words what an email has beside its text: invitations, other emails, what is missing."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.inbound_email.reading.calendar import Event
from notifications.inbound_email.reading.content import Forwarded, LeftOut, Reason

BETWEEN = " – "


def event_line(event: Event) -> str:
    """Return what, when and where, on one line, in the active language and our time zone."""
    what = _("%(kind)s: %(what)s") % {
        "kind": _kind(event),
        "what": event.summary or _("(untitled)"),
    }
    return BETWEEN.join(filter(None, [what, _when(event), _repetition(event), event.location]))


def _kind(event: Event) -> str:
    if event.is_cancelled:
        return _("Event cancelled")
    answers = {
        "ACCEPTED": _("Invitation accepted"),
        "DECLINED": _("Invitation declined"),
        "TENTATIVE": _("Invitation accepted tentatively"),
    }
    if event.method == "COUNTER":
        return _("Other time proposed")
    if event.method == "DECLINECOUNTER":
        return _("Other time declined")
    if event.answer in answers:
        return answers[event.answer]
    return _("Invitation")


def _when(event: Event) -> str:
    start, end = _local(event.start), _local(event.end)
    if start is None:
        return ""
    if not isinstance(start, datetime):
        return _days(start, end)
    if not isinstance(end, datetime) or end <= start:
        return _("%(day)s at %(time)s") % {"day": _day(start), "time": _time(start)}
    if end.date() == start.date():
        return _("%(day)s from %(start)s to %(end)s") % {
            "day": _day(start), "start": _time(start), "end": _time(end),
        }  # fmt: skip
    return _("from %(day)s at %(time)s to %(last_day)s at %(last_time)s") % {
        "day": _day(start), "time": _time(start), "last_day": _day(end), "last_time": _time(end),
    }  # fmt: skip


def _days(start: date, end: date | None) -> str:
    if end is None or end <= start:
        return _("%(day)s, all day") % {"day": _day(start)}
    return _("from %(day)s to %(last_day)s") % {"day": _day(start), "last_day": _day(end)}


def _local(value: date | datetime | None) -> date | datetime | None:
    """Return a time in our time zone. One without a time zone is already one of ours."""
    zone = ZoneInfo(settings.TIME_ZONE)
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    except (OverflowError, ValueError):
        return value.replace(tzinfo=zone)


def _day(value: date) -> str:
    return date_format(value, "l j F Y")


def _time(value: datetime) -> str:
    return date_format(value, "H:i")


def _repetition(event: Event) -> str:
    every = {
        "DAILY": ngettext("every day", "every %(count)d days", event.interval),
        "WEEKLY": ngettext("every week", "every %(count)d weeks", event.interval),
        "MONTHLY": ngettext("every month", "every %(count)d months", event.interval),
        "YEARLY": ngettext("every year", "every %(count)d years", event.interval),
    }.get(event.frequency, "")
    if not every:
        return ""
    words = every % {"count": event.interval}
    if event.until:
        return _("%(every)s until %(day)s") % {"every": words, "day": _day(event.until)}
    if event.count:
        return _("%(every)s, %(count)d times") % {"every": words, "count": event.count}
    return words


def quote_of(forwarded: Forwarded) -> str:
    """Return an email that came inside another one, as a quote below a line that says so."""
    headers = [
        _("From: %(value)s") % {"value": forwarded.sender} if forwarded.sender else "",
        _("Date: %(value)s") % {"value": forwarded.date} if forwarded.date else "",
        _("Subject: %(value)s") % {"value": forwarded.subject} if forwarded.subject else "",
    ]
    body = [forwarded.text.strip("\n"), *map(event_line, forwarded.events)]
    text = "\n\n".join(filter(None, ["\n".join(filter(None, headers)), *body]))
    marks = "> " * (forwarded.level + 1)
    quoted = "\n".join((marks + line).rstrip() for line in text.split("\n"))
    return _("Email attached to this email:") + "\n" + quoted


def sentence_of(left_out: LeftOut) -> str:
    """Return why something is no part of the message, and what its author can do."""
    reasons = {
        Reason.ENCRYPTED: _(
            "A part of this email is encrypted and could not be read: send it again without "
            "encryption."
        ),
        Reason.TOO_MANY_PARTS: _("This email has too many parts: the last ones were not read."),
        Reason.TOO_DEEP: _("Emails inside emails were not read beyond the fifth."),
        Reason.TOO_LONG: _("The text of this email is too long: its end was not read."),
        Reason.EXTERNAL: _("A file of this email is not in it, and could not be fetched: %(name)s")
        % {"name": left_out.name},
        Reason.UNREADABLE: _("A file of this email could not be opened: %(name)s")
        % {"name": left_out.name},
    }
    return reasons.get(left_out.reason, "")


def too_many_files(kept: int, names: Iterable[str]) -> str:
    return _("A message has %(kept)d files at most. Not kept: %(names)s") % {
        "kept": kept, "names": ", ".join(names),
    }  # fmt: skip

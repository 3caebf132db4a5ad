"""The rows of a thread from top to bottom, as static/messaging/state/timeline.js makes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from messaging.rendering.dates import local

GROUP = timedelta(minutes=5)
Json = dict[str, Any]


@dataclass
class DayRow:
    date: datetime


@dataclass
class UnreadRow:
    pass


@dataclass
class ReopenedRow:
    name: str


@dataclass
class LineRow:
    """A line of the history; `opens_again` is about a conversation that was closed."""

    line: Json
    opens_again: bool = False


@dataclass
class MessageRow:
    """`is_first` and `is_last` are about its group: messages of one author within five minutes."""

    message: Json
    date: datetime
    is_first: bool = True
    is_last: bool = True


Row = DayRow | UnreadRow | ReopenedRow | LineRow | MessageRow


def timeline(
    messages: list[Json],
    lines: list[Json],
    *,
    reader: str,
    unread_after: int | None,
    closed_up_to: int,
) -> list[Row]:
    """Return the rows of messages in seq order, and of the lines between them.

    `unread_after`: the line stands above the first message of others after this seq.
    `closed_up_to`: the line below the next message, or a row in its place, says that it opened the
    conversation again.
    """
    first_unread = next(
        (
            message["seq"]
            for message in messages
            if unread_after is not None
            and message["seq"] > unread_after
            and message["author"]["id"] != reader
        ),
        None,
    )
    opening = closed_up_to + 1 if closed_up_to > 0 else 0
    is_told = any(_is_reopening(line, opening) for line in lines)
    rows: list[Row] = []
    waiting = list(lines)
    for message in messages:
        while waiting and waiting[0]["after_seq"] < message["seq"]:
            _add_line(rows, waiting.pop(0), opening)
        date = local(message["created_at"])
        rows += _day(rows, date)
        if message["seq"] == first_unread:
            rows.append(UnreadRow())
        rows.append(MessageRow(message, date))
        _join_group(rows)
        if message["seq"] == opening and not is_told:
            rows.append(ReopenedRow(message["author"]["name"]))
    for line in waiting:
        _add_line(rows, line, opening)
    return rows


def _add_line(rows: list[Row], line: Json, opening: int) -> None:
    rows += _day(rows, local(line["at"]))
    rows.append(LineRow(line, opens_again=_is_reopening(line, opening)))


def _is_reopening(line: Json, opening: int) -> bool:
    return opening > 0 and line["kind"] == "reopened" and line["after_seq"] == opening


def _day(rows: list[Row], date: datetime) -> Iterator[Row]:
    """Only forwards: a message of a late clock must not repeat an earlier day below a later one."""
    day = next((row for row in reversed(rows) if isinstance(row, DayRow)), None)
    if day is None or (day.date.date() != date.date() and date > day.date):
        yield DayRow(date)


def _join_group(rows: list[Row]) -> None:
    if len(rows) < 2:
        return
    above, below = rows[-2:]
    if not (isinstance(above, MessageRow) and isinstance(below, MessageRow)):
        return
    is_same = above.message["author"]["id"] == below.message["author"]["id"]
    if is_same and _milliseconds(below.date) - _milliseconds(above.date) <= GROUP:
        above.is_last = below.is_first = False


def _milliseconds(date: datetime) -> timedelta:
    """Return a moment as browsers know it, cut to the millisecond."""
    since_1970 = timedelta(seconds=int(date.timestamp()), microseconds=date.microsecond)
    return since_1970 // timedelta(milliseconds=1) * timedelta(milliseconds=1)

"""The line of the company under the heading of a thread, as the element desk-bar shows it."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.rendering.files import NOTHING
from messaging.rendering.icons import icon
from messaging.rendering.line_texts import line_text
from messaging.rendering.lines import moment
from messaging.rendering.people import avatar

Json = dict[str, Any]


def desk_bar(conversation: Json, *, me: Json, now: datetime) -> SafeString:
    owner, until = conversation["assigned_to"], conversation["snoozed_until"]
    is_closed = conversation["status"] == "closed"
    is_mine = owner is not None and str(owner["id"]) == str(me["id"])
    pause = _act("wake", "again") if until else _act("snooze", "clock", is_short=True)
    return format_html(
        '<s-desk-bar>{}{}<span class="room"></span>{}{}{}</s-desk-bar>',
        _owner(owner, is_mine=is_mine),
        _paused(until, now) if until else NOTHING,
        NOTHING if is_mine or is_closed else _act("take", "person"),
        NOTHING if is_closed else pause,
        _act("reopen", "again") if is_closed else _act("close", "check", is_short=True),
    )


def _owner(owner: Json | None, *, is_mine: bool) -> SafeString:
    if owner is None:
        mark, name = icon("person"), line_text("ownedByNobody")
    else:
        mark = avatar(owner["name"], owner["role"])
        name = line_text("ownedByMe") if is_mine else owner["name"]
    return format_html(
        '<span class="owner{}">{}<span>{}</span>{}</span>',
        NOTHING if owner else SafeString(" is-nobody"),
        mark,
        name,
        icon("pen"),
    )


def _paused(until: str, now: datetime) -> SafeString:
    said = line_text("snoozedUntil", until=moment(until, now))
    return format_html('<span class="paused">{}</span>', said)


def _act(name: str, mark: str, *, is_short: bool = False) -> SafeString:
    """The button is the element's: here only its place."""
    return format_html(
        '<span class="act{} needs-script">{}<span>{}</span></span>',
        SafeString(" short") if is_short else NOTHING,
        icon(mark),
        line_text(name),
    )

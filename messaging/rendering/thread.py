"""One conversation: its heading and a page of its messages, as conversation-thread shows them."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from messaging.rendering.answers import awaited
from messaging.rendering.bubble import Reader, bubble
from messaging.rendering.dates import day_label
from messaging.rendering.desk_bar import desk_bar
from messaging.rendering.files import NOTHING
from messaging.rendering.icons import icon
from messaging.rendering.library import library
from messaging.rendering.lines import history_line
from messaging.rendering.links import LinkedTexts
from messaging.rendering.texts import file_text, t
from messaging.rendering.timeline import (
    DayRow,
    LineRow,
    MessageRow,
    ReopenedRow,
    Row,
    timeline,
)

Json = dict[str, Any]


def thread(
    conversation: Json, history: Json, files: Json | None, *, me: Json, base: str, now: datetime
) -> SafeString:
    """Render the messages of a conversation, or its files instead."""
    is_company = me["role"] != "client"
    return format_html(
        '<s-conversation-thread data-id="{}"><header>'
        '<a class="icon-button back" href="{}" aria-label="{}">{}</a>'
        '<div class="heading"><h2 tabindex="-1" title="{}">{}</h2>{}</div>{}{}{}{}</header>{}'
        '<div class="foot"{}>{}</div></s-conversation-thread>',
        conversation["id"],
        base,
        t("back"),
        icon("back"),
        conversation["subject"],
        conversation["subject"],
        _about(conversation, is_company=is_company),
        _files_link(f"{base}/{conversation['id']}", is_shown=files is not None),
        _place("info", "details") if is_company else NOTHING,
        _actions(),
        desk_bar(conversation, me=me, now=now) if is_company else NOTHING,
        _messages(conversation, history, me=me, base=base, now=now)
        if files is None
        else library(files, has_chantier=conversation["chantier"] is not None, now=now),
        NOTHING if files is None else SafeString(" hidden"),
        _foot(conversation, is_company=is_company, answers=me["answers"]),
    )


def _about(conversation: Json, *, is_company: bool) -> SafeString:
    chantier = conversation["chantier"]
    names = [chantier["name"] if chantier else t("freeSubject")]
    if is_company:
        names.insert(0, conversation["client"]["name"])
    plate = (
        format_html('<span class="plate">{}</span>', chantier["reference"])
        if chantier and chantier["reference"]
        else NOTHING
    )
    return format_html('<p class="about">{}<span>{}</span></p>', plate, " · ".join(names))


def _files_link(thread: str, *, is_shown: bool) -> SafeString:
    label = file_text("library")
    return format_html(
        '<a class="icon-button files" href="{}"{} aria-label="{}" title="{}">{}</a>',
        thread if is_shown else f"{thread}/files",
        SafeString(' aria-current="page"') if is_shown else NOTHING,
        label,
        label,
        icon("picture"),
    )


def _actions() -> SafeString:
    """The places of the buttons in the heading that need a script."""
    mute = _place("bell") if apps.is_installed("notifications") else NOTHING
    menu = format_html('<span class="menu">{}{}</span>', _place("search", "direct"), _place("more"))
    return format_html("{}{}", mute, menu)


def _place(name: str, classes: str = "") -> SafeString:
    return format_html('<span class="icon-button {} needs-script">{}</span>', classes, icon(name))


def _messages(
    conversation: Json, history: Json, *, me: Json, base: str, now: datetime
) -> SafeString:
    is_company = me["role"] != "client"
    is_open = conversation["status"] == "open"
    rows = timeline(
        history["results"],
        history["lines"],
        reader=str(me["id"]),
        unread_after=conversation["unread_after_seq"] if conversation["unread_count"] else None,
        closed_up_to=conversation["closed_up_to_seq"] if is_company and is_open else 0,
    )
    reader = Reader(
        str(me["id"]), is_company, _read_by_other(conversation, is_company), now, LinkedTexts()
    )
    items = format_html_join("", "{}", ((_item(row, reader, conversation, base),) for row in rows))
    return format_html(
        '<s-message-list><div class="window" tabindex="0" role="log" aria-label="{}">'
        "<ol>{}{}{}</ol>{}</div></s-message-list>",
        t("thread"),
        _other_page(history, "before"),
        items,
        _other_page(history, "after"),
        NOTHING if rows else format_html('<p class="quiet">{}</p>', t("emptyThread")),
    )


def _read_by_other(conversation: Json, is_company: bool) -> int:
    """Return the seq up to which somebody of the other side has read."""
    return max(
        (
            person["last_read_seq"]
            for person in conversation["participants"]
            if (person["role"] == "client") == is_company
        ),
        default=0,
    )


def _item(row: Row, reader: Reader, conversation: Json, base: str) -> SafeString:
    if isinstance(row, MessageRow):
        key = row.message["id"]
        return format_html(
            '<li id="m-{}" data-key="{}" tabindex="-1">{}</li>', key, key, bubble(row, reader)
        )
    if isinstance(row, DayRow):
        label = day_label(row.date, reader.now)
        return format_html('<li data-floating><div class="day"><span>{}</span></div></li>', label)
    is_awaiting = conversation["awaiting_reply_since"] is not None
    if isinstance(row, ReopenedRow):
        return _reopened(t("reopenedBy", name=row.name), is_awaiting=is_awaiting)
    if isinstance(row, LineRow):
        said = history_line(row.line, base=base, now=reader.now)
        if row.opens_again:
            return _reopened(said, is_awaiting=is_awaiting)
        return format_html('<li><p class="event">{}</p></li>', said)
    return format_html('<li data-key="unread"><div class="unread">{}</div></li>', t("newMessages"))


def _reopened(says: str, *, is_awaiting: bool) -> SafeString:
    """The button is the element's: here only its place."""
    button = format_html(
        '<button class="button needs-script" disabled>{}</button>', t("closeAgain")
    )
    return format_html(
        '<li><div class="reopened"><span>{}</span>{}</div></li>',
        says,
        button if is_awaiting else NOTHING,
    )


def _other_page(history: Json, side: str) -> SafeString:
    """Link the next page, for a browser without scripts. The elements load it by themselves.

    With scripts the row is empty and takes no place.
    """
    messages = history["results"]
    if not messages or not history[f"has_{side}"]:
        return NOTHING
    label = _("Older messages") if side == "before" else _("Newer messages")
    seq = messages[0 if side == "before" else -1]["seq"]
    return format_html(
        '<li><noscript><a class="button more" href="?{}={}">{}</a></noscript></li>',
        side,
        seq,
        label,
    )


def _foot(conversation: Json, *, is_company: bool, answers: Json | None) -> SafeString:
    is_shut, is_closed = not conversation["accepts_messages"], conversation["status"] == "closed"
    if is_shut:
        state = t("acceptsNone")
    else:
        state = t("isClosedStaff" if is_company else "isClosedClient") if is_closed else ""
    has_composer = not is_shut or is_company
    return format_html(
        "{}{}{}{}",
        awaited(conversation, answers),
        format_html('<p class="state">{}</p>', state) if state else NOTHING,
        _composer(is_company=is_company) if has_composer and not is_shut else NOTHING,
        _needs_script() if has_composer else NOTHING,
    )


def _needs_script() -> SafeString:
    return format_html(
        '<noscript><p class="state">{}</p></noscript>',
        _("To write, allow JavaScript for this site, then reload the page."),
    )


# What the company's second button takes, which comes after the first screen.
_PLACE_OF_MORE = format_html('<span class="{}" aria-hidden="true"></span>', "send more")


def _composer(*, is_company: bool) -> SafeString:
    """The field takes a text before the elements are there, which move it into theirs."""
    label = t("composerStaff" if is_company else "composerClient")
    return format_html(
        '<s-message-composer class="needs-script">{}<form><s-attachment-upload>'
        '<span class="icon-button">{}</span><span class="icon-button camera">{}</span>'
        '</s-attachment-upload><textarea rows="1" dir="auto" aria-label="{}" placeholder="{}"'
        ' autocomplete="off"></textarea>'
        '<button class="send" type="button" aria-disabled="true" aria-label="{}">{}</button>'
        "{}</form></s-message-composer>",
        _modes() if is_company else NOTHING,
        icon("attach"),
        icon("camera"),
        label,
        label,
        t("send"),
        icon("send"),
        _PLACE_OF_MORE if is_company else NOTHING,
    )


def _modes() -> SafeString:
    return format_html(
        '<div class="modes" role="group" aria-label="{}">'
        '<button type="button" aria-pressed="true" disabled>{}</button>'
        '<button type="button" aria-pressed="false" disabled>{}{}</button></div>',
        t("modeLabel"),
        t("modeReply"),
        icon("lock"),
        t("modeNote"),
    )

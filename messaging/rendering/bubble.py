"""One message, as the element message-bubble shows it, without what needs a script."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.rendering.dates import clock, exact_label, local, parsed
from messaging.rendering.files import NOTHING, file_set
from messaging.rendering.icons import icon
from messaging.rendering.links import LinkedTexts
from messaging.rendering.people import avatar
from messaging.rendering.texts import file_text, t
from messaging.rendering.timeline import MessageRow

Json = dict[str, Any]

# Authors may edit or delete a message for this long, as in message-list.js.
CHANGEABLE = timedelta(minutes=15)


@dataclass(frozen=True)
class Reader:
    """Who reads a thread, and what its bubbles depend on."""

    id: str
    is_company: bool
    read_by_other: int
    now: datetime
    linked: LinkedTexts

    def side_of(self, message: Json) -> str:
        is_ours = self.is_company and message["author"]["role"] != "client"
        return "ours" if is_ours or self.wrote(message) else "theirs"

    def wrote(self, message: Json) -> bool:
        return bool(message["author"]["id"] == self.id)

    def state_of(self, message: Json) -> str:
        if message["deleted_at"] or self.side_of(message) == "theirs":
            return ""
        return "read" if message["seq"] <= self.read_by_other else "sent"

    def can_change(self, message: Json) -> bool:
        age = timezone.now() - parsed(message["created_at"])
        return self.wrote(message) and not message["deleted_at"] and age < CHANGEABLE


def bubble(row: MessageRow, reader: Reader) -> SafeString:
    message = row.message
    return format_html(
        '<s-message-bubble side="{}" state="{}"{}{}{}{}>{}<div class="line"><div class="bubble">'
        "{}{}{}</div>{}</div>{}</s-message-bubble>",
        reader.side_of(message),
        reader.state_of(message),
        SafeString(" mine") if reader.wrote(message) else NOTHING,
        NOTHING if row.is_first else SafeString(" joins-above"),
        NOTHING if row.is_last else SafeString(" joins-below"),
        SafeString(" changeable") if reader.can_change(message) else NOTHING,
        _author(message, reader) if row.is_first else NOTHING,
        _quote(message["quoted"], reader) if message["quoted"] else NOTHING,
        file_set(message["attachments"]),
        _text(message, reader),
        NOTHING if message["deleted_at"] else OPENER,
        _footer(row, reader),
    )


# The place of the button that opens the actions.
OPENER = SafeString('<span class="icon-button opener"></span>')


def _author(message: Json, reader: Reader) -> SafeString:
    if reader.wrote(message):
        return format_html('<span class="visually-hidden">{}</span>', t("you"))
    name, role = message["author"]["name"], message["author"]["role"]
    is_theirs = reader.side_of(message) == "theirs"
    return format_html(
        '<p class="author">{}{}</p>', avatar(name, role) if is_theirs else NOTHING, name
    )


def _quote(quoted: Json, reader: Reader) -> SafeString:
    """Write the beginning of the message that this one answers, linked to its address."""
    name = t("you") if quoted["author"]["id"] == reader.id else quoted["author"]["name"]
    is_deleted = quoted["is_deleted"]
    files = file_text("files", n=quoted["attachment_count"])
    text = t("deletedMessage") if is_deleted else quoted["body"] or files
    return format_html(
        '<s-quoted-message><a class="quote" href="#m-{}" aria-label="{}"><b>{}</b>'
        '<span class="text{}" dir="auto">{}</span></a></s-quoted-message>',
        quoted["id"],
        t("goToQuoted", name=name, text=text),
        name,
        " is-deleted" if is_deleted else "",
        text,
    )


def _text(message: Json, reader: Reader) -> SafeString:
    if message["deleted_at"]:
        return format_html('<p class="body is-deleted">{}</p>', t("deletedMessage"))
    if not message["body"]:
        return NOTHING
    return format_html('<p class="body" dir="auto">{}</p>', reader.linked(message["body"]))


def _footer(row: MessageRow, reader: Reader) -> SafeString:
    message, state = row.message, reader.state_of(row.message)
    is_alive = not message["deleted_at"]
    edited = message["edited_at"] if is_alive else None
    is_by_email = message["by_email"] and is_alive
    is_thanks = message["is_thanks"] and reader.side_of(message) == "theirs"
    is_quiet = not (row.is_last or edited or is_by_email or is_thanks)
    if is_quiet:
        return NOTHING
    return format_html(
        '<div class="footer">{}{}{}{}{}</div>',
        _edited(edited) if edited else NOTHING,
        _by_email() if is_by_email else NOTHING,
        format_html("<span>{}</span>", t("thanks")) if is_thanks else NOTHING,
        _progress(state) if state else NOTHING,
        _time(message, row.date),
    )


def _edited(moment: str) -> SafeString:
    label = t("editedAt", date=exact_label(local(moment)))
    return format_html('<span title="{}">{}</span>', label, t("edited"))


def _by_email() -> SafeString:
    return format_html('<span class="by-email">{}{}</span>', icon("mail"), t("byEmail"))


def _time(message: Json, date: datetime) -> SafeString:
    """Write the time, linked to the address of the message."""
    return format_html(
        '<a href="#m-{}"><time datetime="{}" title="{}">{}</time></a>',
        message["id"],
        message["created_at"],
        exact_label(date),
        clock(date),
    )


def _progress(state: str) -> SafeString:
    """Write sent or read, as the element of notifications shows it if that app is installed."""
    label, mark = t("readByOther" if state == "read" else "sent"), icon(state)
    if apps.is_installed("notifications"):
        return format_html(
            '<s-delivery-state><span class="step{}">{}{}</span></s-delivery-state>',
            " is-read" if state == "read" else "",
            mark,
            label,
        )
    return format_html(
        '<span class="state" title="{}">{}<span class="visually-hidden">{}</span></span>',
        label,
        mark,
        label,
    )

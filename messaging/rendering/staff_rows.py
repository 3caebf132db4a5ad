"""The rows of the company's list, as the element staff-row shows them."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.rendering.conversations import ListedRows, badge, last_line
from messaging.rendering.dates import exact_label, local, short_label
from messaging.rendering.files import NOTHING
from messaging.rendering.icons import icon
from messaging.rendering.people import avatar
from messaging.rendering.texts import desk_text, file_text, t
from messaging.rendering.waits import wait_of

Json = dict[str, Any]

# The class and the icon of what a row waits for.
WAITS = {
    "closed": ("is-closed", "check"),
    "snoozed": ("is-snoozed", "pause"),
    "thanks": ("is-thanks", "check"),
    "waiting": ("is-waiting", "clock"),
    "green": ("is-green", "clock"),
    "amber": ("is-amber", "clock"),
    "late": ("is-late", "warning"),
}


class StaffRows(ListedRows):
    css_class = "is-other"

    def content(self, conversation: Json) -> SafeString:
        client, subject = conversation["client"]["name"], conversation["subject"]
        chantier, last = conversation["chantier"], conversation["last_message"]
        place = chantier["name"] if chantier else t("freeSubject")
        unread = conversation["unread_count"]
        return format_html(
            '<s-staff-row{}><span class="client-avatar">{}</span>'
            '<span class="who" title="{} · {}"><span class="client">{}</span> · {}</span>'
            '<span class="time">{}{}</span>'
            '<span class="title" title="{}">{}</span><span class="badge">{}</span>'
            '<span class="line">{}</span>{}<span class="state">{}{}{}</span></s-staff-row>',
            SafeString(" unread") if unread else NOTHING,
            avatar(client, "client"),
            client,
            place,
            client,
            place,
            _by_email() if last and last["by_email"] else NOTHING,
            _age(conversation["last_activity_at"], self.now),
            subject,
            subject,
            badge(unread),
            last_line(conversation, self.me),
            _files(last),
            _plate(chantier),
            _wait(conversation, self.now),
            _owner(conversation["assigned_to"]),
        )


def _age(moment: str, now: datetime) -> SafeString:
    date = local(moment)
    return format_html(
        '<s-relative-time><time datetime="{}" title="{}">{}</time></s-relative-time>',
        moment,
        exact_label(date),
        short_label(date, now),
    )


def _by_email() -> SafeString:
    label = t("byEmail")
    return format_html(
        '<span role="img" aria-label="{}" title="{}">{}</span>', label, label, icon("mail")
    )


def _files(last: Json | None) -> SafeString:
    count = len(last["attachments"]) if last and not last["deleted_at"] else 0
    if not count:
        return NOTHING
    label = file_text("files", n=count)
    return format_html(
        '<span class="files" role="img" aria-label="{}" title="{}">{}{}</span>',
        label,
        label,
        icon("attach"),
        count,
    )


def _plate(chantier: Json | None) -> SafeString:
    if not (chantier and chantier["reference"]):
        return NOTHING
    return format_html('<span class="plate">{}</span>', chantier["reference"])


def _wait(conversation: Json, now: datetime) -> SafeString:
    wait = wait_of(conversation, now)
    if wait is None:
        return NOTHING
    css_class, drawn = WAITS[wait.kind]
    title = format_html(' title="{}"', wait.title) if wait.title else NOTHING
    return format_html(
        '<span class="wait {}"{}>{}<span>{}</span></span>',
        css_class,
        title,
        icon(drawn),
        wait.text,
    )


def _owner(owner: Json | None) -> SafeString:
    if owner is None:
        nobody = desk_text("ownedByNobody")
        return format_html('<span class="owner is-nobody">{}</span>', nobody)
    label = desk_text("ownedBy", name=owner["name"])
    return format_html(
        '<span class="owner" title="{}">{}<span class="visually-hidden">{}</span></span>',
        label,
        avatar(owner["name"], owner["role"]),
        label,
    )

"""The list of conversations, as the element conversation-list shows it."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from messaging.rendering.dates import exact_label, local, short_label
from messaging.rendering.files import NOTHING
from messaging.rendering.people import avatar, first_name
from messaging.rendering.texts import core_text, file_text, t

Json = dict[str, Any]


class ListedRows:
    """The list of a person. `base` stands in front of a conversation's id."""

    css_class = ""

    def __init__(self, me: Json, *, base: str, selected: str, now: datetime) -> None:
        self.me = me
        self.base = base
        self.selected = selected
        self.now = now

    def html(self, conversations: list[Json], *, more: str) -> SafeString:
        """Return the list. `more` is the address of the next page, or empty."""
        rows = format_html_join("", "<li>{}</li>", ((self._row(row),) for row in conversations))
        link = format_html('<a class="button more" href="{}">{}</a>', more, t("loadMore"))
        return format_html(
            "<s-conversation-list><ul>{}</ul>{}</s-conversation-list>",
            rows,
            link if more else NOTHING,
        )

    def _row(self, conversation: Json) -> SafeString:
        is_unread = conversation["unread_count"] > 0
        return format_html(
            '<a href="{}/{}" data-id="{}" class="{} {}"{}>{}</a>',
            self.base,
            conversation["id"],
            conversation["id"],
            self.css_class,
            "is-unread" if is_unread else "",
            SafeString(' aria-current="page"') if conversation["id"] == self.selected else NOTHING,
            self.content(conversation),
        )

    def content(self, conversation: Json) -> SafeString:
        raise NotImplementedError


class ClientRows(ListedRows):
    """The rows of a client's list."""

    def content(self, conversation: Json) -> SafeString:
        chantier, person = conversation["chantier"], _of_company(conversation)
        date = local(conversation["last_activity_at"])
        return format_html(
            '{}<span class="name">{}</span>'
            '<span class="title">{}</span><span class="line">{}</span>'
            '<s-relative-time><time datetime="{}" title="{}">{}</time></s-relative-time>'
            '<span class="marks">{}{}</span>',
            avatar(person["name"] if person else t("company"), "staff"),
            chantier["name"] if chantier else t("freeSubject"),
            conversation["subject"],
            last_line(conversation, self.me),
            conversation["last_activity_at"],
            exact_label(date),
            short_label(date, self.now),
            _mark(conversation),
            badge(conversation["unread_count"]),
        )


def _mark(conversation: Json) -> SafeString:
    if conversation["status"] != "closed":
        return NOTHING
    return format_html('<span class="mark">{}</span>', t("closed"))


def last_line(conversation: Json, me: Json) -> str:
    last = conversation["last_message"]
    if not last:
        return ""
    if last["deleted_at"]:
        return t("deletedMessage")
    text = last["body"] or file_text("files", n=len(last["attachments"]))
    if last["author"]["id"] == str(me["id"]):
        return t("youSaid", text=text)
    return core_text("labelled", label=first_name(last["author"]["name"]), text=text)


def _of_company(conversation: Json) -> Json | None:
    """Return the person of the company to show for a conversation."""
    last = conversation["last_message"]
    if last and last["author"]["role"] != "client":
        return dict(last["author"])
    of_company = (person for person in conversation["participants"] if person["role"] != "client")
    return conversation["assigned_to"] or next(of_company, None)


def badge(unread: int) -> SafeString:
    if not unread:
        return NOTHING
    label = t("unreadCount", n=unread)
    return format_html(
        '<s-unread-badge><span role="img" title="{}" aria-label="{}">{}</span></s-unread-badge>',
        label,
        label,
        unread if unread <= 99 else "99+",
    )

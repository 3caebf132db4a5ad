"""The inbox of a client or of the company, as client-inbox and staff-inbox show it.

The HTML stands inside the element as its light children. They show until the element is defined:
its shadow root has no slot, so it then shows its own tree, in the same task.
"""

import re
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from messaging.rendering.answers import who_answers
from messaging.rendering.conversations import ClientRows, ListedRows
from messaging.rendering.files import NOTHING, ratio_rules
from messaging.rendering.form import new_conversation
from messaging.rendering.icons import icon, sprite
from messaging.rendering.staff_rows import StaffRows
from messaging.rendering.texts import desk_text, t
from messaging.rendering.thread import thread

Json = dict[str, Any]
Side = Literal["client", "staff"]
Pane = Literal["list", "thread", "new"]

_RATIO = re.compile(r' data-ratio="([\d.]+)"')
# As state/list-query.js: the folder, its words and its icon.
FOLDERS = (
    ("to_answer", "folderToAnswer", "inbox"),
    ("mine", "folderMine", "person"),
    ("unassigned", "folderUnassigned", "nobody"),
    ("mentions", "folderMentions", "at"),
    ("snoozed", "folderSnoozed", "pause"),
    ("closed", "folderClosed", "check"),
    ("emails", "folderEmails", "mail"),
    ("open", "folderOpen", "all"),
)


@dataclass(frozen=True)
class Rendered:
    """The HTML of an inbox, and the style rules that it needs beside rendered.css."""

    html: SafeString
    styles: SafeString

    @property
    def has_unread_line(self) -> bool:
        return '<li data-key="unread">' in self.html

    @property
    def has_pictures(self) -> bool:
        return " data-src=" in self.html


def inbox(state: Json, *, side: Side, pane: Pane, base: str, more: str) -> Rendered:
    """Render a first state. `more` is the address of the list's next page, or empty."""
    conversations = _listed(state)
    body = format_html(
        '{}<section class="pane side" aria-label="{}"><header>{}<h2>{}</h2>{}</header>{}'
        '<div class="window">{}</div></section>'
        '<section class="pane main" aria-label="{}">{}</section>{}',
        _folders(base, _folder_of(state)) if side == "staff" else NOTHING,
        t("conversations"),
        _menu() if side == "staff" else NOTHING,
        _title(_folder_of(state)) if side == "staff" else t("messages"),
        _new_link(base) if conversations or side == "staff" else NOTHING,
        _above_the_list(side, conversations),
        _list(state, conversations, side=side, base=base, more=more),
        t("conversation"),
        _main(state, side=side, pane=pane, base=base),
        SHEET if side == "staff" and pane == "thread" else NOTHING,
    )
    tag = f"s-{side}-inbox"
    html = format_html(
        '<{} pane="{}" data-zone="{}">{}{}</{}>',
        tag,
        pane,
        timezone.get_current_timezone_name(),
        body,
        sprite(body),
        tag,
    )
    # Numbers alone: see _RATIO.
    return Rendered(html, SafeString(ratio_rules(_RATIO.findall(body))))


# The place of the conversation's sheet on a wide screen.
SHEET = SafeString('<div class="sheet"></div>')


def _new_link(base: str) -> SafeString:
    label = t("newConversation")
    return format_html(
        '<a class="icon-button new" href="{}/new" aria-label="{}" title="{}">{}</a>',
        base,
        label,
        label,
        icon("plus"),
    )


def _listed(state: Json) -> list[Json]:
    """Return the first page of the list. The open conversation is in it, wherever it stands."""
    conversations, opened = state["conversations"]["results"], state["conversation"]
    listed = {conversation["id"] for conversation in conversations}
    if opened is None or opened["archived_at"] or opened["id"] in listed:
        return list(conversations)
    with_opened = [*conversations, opened]
    if state["conversations"]["listed"].get("sort") == "answer_due":
        return sorted(with_opened, key=lambda row: (row["answer_due_at"] or "", row["id"]))
    return sorted(with_opened, key=itemgetter("last_activity_at"), reverse=True)


def _list(
    state: Json, conversations: list[Json], *, side: Side, base: str, more: str
) -> SafeString:
    if not conversations:
        return _welcome(base, state["me"]["answers"]) if side == "client" else _nothing_here()
    opened = state["conversation"]
    selected = str(opened["id"]) if opened else ""
    kind = StaffRows if side == "staff" else ClientRows
    rows = kind(state["me"], base=base, selected=selected, now=timezone.localtime())
    if side == "staff":
        return rows.html(conversations, more=more)
    closed = [each for each in conversations if each["status"] == "closed"]
    still_open = [each for each in conversations if each["status"] != "closed"]
    return format_html(
        "{}{}",
        rows.html(still_open, more=more),
        _closed(closed, rows, selected=selected, has_more=more != "") if closed else NOTHING,
    )


def _closed(
    conversations: list[Json], rows: ListedRows, *, selected: str, has_more: bool
) -> SafeString:
    """The closed ones, folded, unless one of them is on screen."""
    is_open = selected in {str(conversation["id"]) for conversation in conversations}
    return format_html(
        '<details class="closed"{}><summary>{}</summary>{}</details>',
        SafeString(" open") if is_open else "",
        t("closedOnesMore" if has_more else "closedOnes", n=len(conversations)),
        rows.html(conversations, more=""),
    )


def _above_the_list(side: Side, conversations: list[Json]) -> SafeString:
    if side == "staff":
        return _filters()
    return (
        _search_field("searchHintClient", "list-search needs-script") if conversations else NOTHING
    )


def _search_field(hint: str, classes: str = "") -> SafeString:
    """The place of the search, which needs a script."""
    return format_html(
        '<s-search-field class="{}"><div>{}'
        '<input class="control" type="search" disabled aria-label="{}" placeholder="{}">'
        '<span class="icon-button">{}</span></div></s-search-field>',
        classes,
        icon("search"),
        t("search"),
        t(hint),
        icon("sliders"),
    )


def _nothing_here() -> SafeString:
    return format_html('<p class="nothing">{}</p>', t("emptyStaff"))


def _main(state: Json, *, side: Side, pane: Pane, base: str) -> SafeString:
    if state["conversation"]:
        return thread(
            state["conversation"],
            state["messages"],
            state["files"],
            me=state["me"],
            base=base,
            now=timezone.localtime(),
        )
    if pane == "new":
        return new_conversation(state["me"], is_company=side == "staff", base=base)
    has_conversations = bool(state["conversations"]["results"])
    if has_conversations or side == "staff":
        return _nothing_open()
    return _welcome(base, state["me"]["answers"])


def _nothing_open() -> SafeString:
    return format_html(
        '<div class="empty">{}<h2>{}</h2><p>{}</p></div>',
        icon("crane"),
        t("pickTitle"),
        t("pickText"),
    )


def _welcome(base: str, answers: Json | None) -> SafeString:
    return format_html(
        '<div class="empty">{}<h2>{}</h2><p>{}</p>{}'
        '<a class="button primary" href="{}/new">{}</a></div>',
        icon("crane"),
        t("emptyClientTitle"),
        t("emptyClientText"),
        who_answers(answers["person"] if answers else None, answers),
        base,
        t("emptyClientButton"),
    )


def _folder_of(state: Json) -> str:
    return str(state["conversations"]["listed"].get("folder", "open"))


def _title(folder: str) -> str:
    return next(desk_text(label) for name, label, _icon in FOLDERS if name == folder)


def _folders(base: str, current: str) -> SafeString:
    """The folders without their numbers, which the page asks for. The emails have a page."""
    links = format_html_join(
        "",
        '<li><a href="{}"{}>{}<span class="label">{}</span></a></li>',
        (
            (
                _address_of(base, name),
                SafeString(' aria-current="page"') if name == current else NOTHING,
                icon(drawn),
                desk_text(label),
            )
            for name, label, drawn in FOLDERS
        ),
    )
    return format_html(
        '<nav class="pane folders" aria-label="{}"><s-inbox-folders><ul>{}</ul></s-inbox-folders>'
        "</nav>",
        desk_text("folders"),
        links,
    )


def _address_of(base: str, folder: str) -> str:
    if folder == "emails":
        return "/staff/emails"
    return base if folder == "open" else f"{base}?folder={folder}"


def _menu() -> SafeString:
    """The place of the button of the folders, which needs a script."""
    return format_html('<span class="icon-button menu">{}</span>', icon("all"))


def _filters() -> SafeString:
    """The place of the search and of the filters, which need a script."""
    return format_html(
        '<s-conversation-filters class="needs-script">{}<div class="tools">'
        "<button disabled>{}{}</button><button disabled>{}{}</button>"
        '<button class="last" disabled>{}{}</button></div></s-conversation-filters>',
        _search_field("searchHint"),
        icon("sort"),
        desk_text("sortRecent"),
        icon("filter"),
        desk_text("narrowList"),
        icon("check"),
        desk_text("select"),
    )

"""The photos and documents of a conversation, as attachment-library shows them."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from messaging.rendering.dates import local, month_label, short_label
from messaging.rendering.files import NOTHING, detail_of, is_picture, tile
from messaging.rendering.icons import icon
from messaging.rendering.texts import file_text

Json = dict[str, Any]


def library(page: Json, *, has_chantier: bool, now: datetime) -> SafeString:
    """Render the first page of a conversation's files. The buttons are the element's."""
    return format_html(
        '<s-attachment-library tabindex="0" role="region" aria-label="{}"><div class="inside">'
        '<div class="choices needs-script">{}{}</div>{}{}</div></s-attachment-library>',
        file_text("library"),
        _group("scope", ("ofConversation", "ofChantier")) if has_chantier else NOTHING,
        _group("show", ("showAll", "showPhotos", "showDocuments")),
        _content(page["results"], now),
        _more() if page["next"] else NOTHING,
    )


def _group(label: str, names: tuple[str, ...]) -> SafeString:
    """Place a group of buttons, the first of them pressed."""
    buttons = format_html_join(
        "",
        '<button aria-pressed="{}" disabled>{}</button>',
        (("false" if place else "true", file_text(name)) for place, name in enumerate(names)),
    )
    return format_html('<div role="group" aria-label="{}">{}</div>', file_text(label), buttons)


def _content(items: list[Json], now: datetime) -> SafeString:
    if not items:
        return format_html('<p class="quiet">{}{}</p>', icon("picture"), file_text("libraryEmpty"))
    months = groupby(items, key=lambda item: month_label(local(item["sent_at"])))
    sections = format_html_join("", "{}", ((_month(name, list(of), now),) for name, of in months))
    return format_html("{}{}", sections, _details(items))


def _month(name: str, items: list[Json], now: datetime) -> SafeString:
    pictures = [item for item in items if is_picture(item["attachment"])]
    others = [item for item in items if not is_picture(item["attachment"])]
    return format_html(
        '<section aria-label="{}"><h3>{}</h3>{}{}</section>',
        name,
        name,
        _list("pictures", [tile(item["attachment"]) for item in pictures]),
        _list("documents", [_document(item, now) for item in others]),
    )


def _list(name: str, tiles: list[SafeString]) -> SafeString:
    if not tiles:
        return NOTHING
    rows = format_html_join("", "<li>{}</li>", ((each,) for each in tiles))
    return format_html('<ul class="{}">{}</ul>', name, rows)


def _document(item: Json, now: datetime) -> SafeString:
    caption = file_text(
        "sentBy", name=item["author"]["name"], date=short_label(local(item["sent_at"]), now)
    )
    return format_html('{}<p class="by">{}</p>', tile(item["attachment"]), caption)


def _details(items: list[Json]) -> SafeString:
    """Say once how readable files were checked, if there is something to say."""
    details = [detail for item in items if (detail := detail_of(item["attachment"]))]
    lines = (
        (detail.removesuffix("."), file_text("files", n=details.count(detail)))
        for detail in dict.fromkeys(details)
    )
    return format_html_join("", '<p class="by">{} ({})</p>', lines)


def _more() -> SafeString:
    return format_html(
        '<button class="button more needs-script" disabled>{}</button>', file_text("loadMore")
    )

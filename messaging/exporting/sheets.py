"""The pages of an export: HTML that needs nothing else. Styles are inside, files beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from messaging.exporting.files import Copies
from messaging.exporting.heads import Head
from messaging.exporting.paths import Place, owner_of
from messaging.exporting.rows import Row

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
# Where the messages stand in the page around them.
PLACE = "<!-- messages -->"


@dataclass(frozen=True)
class ShownFile:
    name: str
    size: str
    # Relative to the page; "" for what the ZIP does not hold.
    href: str
    preview: str
    state: str


def page_of(
    head: Head,
    batches: Iterable[list[Row]],
    place: Place,
    copies: Copies,
    *,
    links: list[tuple[str, str]],
    note_numbers: dict[Any, int],
) -> Iterator[str]:
    """Yield a page of rows in pieces, in the active language."""
    before, _, after = framed(head, links=links).partition(PLACE)
    yield f'{before}<ol class="messages">'
    for rows in batches:
        shown = [(row, _files(row, place, copies, note_numbers)) for row in rows]
        yield render_to_string("messaging/export_rows.html", {"rows": shown})
    yield f"</ol>{after}"


def framed(head: Head, *, links: list[tuple[str, str]], inside: str = PLACE) -> str:
    """Return a page around something. `inside` is HTML."""
    context = {
        "title": head.title,
        "warning": head.warning,
        "facts": head.facts,
        "end": head.end,
        "links": links,
        "language": get_language(),
        # A file of ours, without a person's words.
        "style": mark_safe(STYLE),  # noqa: S308
        "place": inside,
    }
    return render_to_string("messaging/export_page.html", context)


def _files(row: Row, place: Place, copies: Copies, note_numbers: dict[Any, int]) -> list[ShownFile]:
    if row.message:
        owner = owner_of(row.message.seq)
    elif row.note:
        owner = f"note-{note_numbers[row.note.pk]:03d}"
    else:
        return []
    return [
        ShownFile(
            name=file.name,
            size=size,
            href=_up(place, copies.path_of(place, owner, file)),
            preview=_up(place, place.preview(owner, file.position or 0))
            if copies.is_held(file) and file.has_preview
            else "",
            state="" if file.status == "ready" else file.get_status_display(),
        )
        for file, size in row.sizes
    ]


def _up(place: Place, path: str | None) -> str:
    return f"{place.up}{path}" if path else ""

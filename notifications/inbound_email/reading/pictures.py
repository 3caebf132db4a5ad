"""Find where in the text each picture of an email stands."""

import re
from dataclasses import replace
from urllib.parse import unquote

from notifications.inbound_email.reading.content import File, Place

AROUND = 3_000


def key_of(source: str) -> str:
    """Return by what a page names a picture: its Content-ID, its address, or its number."""
    name = unquote(source.strip())
    if name.lower().startswith("cid:"):
        return "cid:" + name[4:].strip("<> ").lower()
    return name.lower()


def placed(text: str, files: list[File], places: dict[str, Place]) -> tuple[str, list[File]]:
    """Return the text without the marks of pictures, and the files with the places of pictures."""
    found: list[File] = []
    for file in files:
        place = _place_in_page(file, places)
        mark = _mark_of(file)
        if mark is not None and (where := mark.search(text)):
            place = place or Place(
                before=text[: where.start()][-AROUND:], after=text[where.end() :][:AROUND]
            )
            text = text[: where.start()] + text[where.end() :]
        found.append(replace(file, place=place))
    return text, found


def _place_in_page(file: File, places: dict[str, Place]) -> Place | None:
    for source in (f"cid:{file.content_id}", file.location):
        if source not in ("", "cid:") and (place := places.get(key_of(source))):
            return place
    return None


def _mark_of(file: File) -> re.Pattern[str] | None:
    """Return the mark that programs write in a plain text where a picture stands."""
    names = [re.escape(file.name)] if file.name else []
    marks = [rf"\[(?:image|Image|cid): ?{name}\]" for name in names]
    marks += [rf"^[ \t]*<{name}>[ \t]*$" for name in names]
    if file.content_id:
        marks.append(rf"\[cid: ?{re.escape(file.content_id)}\]")
    return re.compile("|".join(marks), re.MULTILINE) if marks else None

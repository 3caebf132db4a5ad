"""The picture of a HEIC: its main one, or the thumbnail of a main one that is too large."""

import io
from typing import NamedTuple

from PIL import Image

from attachments.decoder import pillow_source
from attachments.decoder.boxes import Box, boxes, first, number
from attachments.decoder.source import Source, TooLarge


def source(content: bytes, format: str) -> Source:
    """Return the main picture of a HEIC. libheif has turned it, so nothing is left to turn."""
    found = pillow_source.source(content, format)
    return found._replace(orientation=1, in_parts=lambda _size: thumbnail(content))


def thumbnail(content: bytes) -> Image.Image:
    """Return the thumbnail of the main picture, by naming it the main one. Raises TooLarge."""
    changed = bytearray(content)
    meta = next((box for box in boxes(content, 0, len(content)) if box.kind == b"meta"), None)
    main = meta and first(content, meta, b"pitm")
    if not meta or not main:
        raise TooLarge
    size = 4 if content[main.start] else 2
    item = number(content, main.start + 4, size)
    small = _thumbnail_of(content, meta, item)
    if small is None:
        raise TooLarge
    changed[main.start + 4 : main.start + 4 + size] = small.item.to_bytes(size, "big")
    # libheif does not offer a thumbnail as a picture. A description it does.
    changed[small.kind_at : small.kind_at + 4] = b"cdsc"
    with Image.open(io.BytesIO(changed), formats=["HEIF"]) as opened:
        return opened.copy()


class Thumbnail(NamedTuple):
    """An item that is a thumbnail, and where the reference is that says so."""

    item: int
    kind_at: int


def _thumbnail_of(content: bytes, meta: Box, item: int) -> Thumbnail | None:
    """Return the item that is the thumbnail of another one (ISO 14496-12, 8.11.12)."""
    references = first(content, meta, b"iref")
    if references is None:
        return None
    size = 4 if content[references.start] else 2
    for one in boxes(content, references.start + 4, references.end):
        count = number(content, one.start + size, 2)
        named = [number(content, one.start + size + 2 + size * at, size) for at in range(count)]
        if one.kind == b"thmb" and item in named[:1000]:
            return Thumbnail(number(content, one.start, size), one.at + 4)
    return None

"""The location in the items of HEIC and AVIF, and in the boxes of JPEG 2000.

`iinf` names the items, `iloc` says where the bytes of each are: in the file, or in `idat`
(ISO 14496-12, 8.11).
"""

from collections.abc import Iterator
from typing import NamedTuple

from attachments.decoder import location, xmp_location
from attachments.decoder.boxes import Box, boxes, first, number

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
GEOTIFF_UUID = bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03")
ITEMS_MAX = 10_000


class Extent(NamedTuple):
    """Some bytes of an item."""

    start: int
    end: int


def blank(content: bytearray) -> bool:
    """Blank the places in the items and boxes of a picture. Return False when there was none."""
    found = False
    for box in boxes(content, 0, len(content)):
        if box.kind == b"meta":
            found |= _blank_items(content, box)
        elif box.kind == b"uuid":
            found |= _blank_uuid(content, box)
        elif box.kind in (b"asoc", b"xml "):
            found |= xmp_location.blank(content, box.start, box.end)
    return found


def _blank_uuid(content: bytearray, box: Box) -> bool:
    kind, start = bytes(content[box.start : box.start + 16]), box.start + 16
    if kind == XMP_UUID:
        return xmp_location.blank(content, start, box.end)
    if kind == GEOTIFF_UUID:
        content[start : box.end] = bytes(box.end - start)
        return True
    if kind.startswith(b"JpgTiffExif"):
        return location.blank_exif(content, start, box.end)
    return False


def _blank_items(content: bytearray, meta: Box) -> bool:
    kinds = dict(_kinds(content, meta))
    found = False
    for item, extents in _extents(content, meta):
        if kinds.get(item) == b"Exif":
            found |= _blank_exif_item(content, extents)
        elif kinds.get(item) in (b"mime", b"uri "):
            found |= True in [xmp_location.blank(content, *extent) for extent in extents]
    return found


def _blank_exif_item(content: bytearray, extents: list[Extent]) -> bool:
    """Blank an item of EXIF: the offset of the structure, then often `Exif`, then it."""
    whole = bytearray().join(content[start:end] for start, end in extents)
    start = 4 + number(whole, 0, 4)
    if not whole.startswith((b"II", b"MM"), start):
        start = min((at for at in map(whole.find, (b"II*\0", b"MM\0*")) if at >= 0), default=4)
    if not location.blank_exif(whole, start, len(whole)):
        return False
    for begin, end in extents:
        content[begin:end], whole = whole[: end - begin], whole[end - begin :]
    return True


def _kinds(content: bytearray, meta: Box) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the type of each item."""
    names = first(content, meta, b"iinf")
    if names is None:
        return
    head = 6 if content[names.start] == 0 else 8
    for entry in boxes(content, names.start + head, names.end):
        version = content[entry.start]
        if entry.kind == b"infe" and version >= 2:
            size = 2 if version == 2 else 4
            item = number(content, entry.start + 4, size)
            at = entry.start + 4 + size + 2
            yield item, bytes(content[at : at + 4])


def _extents(content: bytearray, meta: Box) -> Iterator[tuple[int, list[Extent]]]:
    """Yield the number of each item and its bytes. One that lies in another item is left out."""
    places = first(content, meta, b"iloc")
    if places is None:
        return
    reader = _Reader(content, places.start + 4)
    version, sizes = content[places.start], reader.take(2)
    offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    wide = 4 if version == 2 else 2
    inner = first(content, meta, b"idat")
    for _item in range(min(reader.take(wide), ITEMS_MAX)):
        item = reader.take(wide)
        method = reader.take(2) & 15 if version else 0
        reader.take(2)
        start = reader.take(base) + (inner.start if method == 1 and inner else 0)
        found = []
        for _extent in range(min(reader.take(2), ITEMS_MAX)):
            reader.take(index if version else 0)
            begin = start + reader.take(offset)
            found.append(Extent(begin, begin + reader.take(length)))
        whole = all(extent.end <= len(content) for extent in found)
        if method < 2 and whole and reader.at <= places.end:
            yield item, found


class _Reader:
    """Reads numbers one after the other."""

    def __init__(self, content: bytearray, at: int) -> None:
        self.content, self.at = content, at

    def take(self, size: int) -> int:
        self.at += size
        return number(self.content, self.at - size, size)

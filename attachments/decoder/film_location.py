"""The location in a film, blanked in place: MP4, QuickTime and 3GPP.

A phone writes it as `©xyz` or `loci` in the user data, or under a key of QuickTime; a drone, a
sports or a dashboard camera as a track of its own. A box becomes `free`, which readers skip; the
value of a key and the samples of a track become zeros. So no offset changes.
"""

import re
from collections.abc import Iterator

from attachments.decoder import location, xmp_location
from attachments.decoder.boxes import Box, boxes, children, first, number
from attachments.decoder.item_location import XMP_UUID

# User data that is a place whatever it holds.
PLACES = frozenset([b"\xa9xyz", b"loci", b"gps ", b"gps0", b"GPMF", b"GPS ", b"GPSx"])
# Sample formats that hold a place: GoPro, Google's camera motion, Sony, DJI, Insta360.
TRACKS = frozenset([b"gpmd", b"camm", b"rtmd", b"djmd", b"dbgi", b"fdsc", b"GPMF"])
# Texts and timed metadata hold a place if they name one.
NAMED_TRACKS = frozenset([b"mebx", b"text", b"tx3g", b"sbtl", b"mett", b"metx", b"urim"])
CONTAINERS = frozenset([b"moov", b"udta", b"trak", b"mdia", b"meta", b"moof", b"traf", b"mvex"])
_NAME = re.compile(rb"location|gps|latitude|longitude|geo\.?coord", re.IGNORECASE)
_SUBTITLE = re.compile(rb"GPS|latitude|longitude|\blat\b", re.IGNORECASE)
SAMPLES_MAX = 500_000
DEPTH_MAX = 8


def blank(content: bytearray, start: int = 0) -> bool:
    """Blank the places in the film that begins at an offset. Return False when there was none."""
    found = False
    for box in boxes(content, start, len(content)):
        if box.kind == b"uuid":
            found |= _blank_uuid(content, box)
        elif box.kind in PLACES:
            found |= _free(content, box)
        elif box.kind in CONTAINERS:
            found |= _blank_container(content, box, start, 0)
    return found


def _blank_container(content: bytearray, box: Box, film: int, depth: int) -> bool:
    if depth > DEPTH_MAX:
        return False
    found = _blank_track(content, box, film) if box.kind == b"trak" else False
    if box.kind == b"meta":
        found |= _blank_keys(content, box)
    for one in children(content, box):
        if one.kind in PLACES:
            found |= _free(content, one)
        elif one.kind in (b"XMP_", b"uuid"):
            found |= _blank_uuid(content, one)
        elif one.kind in CONTAINERS:
            found |= _blank_container(content, one, film, depth + 1)
        elif one.kind in (
            b"\xa9dat",
            b"smta",
            b"CNDA",
            b"thmb",
            b"CNTH",
            b"NCDT",
            b"MVTG",
            b"XTHM",
        ):
            found |= _blank_maker_box(content, one)
    return found


def _free(content: bytearray, box: Box) -> bool:
    """Make a box one that readers skip. Return False when it is empty."""
    if box.start >= box.end:
        return False
    content[box.start - 4 if box.start - box.at == 8 else box.at + 4 : box.start] = b"free" + bytes(
        content[box.at + 8 : box.start]
    )
    content[box.start : box.end] = bytes(box.end - box.start)
    return True


def _blank_uuid(content: bytearray, box: Box) -> bool:
    start = box.start
    if box.kind == b"uuid":
        start += 16
        if bytes(content[box.start : start]) != XMP_UUID:
            return False
    return xmp_location.blank(content, start, box.end)


def _blank_maker_box(content: bytearray, box: Box) -> bool:
    """Blank a maker's box that holds EXIF with a place (Canon, Nikon, Olympus)."""
    found = [
        location.blank_exif(content, start, box.end)
        for header in (b"II*\0", b"MM\0*")
        for start in location.places(bytes(content[box.start : box.end]), header)
        for start in [box.start + start]
    ]
    return any(found)


def _blank_keys(content: bytearray, meta: Box) -> bool:
    """Blank the values of the keys of QuickTime, or of iTunes, that name a place."""
    values = first(content, meta, b"ilst")
    if values is None:
        return False
    numbers = {
        index for index, name in enumerate(_keys(content, meta), start=1) if _NAME.search(name)
    }
    found = False
    for item in children(content, values):
        is_key = number(item.kind, 0, 4) in numbers
        if item.kind in PLACES or (
            item.kind == b"----" and _NAME.search(content, item.start, item.end)
        ):
            found |= _free(content, item)
        elif is_key:
            found |= _blank_value(content, item)
    return found


def _keys(content: bytearray, meta: Box) -> Iterator[bytes]:
    table = first(content, meta, b"keys")
    if table is not None:
        for key in boxes(content, table.start + 8, table.end):
            yield bytes(content[key.start : key.end])


def _blank_value(content: bytearray, item: Box) -> bool:
    found = False
    for data in boxes(content, item.start, item.end):
        begin = data.start + 8  # the type of the value, and its language
        if data.kind == b"data" and any(content[begin : data.end]):
            content[begin : data.end] = bytes(max(0, data.end - begin))
            found = True
    return found


def _blank_track(content: bytearray, track: Box, film: int) -> bool:
    """Blank the samples of a track that records places."""
    table = _sample_table(content, track)
    described = table and first(content, table, b"stsd")
    if not table or not described:
        return False
    kinds = {one.kind for one in boxes(content, described.start + 8, described.end)}
    names = kinds & NAMED_TRACKS
    if not (kinds & TRACKS or names):
        return False
    is_named = bool(_NAME.search(content, described.start, described.end))
    samples = list(_samples(content, table))
    if names and not is_named:
        samples = [
            one for one in samples if _SUBTITLE.search(content, film + one[0], film + one[1])
        ]
    return True in [_blank_sample(content, film + start, film + end) for start, end in samples]


def _sample_table(content: bytearray, track: Box) -> Box | None:
    box: Box | None = track
    for kind in (b"mdia", b"minf", b"stbl"):
        box = box and first(content, box, kind)
    return box


def _blank_sample(content: bytearray, start: int, end: int) -> bool:
    end = min(end, len(content))
    if start >= end or not any(content[start:end]):
        return False
    content[start:end] = bytes(end - start)
    return True


def _samples(content: bytearray, table: Box) -> Iterator[tuple[int, int]]:
    """Yield where each chunk of samples begins and ends (ISO 14496-12, 8.7)."""
    sizes, per_chunk = _sizes(content, table), _per_chunk(content, table)
    sample = 0
    for index, start in enumerate(_chunks(content, table), start=1):
        count = _count_of(per_chunk, index)
        size = sum(sizes[sample : sample + count])
        sample += count
        yield start, start + size


def _sizes(content: bytearray, table: Box) -> list[int]:
    box = first(content, table, b"stsz")
    if box is None:
        return []
    same, count = number(content, box.start + 4, 4), number(content, box.start + 8, 4)
    if same:
        return [same] * min(count, SAMPLES_MAX)
    there = range(box.start + 12, min(box.end, box.start + 12 + 4 * min(count, SAMPLES_MAX)), 4)
    return [number(content, at, 4) for at in there]


def _per_chunk(content: bytearray, table: Box) -> list[tuple[int, int]]:
    box = first(content, table, b"stsc")
    if box is None:
        return []
    there = range(box.start + 8, box.end - 11, 12)
    return [(number(content, at, 4), number(content, at + 4, 4)) for at in there]


def _count_of(per_chunk: list[tuple[int, int]], index: int) -> int:
    return next((count for begin, count in reversed(per_chunk) if begin <= index), 1)


def _chunks(content: bytearray, table: Box) -> list[int]:
    for kind, size in ((b"stco", 4), (b"co64", 8)):
        box = first(content, table, kind)
        if box is not None:
            there = range(box.start + 8, box.end - size + 1, size)[:SAMPLES_MAX]
            return [number(content, at, size) for at in there]
    return []

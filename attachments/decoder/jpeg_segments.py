"""The segments of a JPEG (ITU-T T.81, annex B), and the JPEG without those that are no picture.

libjpeg skips what it does not know, but Pillow reads EXIF, further pictures and profiles while it
opens a file, and stops at a broken one. So it gets only the segments that make the picture.
"""

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

from attachments.decoder import exif_gps
from attachments.decoder.source import Source, Unsupported

EXIF = b"Exif\0"
ICC = b"ICC_PROFILE\0"
ADOBE = 0xEE
START_OF_SCAN = 0xDA
# Tables, restart interval, arithmetic conditioning: what the scans need.
_TABLES = (0xDB, 0xC4, 0xDD, 0xCC)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Baseline, extended and progressive, by Huffman or arithmetic codes. The others are lossless or
# hierarchical: libjpeg decodes neither.
_DECODED_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_PROGRESSIVE = (0xC2, 0xCA)
# Of 108 megapixels in 4:2:0 they take 324 MB. A memory that ends looks like damage to libjpeg.
COEFFICIENTS_MAX_BYTES = 400_000_000
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xDA)])
EXIF_AT = len(EXIF) + 1
EXIF_SEGMENT = 0xE1
ICC_SEGMENT = 0xE2


class Segment(NamedTuple):
    """A segment: `start` and `end` of what follows its length."""

    marker: int
    start: int
    end: int


def segments(content: bytes | bytearray, start: int = 0) -> Iterator[Segment]:
    """Yield the segments of a JPEG up to its first scan, whose segment is the last one."""
    at = start + 2
    while (at := content.find(b"\xff", at)) != -1 and at + 4 <= len(content):
        marker = content[at + 1]
        if marker in (0x00, 0xFF) or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = min(at + 2 + max(length, 2), len(content))
        yield Segment(marker, at + 4, end)
        if marker == START_OF_SCAN:
            return
        at = end


def source(content: bytes, _format: str = "") -> Source:
    """Return the picture of a JPEG alone, its size, orientation and profile."""
    every = list(segments(content))
    frame = _frame(content, every)
    if frame is None or every[-1].marker != START_OF_SCAN:
        raise ValueError("no picture in this JPEG")
    width, height = _size(content, frame)
    if frame.marker not in _DECODED_FRAMES or content[frame.start] != 8:
        raise Unsupported(width, height)
    if _coefficient_bytes(content, frame) > COEFFICIENTS_MAX_BYTES:
        raise Unsupported(width, height)
    return Source(
        _plain(content, every),
        "JPEG",
        width,
        height,
        _orientation(content, every),
        _profile(content, every),
    )


def _coefficient_bytes(content: bytes, frame: Segment) -> int:
    """Return what libjpeg keeps of a progressive picture until its last scan: two bytes each."""
    if frame.marker not in _PROGRESSIVE:
        return 0
    width, height = _size(content, frame)
    samplings = [(one >> 4) * (one & 15) for one in content[frame.start + 7 : frame.end : 3]]
    return 2 * width * height * sum(samplings) // max([1, *samplings])


def _frame(content: bytes, every: list[Segment]) -> Segment | None:
    frames = (one for one in every if one.marker in _FRAMES and one.end - one.start >= 6)
    return next(frames, None)


def _size(content: bytes, frame: Segment) -> tuple[int, int]:
    height, width = struct.unpack_from(">HH", content, frame.start + 1)
    return width, height


def _plain(content: bytes, every: list[Segment]) -> io.BytesIO:
    plain = io.BytesIO(b"\xff\xd8")
    plain.seek(0, io.SEEK_END)
    view = memoryview(content)
    for one in every[:-1]:
        if one.marker in _TABLES or one.marker in _FRAMES or _says_colours(content, one):
            plain.write(view[one.start - 4 : one.end])
    plain.write(view[every[-1].start - 4 :])
    plain.seek(0)
    return plain


def _says_colours(content: bytes, one: Segment) -> bool:
    """Tell whether a segment says how the colours are stored: those of JFIF and of Adobe."""
    if one.marker == ADOBE:
        return one.end - one.start >= 12 and content.startswith(b"Adobe", one.start)
    is_jfif = one.marker == 0xE0 and content.startswith(b"JFIF\0", one.start)
    return is_jfif and one.end - one.start >= 14


def _orientation(content: bytes, every: list[Segment]) -> int:
    for one in every:
        if one.marker == EXIF_SEGMENT and content.startswith(EXIF, one.start):
            return exif_gps.orientation(content[one.start + EXIF_AT : one.end])
    return 1


def _profile(content: bytes, every: list[Segment]) -> bytes | None:
    """Join the parts of a colour profile, which say their number (ICC.1, B.4)."""
    parts = {
        content[one.start + len(ICC)]: content[one.start + len(ICC) + 2 : one.end]
        for one in every
        if one.marker == ICC_SEGMENT and content.startswith(ICC, one.start)
        if one.end - one.start > len(ICC) + 2
    }
    return b"".join(parts[number] for number in sorted(parts)) or None

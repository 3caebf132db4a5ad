"""A reduced picture of a large PNG, decoded a band of rows at a time.

A row of a PNG may be stored as its difference to the one before (9.2). So each band is given to
Pillow as a PNG of its own that begins with the last row of the band before. The difference is one
of bytes at a distance of one pixel, whatever these mean: each band is first decoded as a picture
with as many bytes to a pixel, then read again as what it is.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from attachments.decoder.png_chunks import SIGNATURE, Header, Parts, chunk
from attachments.decoder.source import TooLarge

BAND_BYTES = 8 * 1024 * 1024
# The picture types of one to four bytes a pixel, eight bits a channel.
_COLOURS = {1: (0, "L"), 2: (4, "LA"), 3: (2, "RGB"), 4: (6, "RGBA")}
# Pillow's modes by bits and colour type (its `PngImagePlugin._MODES`), without 16-bit colours.
_MODES = {
    (1, 0): ("1", "1"), (2, 0): ("L", "L;2"), (4, 0): ("L", "L;4"), (8, 0): ("L", "L"),
    (16, 0): ("I;16", "I;16B"), (8, 2): ("RGB", "RGB"), (1, 3): ("P", "P;1"),
    (2, 3): ("P", "P;2"), (4, 3): ("P", "P;4"), (8, 3): ("P", "P"), (8, 4): ("LA", "LA"),
    (8, 6): ("RGBA", "RGBA"),
}  # fmt: skip


def reduced(content: bytes, found: Parts, target_px: int) -> Image.Image:
    """Return a picture of at least `target_px` on its longer side, as far as its rows are there."""
    header = found.header
    if header.is_interlaced or (header.depth, header.colour) not in _MODES:
        raise TooLarge
    factor = max(1, max(header.width, header.height) // (2 * target_px))
    size = -(-header.width // factor), -(-header.height // factor)
    canvas, row = Image.new(_canvas_mode(found), size), 0
    for band in _bands(content, found, factor):
        canvas.paste(_plain(band, found).reduce(factor), (0, row // factor))
        row += band.height
    if row == 0:
        raise ValueError("no row of this PNG can be read")
    return canvas.crop((0, 0, size[0], -(-row // factor)))


def _canvas_mode(found: Parts) -> str:
    if found.header.colour in (0, 4):
        return "LA" if found.header.colour == 4 else "L"
    return "RGBA" if found.transparency or found.header.colour == 6 else "RGB"


def _bands(content: bytes, found: Parts, factor: int) -> Iterator[Image.Image]:
    header = found.header
    pixel = max(1, header.depth * header.channels // 8)
    row_bytes = -(-header.width * header.depth * header.channels // 8)
    rows = max(1, BAND_BYTES // row_bytes // factor) * factor
    mode, raw_mode = _MODES[header.depth, header.colour]
    before, left = bytes(row_bytes), header.height
    for packed in _pieces(content, found, rows * (row_bytes + 1)):
        height = min(len(packed) // (row_bytes + 1), left)
        if not height:
            return
        plain = _unfiltered(before, packed, height, pixel)
        before, left = plain[-row_bytes:], left - height
        yield Image.frombytes(mode, (header.width, height), plain, "raw", raw_mode)


def _pieces(content: bytes, found: Parts, size: int) -> Iterator[bytes]:
    """Yield the filtered rows in pieces of a size, of which the last one is shorter."""
    piece = bytearray()
    for inflated in _inflated(content, found, size):
        piece += inflated
        if len(piece) >= size:
            yield bytes(piece[:size])
            del piece[:size]
    yield bytes(piece)


def _inflated(content: bytes, found: Parts, size: int) -> Iterator[bytes]:
    """Yield what the data holds, up to where it is broken."""
    inflater, view = zlib.decompressobj(), memoryview(content)
    try:
        for one in found.data:
            waiting: bytes | memoryview = view[one.start : one.end]
            while len(waiting):
                yield inflater.decompress(waiting, size)
                waiting = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error:
        return


def _unfiltered(before: bytes, packed: bytes, height: int, pixel: int) -> bytes:
    """Return rows without their filters, which Pillow undoes in a picture of one more row."""
    row_bytes = len(before)
    colour, _mode = _COLOURS[pixel]
    header = Header(row_bytes // pixel, height + 1, 8, colour, 0, 0, 0)
    rows = b"\0" + before + packed[: height * (row_bytes + 1)]
    whole = (
        SIGNATURE
        + chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
        + chunk(b"IDAT", zlib.compress(rows, 0))
        + chunk(b"IEND", b"")
    )
    with Image.open(io.BytesIO(whole), formats=["PNG"]) as picture:
        return picture.tobytes()[row_bytes:]


def _plain(band: Image.Image, found: Parts) -> Image.Image:
    """Return a band in a mode that can be reduced."""
    if band.mode == "P":
        band.putpalette(found.palette, "RGB")
        if found.transparency:
            band.info["transparency"] = found.transparency
    if band.mode == "I;16":
        return band.point(lambda value: value / 257).convert("L")
    return band if band.mode in ("L", "LA", "RGB", "RGBA") else band.convert(_canvas_mode(found))

"""PDF: PDFium draws the first page; the objects that compression hides are written out."""

import re
import zlib
from collections.abc import Iterator
from typing import IO

import pypdfium2

from attachments.decoder import image
from attachments.decoder.extracted import CONTENTS_MAX_BYTES, write_contents
from attachments.decoder.protocol import LARGE_PX, DecodeRequest, Refused, Report

STREAM = re.compile(rb"stream\r?\n")
NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# Streams that hold objects, files or scripts. The others (pixels, fonts, drawing) are left out:
# the short names that the rules look for occur there by chance.
WRAPPED = re.compile(rb"/(ObjStm|EmbeddedFile|XRef|Metadata)\b")
PASSWORD = 4  # FPDF_ERR_PASSWORD


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Write the previews of the first page, and the objects that compression hides."""
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD or "password" in str(error).lower():
            raise Refused("encrypted") from error
        raise
    if len(document) == 0:
        raise Refused("unreadable", "no page")
    write_contents(request, _contents(file))
    page = document[0]
    width, height = page.get_size()
    picture = page.render(scale=LARGE_PX / max(width, height, 1)).to_pil().convert("RGB")
    picture.thumbnail((LARGE_PX, LARGE_PX))
    return image.previewed(picture, request)


def _contents(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the objects of a PDF, without the streams that only draw."""
    file.seek(0)
    content = file.read()
    at = 0
    for match in STREAM.finditer(content):
        if match.start() < at:
            continue
        end = content.find(b"endstream", match.end())
        end = len(content) if end == -1 else end
        outside = _unescaped(content[at : match.start()])
        yield outside
        if WRAPPED.search(outside[-2000:]):
            yield _unescaped(_inflated(content[match.end() : end]))
        at = end
    yield _unescaped(content[at:])


def _unescaped(names: bytes) -> bytes:
    """Undo `/J#61vaScript` (ISO 32000-1, 7.3.5)."""
    return NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), names)


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, CONTENTS_MAX_BYTES)
    except zlib.error:
        # Not compressed, or by another filter than Flate.
        return stream

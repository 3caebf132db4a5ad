"""Makes PDFs by hand, so that a test sees each object, and writes them again as programs do."""

import base64
import io
import re
import zlib
from collections.abc import Mapping
from typing import Any, Literal

import pikepdf

PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R{page}>>"
TEXT = b"BT /F1 12 Tf 20 100 Td (Devis) Tj ET"


def stream(content: bytes, entries: str = "") -> bytes:
    head = f"<</Length {len(content)}{entries}>>stream\n".encode()
    return head + content + b"\nendstream"


def pdf(
    *objects: str | bytes, catalogue: str = "", page: str = "", text: bytes = TEXT, info: str = ""
) -> bytes:
    """A PDF of one page. `objects` have the numbers from 10 on."""
    numbered: dict[int, str | bytes] = {
        1: f"<</Type/Catalog/Pages 2 0 R{catalogue}>>",
        2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE.format(page=page),
        4: stream(text),
        5: f"<<{info}>>",
        **dict(enumerate(objects, 10)),
    }
    return written(numbered)


def written(
    numbered: Mapping[int, str | bytes], head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
) -> bytes:
    """Write objects with a table of them."""
    return _appended(head, numbered, max(numbered) + 1)


def table(offsets: dict[int, int], at: int, size: int, previous: str = "") -> bytes:
    rows = b"0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % row for row in sorted(offsets.items())
    )
    trailer = f"trailer\n<</Root 1 0 R/Info 5 0 R/Size {size}{previous}>>\n"
    return b"xref\n" + rows + trailer.encode() + b"startxref\n%d\n%%%%EOF\n" % at


def updated(content: bytes, numbered: Mapping[int, str | bytes]) -> bytes:
    """Append a revision, as a program does that saves quickly."""
    before = re.findall(rb"startxref\s+(\d+)", content)[-1].decode()
    return _appended(content, numbered, 100, f"/Prev {before}")


def _appended(
    content: bytes, numbered: Mapping[int, str | bytes], size: int, previous: str = ""
) -> bytes:
    parts, offsets, at = [content], {}, len(content)
    for number, body in numbered.items():
        offsets[number] = at
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, _bytes(body)))
        at += len(parts[-1])
    return b"".join(parts) + table(offsets, at, size, previous)


def compressed(content: bytes, *filters: str) -> bytes:
    """Return a stream object under these filters, the first of which was put on last."""
    for name in reversed(filters):
        content = ENCODERS[name](content)
    return stream(content, f"/Filter[{''.join('/' + name for name in filters)}]")


def _runs(content: bytes) -> bytes:
    parts = [content[at : at + 128] for at in range(0, len(content), 128)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


def _ascii85(content: bytes) -> bytes:
    return base64.a85encode(content) + b"~>"


ENCODERS: dict[str, Any] = {
    "FlateDecode": zlib.compress,
    "ASCIIHexDecode": lambda content: content.hex().encode() + b">",
    "ASCII85Decode": _ascii85,
    "RunLengthDecode": _runs,
}


def saved(content: bytes, **options: Any) -> bytes:
    """Write a PDF again by qpdf: with object streams, linearized, encrypted."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.save(target, **options)
    return target.getvalue()


def packed(content: bytes) -> bytes:
    """All objects stand in object streams, as most programs write them today."""
    return saved(content, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def locked(content: bytes, *, revision: Literal[3, 4, 6] = 6, user: str = "") -> bytes:
    """A PDF that asks for a password to be changed, or with `user` to be opened."""
    is_new = revision > 3
    rights = pikepdf.Encryption(
        owner="chantier", user=user, R=revision, aes=is_new, metadata=is_new
    )
    return saved(content, encryption=rights)


def holding(name: str, content: bytes, *filters: str, **more: str) -> bytes:
    """A PDF with a file inside."""
    return pdf(
        f"<</Type/Filespec/F({name})/UF({name})/EF<</F 11 0 R>>>>",
        compressed(content, *filters).replace(b"/Length", b"/Type/EmbeddedFile/Length", 1),
        catalogue=f"/Names<</EmbeddedFiles<</Names[({name})10 0 R]>>>>" + more.get("catalogue", ""),
    )


def _bytes(body: str | bytes) -> bytes:
    return body.encode("latin-1") if isinstance(body, str) else body

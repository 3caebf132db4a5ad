"""Sample files of every format, harmless and hostile."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image

from tests.attachments import ole

# The EICAR test file, in two halves so that no antivirus deletes this module.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
HEIC = (Path(__file__).parent / "files" / "gps.heic").read_bytes()


def picture(width: int = 640, height: int = 480) -> Image.Image:
    image = Image.effect_mandelbrot((width, height), (-2, -1.2, 0.8, 1.2), 40)
    return Image.merge(
        "RGB",
        (image, image.rotate(90, expand=False), image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    )


def photo(
    kind: str = "JPEG", *, size: tuple[int, int] = (640, 480), gps: bool = False, turned: int = 1
) -> bytes:
    """A photo, with a location if `gps`. `turned` is its EXIF orientation, 1 to 8."""
    exif = Image.Exif()
    exif[0x010F] = "Phone"
    exif[0x0112] = turned
    if gps:
        directory = exif.get_ifd(0x8825)
        directory[1], directory[2] = "N", (48.0, 51.0, 24.5)
        directory[3], directory[4] = "E", (2.0, 21.0, 3.0)
    content = io.BytesIO()
    picture(*size).save(content, kind, exif=exif)
    return content.getvalue()


def large_photo(width: int = 4000, height: int = 3000, *, quality: int = 90) -> bytes:
    """A photo with the grain of a phone's: 12 MP in 4.2 MB; in 2.8 MB with a quality of 82."""
    smooth = Image.effect_noise((width // 8, height // 8), 60).resize((width, height))
    grain = Image.effect_noise((width, height), 14)
    content = io.BytesIO()
    Image.blend(smooth, grain, 0.5).convert("RGB").save(content, "JPEG", quality=quality)
    return content.getvalue()


def slow_picture() -> bytes:
    """A plan of 49 million pixels, which takes 1.6 s of processor time to decode (measured)."""
    content = io.BytesIO()
    picture().resize((7000, 7000)).save(content, "PNG", compress_level=1)
    return content.getvalue()


def pdf() -> bytes:
    content = io.BytesIO()
    picture().save(content, "PDF")
    return content.getvalue()


def pdf_with(objects: bytes) -> bytes:
    """A PDF of one page whose catalogue holds these entries as well."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R " + objects + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    )
    return body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def archive(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return content.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return archive(
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<Relationships/>"),
        ("word/document.xml", b"<document/>"),
        *more,
    )


def locked_pdf() -> bytes:
    """A PDF with a password (ISO 32000-1, 7.6)."""
    key = b"<" + b"5a" * 32 + b">"
    content = pdf_with(b"")
    locked = (
        b"4 0 obj<</Filter/Standard/V 1/R 2/O " + key + b"/U " + key + b"/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>"
    )
    return content.replace(b"trailer<</Root 1 0 R>>", locked)


def locked_docx() -> bytes:
    """A document that Office wraps in an encrypted container ([MS-OFFCRYPTO])."""
    return ole.container(EncryptionInfo=noise(300), EncryptedPackage=noise(5000))


def docx_with_a_locked_member() -> bytes:
    """The first bit of a member's flags says that it is encrypted (APPNOTE 4.4.4)."""
    content = bytearray(docx())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(signature) + flags] |= 1
    return bytes(content)


def odt() -> bytes:
    mime = b"application/vnd.oasis.opendocument.text"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("mimetype", mime)
        file.writestr("content.xml", b"<x/>")
    return content.getvalue()


def jpeg_with_page() -> bytes:
    """A JPEG that is also an HTML page: its comment holds a script."""
    image = photo()
    page = b"<html><script>alert(1)</script></html>"
    return image[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + image[2:]


def gif_that_is_javascript() -> bytes:
    return b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1)//"


def svg_in_utf16() -> bytes:
    text = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    return text.encode("utf-16")


def decompression_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of 177 bytes whose header says 900 million pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + _chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    return docx(("word/media/image1.bmp", b"\0" * (210 * 1024 * 1024)))


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def text_of(size: int) -> bytes:
    """A text of exactly that many bytes."""
    line = b"Reserve no 12 : joint du carrelage a reprendre\n"
    return (line * (size // len(line) + 1))[:size]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

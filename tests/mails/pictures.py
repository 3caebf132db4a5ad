"""Small files for the mails: photos, a logo, a document."""

import io
from functools import cache

from PIL import Image


@cache
def photo(number: int = 1, kind: str = "JPEG") -> bytes:
    """Return a photo of 640 × 480, each number another one."""
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    picture.paste((40 * number % 256, 90, 160), (0, 0, 64 * number % 640, 240))
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


@cache
def logo() -> bytes:
    """Return the logo of a signature: 120 × 40."""
    written = io.BytesIO()
    Image.new("RGB", (120, 40), (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


def document(title: str = "Devis") -> bytes:
    """Return the smallest PDF that viewers open."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n"
        + f"4 0 obj<</Title({title})>>endobj\n".encode("latin-1")
        + b"trailer<</Root 1 0 R/Info 4 0 R>>\n%%EOF\n"
    )

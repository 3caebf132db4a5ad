"""Draws a page of a PDF by PDFium, with the values of its form."""

from typing import IO, Any

import pypdfium2
from PIL import Image

from attachments.decoder.protocol import LARGE_PX, Refused

# FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY (a certificate is needed).
LOCKED = (4, 5)


class CannotOpen(Exception):
    """PDFium finds no PDF in the bytes."""


def require_pages(file: IO[bytes]) -> None:
    """Raise Refused or an error when PDFium cannot open a file, or finds no page in it."""
    if len(_opened(file)) == 0:
        raise Refused("unreadable", "no page")


def picture(file: IO[bytes], pages_to_try: int) -> Image.Image:
    """Draw the first of the first pages that can be drawn. It fits the larger preview."""
    document = _opened(file)
    # Before the first page is loaded, or its fields show nothing.
    document.init_forms()
    error: Exception = IndexError("no page")
    for number in range(min(len(document), pages_to_try)):
        try:
            return _drawn(document[number])
        except (pypdfium2.PdfiumError, ValueError) as failed:
            error = failed
    raise error


def _drawn(page: Any) -> Image.Image:
    scale = LARGE_PX / max(*page.get_size(), 1)
    drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    drawn.thumbnail((LARGE_PX, LARGE_PX))
    return drawn


def _opened(file: IO[bytes]) -> Any:
    file.seek(0)
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in LOCKED or "password" in str(error).lower():
            raise Refused("encrypted", str(error)) from error
        raise CannotOpen(str(error)) from error

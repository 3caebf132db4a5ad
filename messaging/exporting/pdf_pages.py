"""The pages of a PDF: the head, and a row after the other. Importing this loads fpdf2 (`pdf`)."""

import io
import logging
import re
from pathlib import Path

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image, UnidentifiedImageError
from PIL.WebPImagePlugin import WebPImageFile

from messaging.exporting.heads import Head
from messaging.exporting.pdf import Preview
from messaging.exporting.rows import Row

FONTS = Path(__file__).parent / "fonts"
MARGIN_MM, BOTTOM_MM = 16, 18
PICTURE_MM = 55
LINE_MM = 5
GREY, INK = (90, 90, 90), (0, 0, 0)
# Shaping takes four times as long, so only for letters that join or are written from the right.
JOINED = re.compile("[\u0590-\u08ff\u0900-\u0dff\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc]")

# It tells of each table of a font.
logging.getLogger("fontTools").setLevel(logging.WARNING)


class Pages(FPDF):
    """A4 pages with the title and the number of the page below."""

    def __init__(self, head: Head) -> None:
        super().__init__(format="A4")
        self.head = head
        self.set_title(head.title)
        self.set_lang(head.language)
        self.set_creator("Liaison")
        self.set_margins(MARGIN_MM, MARGIN_MM)
        # Words begin where pictures and lines do.
        self.c_margin = 0
        self.set_auto_page_break(True, BOTTOM_MM)
        self.add_font("text", "", FONTS / "DejaVuSans.ttf")
        self.add_font("text", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.add_font("emoji", "", FONTS / "NotoEmoji-Regular.ttf")
        self.set_fallback_fonts(["emoji"], exact_match=False)
        # Photos as JPEG: without loss they take ten times the room.
        self.set_image_filter("DCTDecode")
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        self.set_y(-BOTTOM_MM + 6)
        self.set_font("text", "", 7.5)
        self.set_text_color(*GREY)
        self.cell(150, 4, self.head.title[:90])
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align="R")

    def words(
        self, text: str, *, size: float, style: str = "", color: tuple[int, int, int] = INK
    ) -> None:
        """Write words over the whole width, on as many lines as they need."""
        self.set_font("text", style, size)
        self.set_text_color(*color)
        self.set_text_shaping(JOINED.search(text) is not None)
        height = size * 0.5
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room_for(self, height_mm: float) -> None:
        """Begin a page unless so much of this one is free."""
        if self.will_page_break(height_mm):
            self.add_page()


def write_head(pages: Pages) -> None:
    head = pages.head
    pages.words(head.title, size=16, style="B")
    if head.warning:
        pages.ln(1)
        pages.words(head.warning, size=10, style="B")
    pages.ln(2)
    for name, words in head.facts:
        pages.words(f"{name} : {words}" if head.language == "fr" else f"{name}: {words}", size=9.5)
    pages.ln(1)
    pages.line(MARGIN_MM, pages.get_y(), pages.w - MARGIN_MM, pages.get_y())
    pages.ln(2)


def write_row(pages: Pages, row: Row, preview: Preview) -> None:
    if row.day:
        pages.room_for(24)
        pages.ln(3)
        pages.words(row.heading[:1].upper() + row.heading[1:], size=11, style="B")
        pages.ln(1)
    if row.line:
        pages.words(f"{row.told} · {row.time}", size=8.5, color=GREY)
    elif row.note:
        pages.room_for(12)
        by = f"{row.note.author.name} · {row.time} · {_('internal note')}"
        top = pages.get_y()
        pages.set_left_margin(MARGIN_MM + 5)
        pages.set_x(MARGIN_MM + 5)
        pages.words(by, size=8.5, style="B", color=GREY)
        _write_body(pages, row, row.note.body, preview)
        pages.set_left_margin(MARGIN_MM)
        if pages.get_y() > top:
            # Only where it did not begin a page: a bar beside the note.
            pages.line(MARGIN_MM + 2, top, MARGIN_MM + 2, pages.get_y())
    elif row.message:
        pages.room_for(12)
        pages.words(_by(row), size=8.5, style="B", color=GREY)
        if row.message.deleted_at:
            pages.words(row.deleted, size=9.5, color=GREY)
        else:
            _write_body(pages, row, row.message.body, preview)
    pages.set_x(MARGIN_MM)
    pages.ln(2)


def _by(row: Row) -> str:
    message = row.message
    assert message is not None
    parts = [message.author.name, row.time, row.number]
    if message.by_email:
        parts.append(_("by email"))
    if message.edited_at and not message.deleted_at:
        parts.append(row.edited)
    return " · ".join(parts)


def _write_body(pages: Pages, row: Row, body: str, preview: Preview) -> None:
    if body:
        pages.words(body, size=10)
    for file, size in row.sizes:
        if picture := _picture(preview(file)):
            _write_picture(pages, picture)
        state = "" if file.status == "ready" else f" · {file.get_status_display()}"
        pages.words(f"{file.name} · {size}{state}", size=9, style="B")


def _picture(content: bytes | None) -> Image.Image | None:
    """Return a preview as a picture without transparency, which JPEG does not know."""
    if content is None:
        return None
    try:
        # All previews are WebP. Asked for any format, Pillow loads its readers of all: 4 MB.
        picture = Image.open(io.BytesIO(content), formats=[WebPImageFile.format])
        picture.load()
    except (UnidentifiedImageError, OSError):
        return None
    if picture.mode == "RGB":
        return picture
    sheet = Image.new("RGB", picture.size, "white")
    with_alpha = picture.convert("RGBA")
    sheet.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return sheet


def _write_picture(pages: Pages, picture: Image.Image) -> None:
    scale = PICTURE_MM / max(picture.size)
    width, height = picture.width * scale, picture.height * scale
    pages.room_for(height + LINE_MM)
    pages.image(picture, w=width, h=height)
    pages.ln(1)

"""Draw a photo for each person of the demo's company: a face with a helmet or hair."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

from attachments.portraits import keep_portrait
from core.demo import Company, login_of

SIDE_PX = 320
SHOWN_PX = 144


class Looks(NamedTuple):
    behind: str
    coat: str
    skin: str
    hair: str
    helmet: str | None = None


LOOKS = {
    "odile": Looks("#cfe3ee", "#1f4e6b", "#f1c7a6", "#7a4a2b", "#f4a622"),
    "marc": Looks("#e6e2d6", "#3b4252", "#e8b48f", "#8d8d8d"),
    "nadia": Looks("#f0dcd2", "#7d3c5b", "#c98f66", "#2b1c16"),
    "julien": Looks("#d9e8d4", "#4c6b3c", "#f3cfb3", "#c99a4b", "#ffffff"),
}


def create_portraits(company: Company) -> None:
    for person in company.staff:
        looks = LOOKS.get(login_of(person))
        if looks:
            keep_portrait(person, drawn(looks))


def drawn(looks: Looks) -> bytes:
    """Return the picture as PNG."""
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), looks.behind)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 225, 280, 420), fill=looks.coat)
    pen.ellipse((88, 62, 232, 230), fill=looks.hair)
    pen.rectangle((136, 200, 184, 250), fill=looks.skin)
    pen.ellipse((100, 80, 220, 228), fill=looks.skin)
    pen.pieslice((96, 60, 224, 190), 180, 360, fill=looks.helmet or looks.hair)
    if looks.helmet:
        pen.rounded_rectangle((78, 116, 242, 134), 9, fill=looks.helmet)
    for left in (128, 180):
        pen.ellipse((left, 150, left + 12, 162), fill="#2b2b2b")
    pen.arc((134, 166, 186, 204), 20, 160, fill="#8a3b2e", width=5)
    content = BytesIO()
    picture.resize((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS).save(content, "PNG")
    return content.getvalue()

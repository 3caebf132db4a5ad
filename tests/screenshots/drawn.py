"""Drawn photos of a building site, for pictures that look like a day's work."""

import io
import time
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from playwright.sync_api import APIRequestContext, Browser

from tests.performance.pages import new_phone
from tests.performance.site_files import SCAN_SECONDS, Sender

SIZE = (1600, 1200)
WORDS = "Voici les photos de ce matin et le plan annoté."


def prepared_threads(browser: Browser, url: str) -> tuple[str, str]:
    """Return two conversations of Camille: the newest, with photos and a plan, and another one."""
    context = new_phone(browser, url)
    try:
        listed = context.request.get("/api/v1/conversations").json()["results"]
        newest, other = (str(each["id"]) for each in listed[:2])
        files = f"/api/v1/conversations/{newest}/attachments"
        if not context.request.get(files).json()["results"]:
            _send(Sender(context.request), newest)
            _wait_for_previews(context.request, files)
        return newest, other
    finally:
        context.close()


def _wait_for_previews(request: APIRequestContext, files: str) -> None:
    deadline = time.monotonic() + SCAN_SECONDS
    while not _are_ready(request.get(files).json()["results"]):
        assert time.monotonic() < deadline, "the files are not scanned"
        time.sleep(0.5)


def _are_ready(listed: list[dict[str, Any]]) -> bool:
    return bool(listed) and all(each["attachment"]["status"] == "ready" for each in listed)


def _send(sender: Sender, conversation: str) -> None:
    drawn = {"sol.jpg": tiles(), "fissure.jpg": crack(), "façade-sud.jpg": facade()}
    sent = [sender.upload(name, saved(picture)) for name, picture in drawn.items()]
    sent.append(sender.upload("plan-du-rez-de-chaussée.pdf", saved(plan(), "PDF")))
    sender.post(f"conversations/{conversation}/messages", {"body": WORDS, "attachments": sent})


def saved(picture: Image.Image, kind: str = "JPEG") -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, quality=85)
    return content.getvalue()


def plan() -> Image.Image:
    """The walls of a ground floor on a white sheet."""
    sheet = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((150, 250, 1090, 1350), outline="#1b2a3d", width=22)
    for wall in (
        (150, 800, 640, 800),
        (640, 250, 640, 620),
        (640, 980, 640, 1350),
        (640, 800, 820, 800),
    ):
        pen.line(wall, fill="#1b2a3d", width=14)
    for door in ((560, 700, 720, 860), (980, 1190, 1140, 1350)):
        pen.arc(door, 180, 270, fill="#b4470f", width=6)
    pen.line((150, 1450, 1090, 1450), fill="#6b7787", width=4)
    pen.rectangle((700, 1530, 1140, 1680), outline="#6b7787", width=4)
    return sheet


def tiles() -> Image.Image:
    """A floor of tiles, seen at an angle, lighter near the window."""
    chance = Random(3)
    flat = Image.new("RGB", (2000, 2000), "#8d8a84")
    pen = ImageDraw.Draw(flat)
    for row in range(10):
        for column in range(10):
            shade = 176 + chance.randrange(-14, 14)
            box = (column * 200 + 5, row * 200 + 5, column * 200 + 195, row * 200 + 195)
            pen.rectangle(box, fill=(shade, shade - 8, shade - 20))
    # Wide at the top of the picture, which is far, and near at its bottom.
    far_to_near = (1.25, 1.5, 0, 0, 4.6, 0, 0, 0.0015)
    floor = flat.transform(SIZE, Image.Transform.PERSPECTIVE, far_to_near, Image.Resampling.BICUBIC)
    return _grained(ImageChops.multiply(floor, _light(255, 150)))


def crack() -> Image.Image:
    """A plaster wall with a crack from one side to the other."""
    chance = Random(5)
    wall = Image.new("RGB", SIZE, "#d9d3c6")
    pen = ImageDraw.Draw(wall)
    x, y = 0.0, 320.0
    while x < SIZE[0]:
        to = (x + chance.uniform(14, 40), y + chance.uniform(-16, 26))
        pen.line((x, y, *to), fill="#5d564b", width=chance.choice((3, 4, 6, 9)))
        if chance.random() < 0.15:
            pen.line((*to, to[0] + 40, to[1] - chance.uniform(20, 60)), fill="#7a7266", width=3)
        x, y = to
    soft = wall.filter(ImageFilter.GaussianBlur(1.6))
    return _grained(ImageChops.multiply(soft, _light(255, 185)))


def facade() -> Image.Image:
    """A house front with windows and a scaffold, under the sky."""
    front = Image.linear_gradient("L").resize(SIZE)
    sky = Image.merge(
        "RGB", [front.point(lambda v, low=low: low + v // 5) for low in (120, 160, 200)]
    )
    pen = ImageDraw.Draw(sky)
    pen.polygon([(180, 470), (800, 170), (1420, 470)], fill="#7b4a3a")
    pen.rectangle((240, 470, 1360, 1200), fill="#e6dccb")
    for left in (340, 700, 1060):
        for top in (560, 880):
            pen.rectangle(
                (left, top, left + 200, top + 220), fill="#42566b", outline="#fbfaf7", width=14
            )
    for left in range(200, 1420, 240):
        pen.line((left, 380, left, 1200), fill="#767d84", width=12)
    for top in (520, 820, 1110):
        pen.line((180, top, 1420, top), fill="#a98b5d", width=22)
    return _grained(sky.filter(ImageFilter.GaussianBlur(1.2)))


def _light(near: int, far: int) -> Image.Image:
    """Light that falls from above."""
    fall = Image.linear_gradient("L").resize(SIZE)
    return Image.merge("RGB", [fall.point(lambda v: near - (near - far) * v // 255)] * 3)


def _grained(picture: Image.Image) -> Image.Image:
    grain = Image.effect_noise(SIZE, 26).convert("RGB")
    return Image.blend(picture, grain, 0.07)

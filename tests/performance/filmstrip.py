"""Show a cold opening at 400 kbit/s, a picture each half second.

It is run by `python -m tests.performance.filmstrip`.
`--as before` writes the picture of an earlier state, to compare with.
"""

import argparse
import base64
import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, sync_playwright

from tests.performance.__main__ import LAUNCH
from tests.performance.pages import LIMIT_MS, MeasuredPage, measured_pages, new_phone
from tests.performance.product import published_product
from tests.performance.throttled import NETWORKS, SETTLE_MS, slow_workers

FOLDER = Path(__file__).parent
STEP_SECONDS = 0.5
FRAME_PX = (130, 281)
LABEL_PX = 16
GAP_PX = 4
NAMES = ("list", "thread")
BACKGROUND, INK = "#d8dce2", "#111820"

# Seconds since the navigation, and the picture.
Frames = list[tuple[float, Image.Image]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="name", default="now", choices=["now", "before"])
    asked = parser.parse_args()
    with published_product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        pages = [page for page in measured_pages(browser, url) if page.name in NAMES]
        strips = [strip(page.name, filmed(browser, url, page)) for page in pages]
        browser.close()
    path = FOLDER / f"filmstrip-{asked.name}.webp"
    stacked(strips).save(path, quality=55, method=6)
    print(f"Written: {path}")
    return 0


def filmed(browser: Browser, url: str, measured: MeasuredPage) -> Frames:
    """Open a page cold on the slowest network, and return what the screen showed."""
    network = NETWORKS[-1]
    context = new_phone(browser, url)
    frames: list[tuple[float, bytes]] = []
    try:
        page = context.new_page()
        cdp = context.new_cdp_session(page)

        def keep(event: dict[str, Any]) -> None:
            frames.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
            cdp.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", network.conditions)
        cdp.on("Page.screencastFrame", keep)
        cdp.send("Page.startScreencast", {"format": "jpeg", "quality": 80})
        page.add_init_script(measured.probe)
        with slow_workers(browser, network):
            page.goto(measured.path, wait_until="commit", timeout=LIMIT_MS)
            page.wait_for_function("() => window.measured.interactive !== null", timeout=LIMIT_MS)
            page.wait_for_timeout(SETTLE_MS)
        began = page.evaluate("() => performance.timeOrigin") / 1000
        cdp.remove_listener("Page.screencastFrame", keep)
    finally:
        context.close()
    return [(time - began, Image.open(io.BytesIO(data))) for time, data in frames]


def strip(name: str, frames: Frames) -> Image.Image:
    """Put the frames of each half second side by side, until nothing changes any more."""
    last = max(time for time, _ in frames)
    # One more than needed, so that the end is seen to be still.
    times = [STEP_SECONDS * step for step in range(int(last / STEP_SECONDS) + 2)]
    width, height = FRAME_PX
    image = Image.new("RGB", (len(times) * (width + GAP_PX), height + LABEL_PX), BACKGROUND)
    drawing, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    for place, time in enumerate(times):
        left = place * (width + GAP_PX)
        label = f"{name}, {time:.1f} s" if place == 0 else f"{time:.1f} s"
        drawing.text((left + 2, 1), label, INK, font)
        image.paste(_shown_at(time, frames), (left, LABEL_PX))
    return image


def _shown_at(time: float, frames: Frames) -> Image.Image:
    shown = [image for taken, image in frames if taken <= time]
    if not shown:
        return Image.new("RGB", FRAME_PX, "white")
    return shown[-1].convert("RGB").resize(FRAME_PX, Image.Resampling.LANCZOS)


def stacked(strips: list[Image.Image]) -> Image.Image:
    width = max(each.width for each in strips)
    image = Image.new("RGB", (width, sum(each.height + GAP_PX for each in strips)), BACKGROUND)
    top = 0
    for each in strips:
        image.paste(each, (0, top))
        top += each.height + GAP_PX
    return image


if __name__ == "__main__":
    sys.exit(main())

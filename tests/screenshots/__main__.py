"""Take pictures of every page, to look at: `python -m tests.screenshots`.

Light and dark, 390 and 1440 px wide, in French and English, as the people of the demo. They go to
`test-results/screenshots/`, and a contact sheet for each width, scheme and language beside them. A
page that does not exist is left out.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.performance.__main__ import LAUNCH
from tests.performance.pages import log_in
from tests.performance.product import ROOT, published_product
from tests.performance.site_files import Sender
from tests.screenshots.drawn import prepared_threads
from tests.screenshots.subjects import SUBJECTS, Subject

FOLDER = ROOT / "test-results" / "screenshots"
WIDTHS = {390: 844, 1440: 900}
SCHEMES = ("light", "dark")
LANGUAGES = ("fr", "en")
# Only a machine with much else to do needs so long.
PAGE_MS = 120_000
LOADED_MS = 15_000
THUMBNAIL_PX = {390: 260, 1440: 560}
COLUMNS = {390: 6, 1440: 3}
LABEL_PX = 18


@dataclass(frozen=True)
class Look:
    width: int
    scheme: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.width}-{self.scheme}-{self.language}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("looks", nargs="*", help="such as 390-light-fr; all without any")
    parser.add_argument("--pages", default="", help="the start of the pages' names")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    looks = [Look(*values) for values in product(WIDTHS, SCHEMES, LANGUAGES)]
    subjects = [each for each in SUBJECTS if each.name.startswith(asked.pages)]
    asked.folder.mkdir(parents=True, exist_ok=True)
    with published_product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        newest, other = prepared_threads(browser, url)
        names = {
            "thread": f"/client/messages/{newest}",
            "id": newest,
            "other": f"/client/messages/{other}",
        }
        for look in looks:
            if not asked.looks or look.name in asked.looks:
                Camera(browser, url, names, look, asked.folder).take_all(subjects)
        browser.close()
    print(f"Written: {asked.folder}")
    return 0


@dataclass(frozen=True)
class Camera:
    """Takes the pictures of one look."""

    browser: Browser
    url: str
    names: dict[str, str]
    look: Look
    folder: Path

    def take_all(self, subjects: list[Subject]) -> None:
        taken: list[Path] = []
        for person in dict.fromkeys(subject.person for subject in subjects):
            with phone_of(self.browser, self.url, person, self.look) as context:
                for subject in subjects:
                    if subject.person == person and (path := self._take(context, subject)):
                        taken.append(path)
        contact_sheet(taken, self.look).save(self.folder / f"sheet-{self.look.name}.png")

    def _take(self, context: BrowserContext, subject: Subject) -> Path | None:
        page = context.new_page()
        path = subject.path.format(**self.names)
        try:
            answer = page.goto(path, wait_until="domcontentloaded")
            if answer is None or answer.status != subject.status:
                _say(f"{subject.name}: {answer.status if answer else 'nothing'}, left out")
                return None
            _settle(page)
            if subject.act and not _did(subject.act, page, subject.name):
                return None
            _settle(page)
            picture = self.folder / f"{subject.name}-{self.look.name}.png"
            page.screenshot(path=picture)
            return picture
        finally:
            context.set_offline(False)
            page.close()


@contextmanager
def phone_of(
    browser: Browser, url: str, person: str | None, look: Look
) -> Iterator[BrowserContext]:
    is_phone = look.width < 600
    context = browser.new_context(
        base_url=url,
        locale="fr-FR" if look.language == "fr" else "en-GB",
        timezone_id="Europe/Paris",
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        has_touch=is_phone,
        is_mobile=is_phone,
        color_scheme=look.scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    context.set_default_timeout(PAGE_MS)
    context.add_cookies([{"name": "django_language", "value": look.language, "url": url}])
    if person:
        log_in(context, f"{person}@demo.test")
        Sender(context.request).patch("preferences", {"locale": look.language})
    try:
        yield context
    finally:
        context.close()


def _did(act: Callable[[Page], None], page: Page, name: str) -> bool:
    try:
        act(page)
    except BrowserError as error:
        _say(f"{name}: {str(error).splitlines()[0]}, left out")
        return False
    return True


def _settle(page: Page) -> None:
    """Wait until the network rests for half a second. A stream never rests, so not for long."""
    page.evaluate("() => document.fonts.ready")
    try:
        page.wait_for_function(RESTS, timeout=LOADED_MS)
    except BrowserError:
        _say(f"{page.url}: still loading")


# Every picture in sight is loaded, and nothing says that it is busy.
RESTS = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
  const elements = all(document);
  const now = elements.length;
  const isStill = window.lastCount === now && performance.now() - window.lastChange > 500;
  if (window.lastCount !== now) window.lastChange = performance.now();
  window.lastCount = now;
  const pictures = elements.filter((each) => each.localName === "img" && each.checkVisibility());
  return isStill && pictures.every(({ complete }) => complete);
}"""


def contact_sheet(paths: list[Path], look: Look) -> Image.Image:
    width, columns = THUMBNAIL_PX[look.width], COLUMNS[look.width]
    height = width * WIDTHS[look.width] // look.width
    rows = -(-len(paths) // columns)
    sheet = Image.new("RGB", (columns * (width + 8), rows * (height + LABEL_PX + 8)), "#d8dce2")
    drawing, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for place, path in enumerate(paths):
        left, top = place % columns * (width + 8), place // columns * (height + LABEL_PX + 8)
        drawing.text((left, top + 1), path.stem.removesuffix(f"-{look.name}"), "#111820", font)
        with Image.open(path) as picture:
            sheet.paste(picture.convert("RGB").resize((width, height)), (left, top + LABEL_PX))
    return sheet


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

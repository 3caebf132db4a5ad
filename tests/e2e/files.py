"""What a person does with files on the message pages."""

import re

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Locator, Page, Request, expect

from tests.attachments.samples import photo
from tests.e2e.waiting import wait_for

# A scan is slow on a machine that is busy.
SCAN_MS = 30_000
# Three parts: the tests upload in parts of 5 MiB.
LARGE = b"Une ligne du releve de chantier.\n" * (11 * 1024 * 1024 // 33)
# Dispatch the event of a drop or a paste with one file.
GIVE = """([type, name, kind, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
  const details = { bubbles: true, cancelable: true };
  document.body.dispatchEvent(
    type === "paste"
      ? new ClipboardEvent(type, { ...details, clipboardData: data })
      : new DragEvent(type, { ...details, dataTransfer: data }),
  );
}"""


def jpeg(name: str = "fissure.jpg", **more: object) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(**more)}  # type: ignore[arg-type]


def file(name: str, content: bytes, kind: str = "text/plain") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("input.any").set_input_files(list(files))


def take_photo(page: Page, taken: FilePayload) -> None:
    """Tap the camera button, which must open the camera of a phone for one photo."""
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Prendre une photo").tap()
    assert opened.value.element.get_attribute("capture") == "environment"
    assert not opened.value.is_multiple()
    opened.value.set_files(taken)


def chosen(page: Page) -> Locator:
    return page.get_by_role("list", name="Fichiers à envoyer").get_by_role("listitem")


def send(page: Page) -> None:
    page.get_by_role("button", name="Envoyer", exact=True).click()


def open_photo(page: Page, name: str) -> None:
    """Wait until all photos of the conversation are scanned, and open one."""
    expect(page.locator("attachment-tile").first).to_be_visible()
    expect(page.locator("attachment-tile .picture:disabled")).to_have_count(0, timeout=SCAN_MS)
    page.get_by_role("button", name=f"Agrandir {name}").click(timeout=SCAN_MS)


def expect_drawn(image: Locator) -> None:
    """Wait until the picture itself is loaded, and not only its place visible."""
    expect(image).to_be_visible(timeout=SCAN_MS)
    is_loaded = "(image) => image.complete && image.naturalWidth > 0"
    wait_for(image.page, lambda: image.evaluate(is_loaded))


def arrived_parts(page: Page) -> list[str]:
    """Return a list that grows with the number of each part that reaches the bucket."""
    arrived: list[str] = []

    def count(asked: Request) -> None:
        if asked.method == "PUT" and "partNumber" in asked.url:
            arrived.append(re.search(r"partNumber=(\d+)", asked.url)[1])  # type: ignore[index]

    page.on("requestfinished", count)
    return arrived


def expect_accessible(page: Page) -> None:
    """Fail if the page violates an accessibility rule of axe."""
    found = Axe().run(page)
    violations = [
        (v["id"], [n["target"] for n in v["nodes"]]) for v in found.response["violations"]
    ]
    # This module's assertions are not rewritten by pytest: name what was found.
    assert not violations, violations

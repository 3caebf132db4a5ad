"""What a person does with files on the message pages."""

import re

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Locator, Page, Request, expect

from tests.attachments.samples import photo

# A scan takes a second, and half a minute on a machine that is busy with other things.
SCAN_MS = 30_000
# Above the size of a part: three parts.
LARGE = b"Une ligne du releve de chantier.\n" * (11 * 1024 * 1024 // 33)
# Gives the page a file as a drop or a paste does.
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
    """Tap the camera: a phone opens its own, and hands over one photo."""
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Prendre une photo").tap()
    assert opened.value.element.get_attribute("capture") == "environment"
    assert not opened.value.is_multiple()
    opened.value.set_files(taken)


def chosen(page: Page) -> Locator:
    return page.get_by_role("list", name="Fichiers à envoyer").get_by_role("listitem")


def send(page: Page) -> None:
    page.get_by_role("button", name="Envoyer", exact=True).click()


def opened(page: Page, name: str) -> None:
    """Open a photo once every file of the conversation was scanned."""
    expect(page.locator("attachment-tile").first).to_be_visible()
    expect(page.locator("attachment-tile .picture:disabled")).to_have_count(0, timeout=SCAN_MS)
    page.get_by_role("button", name=f"Agrandir {name}").click(timeout=SCAN_MS)


def is_drawn(image: Locator) -> None:
    """The picture is there, and not just its place."""
    expect(image).to_be_visible(timeout=SCAN_MS)
    page = image.page
    for _ in range(100):
        if image.evaluate("(image) => image.complete && image.naturalWidth > 0"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the picture is not drawn")


def arrived_parts(page: Page) -> list[str]:
    """The numbers of the parts that reach the bucket, as they do."""
    arrived: list[str] = []

    def count(asked: Request) -> None:
        if asked.method == "PUT" and "partNumber" in asked.url:
            arrived.append(re.search(r"partNumber=(\d+)", asked.url)[1])  # type: ignore[index]

    page.on("requestfinished", count)
    return arrived


def check(page: Page) -> None:
    """No violation of the accessibility rules of axe."""
    found = Axe().run(page)
    assert [
        (v["id"], [n["target"] for n in v["nodes"]]) for v in found.response["violations"]
    ] == []

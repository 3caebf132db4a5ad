"""A photo opens over the page, and leads to the next one."""

import io
import re

from PIL import Image
from playwright.sync_api import Locator, expect

from core.models import User
from messaging.models import Conversation
from tests.e2e.conftest import Visit
from tests.e2e.files import (
    choose,
    expect_drawn,
    jpeg,
    open_photo,
    send,
)
from tests.e2e.screens import client_page
from tests.e2e.waiting import wait_for

# As it was seen behind the blurred placeholder: (174, 43, 52).
RED = (200, 29, 30)


class TestLightbox:
    def test_lightbox_goes_from_one_photo_to_the_next(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        choose(client, jpeg("un.jpg"), jpeg("deux.jpg"), jpeg("trois.jpg"))
        send(client)

        open_photo(client, "deux.jpg")
        box = client.get_by_role("dialog")
        expect(box).to_contain_text("2 / 3")
        client.keyboard.press("ArrowRight")
        expect(box.get_by_role("img", name="trois.jpg")).to_be_visible()
        expect(box.get_by_role("button", name="Photo suivante")).to_be_hidden()
        client.keyboard.press("ArrowLeft")
        client.keyboard.press("ArrowLeft")
        expect(box).to_contain_text("1 / 3")

    def test_lightbox_has_an_address_and_shows_the_colours_of_the_photo(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation, phone=True)
        red = plain_photo(RED)
        choose(client, jpeg("un.jpg"), {**jpeg("rouge.jpg"), "buffer": red})
        send(client)
        open_photo(client, "un.jpg")
        box = client.get_by_role("dialog", name="Photos")
        named = re.compile(r"/client/messages/[0-9a-f-]{36}#file-[0-9a-f-]{36}$")
        expect(client).to_have_url(named)
        first = client.url

        client.keyboard.press("ArrowRight")
        expect(box).to_contain_text("2 / 2")
        shown = box.get_by_role("img", name="rouge.jpg")
        expect_drawn(shown)
        # The placeholder must not shine through. JPEG changes a colour by a little.
        assert all(abs(a - b) <= 4 for a, b in zip(colour_of(shown), RED, strict=True))
        assert client.url != first
        # The address of the photo on screen shows it again.
        client.reload()
        expect(box.get_by_role("img", name="rouge.jpg")).to_be_visible()
        expect(box).to_contain_text("2 / 2")
        client.go_back()
        expect(box).to_be_hidden()
        assert "#" not in client.url
        client.go_forward()
        expect(box.get_by_role("img", name="rouge.jpg")).to_be_visible()

        client.keyboard.press("Escape")
        expect(box).to_be_hidden()
        wait_for(client, lambda: "#" not in client.url)
        thumbnail = client.get_by_role("button", name="Agrandir un.jpg")
        thumbnail.tap()
        box.get_by_role("button", name="Fermer").tap()
        expect(thumbnail).to_be_focused()

    def test_lightbox_goes_to_the_next_photo_by_a_swipe(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation, phone=True)
        choose(client, jpeg("un.jpg"), jpeg("deux.jpg"))
        send(client)

        open_photo(client, "un.jpg")
        expect(client.get_by_role("button", name="Photo suivante")).to_be_visible()
        swipe = client.context.new_cdp_session(client)
        for type, x in (("touchStart", 320), ("touchMove", 180), ("touchMove", 60)):
            points = [{"x": x, "y": 420}]
            swipe.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": points})
        swipe.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        expect(client.get_by_role("dialog")).to_contain_text("2 / 2")


def plain_photo(colour: tuple[int, int, int]) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(content, "JPEG", quality=95)
    return content.getvalue()


def colour_of(shown: Locator) -> tuple[int, ...]:
    """Return the colour in the middle of an element, as it is on the screen."""
    seen = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    colour = seen.getpixel((seen.width // 2, seen.height // 2))
    assert isinstance(colour, tuple)
    return colour

"""Photos on a slow link: they leave smaller, and come on a tap."""

import io
import re
from hashlib import sha256

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from playwright.sync_api import Page, Route, expect

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message
from tests.attachments.samples import large_photo, photo
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, chosen, expect_drawn, file, jpeg, send
from tests.e2e.screens import bubble, client_page, wait_until_live
from tests.e2e.waiting import wait_for

PHOTO_MAX_BYTES = 1.5 * 1024 * 1024
TAKEN_AT = "2026:11:16 09:41:00"
# One bar of signal, in bytes a second.
ONE_BAR = {
    "offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000,
}  # fmt: skip


def taken_upright() -> bytes:
    """Return a photo of 12 megapixels, taken with the phone held upright: one corner is red."""
    picture = Image.open(io.BytesIO(large_photo()))
    picture.paste((200, 29, 30), (0, 0, 1200, 900))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = TAKEN_AT
    dated = io.BytesIO()
    picture.save(dated, "JPEG", quality=90, exif=exif)
    return dated.getvalue()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures as they are seen, of 255."""
    seen = [ImageOps.exif_transpose(each).convert("RGB").resize((60, 80)) for each in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*seen)).mean) / 3


def downloaded(page: Page, name: str) -> bytes:
    """Return a file of the conversation as the server gives it."""
    wait_for(page, Attachment.objects.filter(name=name, status="ready").exists)
    found = Attachment.objects.get(name=name)
    return page.request.get(f"/api/v1/attachments/{found.pk}/content").body()


class TestPhotosAreMadeSmaller:
    def test_photo_leaves_small_and_upright_unless_its_original_is_wanted(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        content = taken_upright()
        page = client_page(visit, camille, conversation, phone=True)
        choose(page, file("mur.jpg", content, "image/jpeg"))
        expect(page.get_by_text("Photo allégée pour le réseau")).to_be_visible()
        send(page)

        sent = downloaded(page, "mur.jpg")
        small = Image.open(io.BytesIO(sent))
        assert len(sent) <= PHOTO_MAX_BYTES < len(content)
        assert small.height > small.width >= 1200
        assert small.getexif()[0x0112] == 1
        assert small.getexif().get_ifd(0x8769)[0x9003] == TAKEN_AT
        assert difference(small, Image.open(io.BytesIO(content))) < 3

        choose(page, file("sol.jpg", content, "image/jpeg"))
        page.get_by_label("Taille originale").check()
        expect(page.get_by_text("Photo envoyée telle quelle")).to_be_visible()
        expect(chosen(page)).to_have_count(1)
        send(page)
        assert sha256(downloaded(page, "sol.jpg")).digest() == sha256(content).digest()

        page.reload()
        choose(page, file("toit.jpg", content, "image/jpeg"))
        expect(page.get_by_label("Taille originale")).to_be_checked()


class TestPicturesOnATap:
    @pytest.mark.parametrize("reason", ["save-data", "one-bar"])
    def test_picture_is_loaded_on_a_tap_and_its_weight_is_said_before(
        self,
        visit: Visit,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        reason: str,
    ) -> None:
        sender = client_page(visit, camille, conversation)
        choose(sender, jpeg("mur.jpg", size=(1600, 1200)), file("plan.jpg", photo(), "image/jpeg"))
        send(sender)
        expect_drawn(sender.locator("attachment-tile img.full").first)
        wait_for(sender, lambda: Attachment.objects.filter(status="ready").count() == 2)
        sender.context.close()
        say(odile, "Merci")

        page = visit(odile, "/staff/notifications", phone=True)
        cdp = page.context.new_cdp_session(page)
        # Chromium says both to scripts; the headers are those of a phone.
        if reason == "save-data":
            cdp.send("Emulation.setDataSaverOverride", {"dataSaverEnabled": True})
            page.set_extra_http_headers({"Save-Data": "on"})
        else:
            cdp.send("Network.emulateNetworkConditions", ONE_BAR)
            page.set_extra_http_headers({"ECT": "3g"})
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url[-50:]) if "/preview/" in r.url else None)
        page.goto(f"/staff/messages/{conversation.pk}")
        wait_until_live(page)
        expect(bubble(page, "Merci")).to_be_visible()

        offer = page.get_by_role("button", name="Afficher mur.jpg (environ 20\u202fko)")
        expect(offer).to_contain_text("environ 20\u202fko")
        assert asked == []
        offer.click()

        expect_drawn(page.locator("attachment-tile img.full"))
        expect(page.get_by_role("button", name="Agrandir mur.jpg")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Afficher plan"))).to_be_visible()
        assert len(asked) == 1
        assert asked[0].endswith("/preview/320")


@pytest.mark.cut
class TestOneBar:
    def test_each_moment_of_a_photo_that_a_cut_holds_up_is_said_in_words(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation, phone=True)
        link = page.context.new_cdp_session(page)
        link.send("Network.enable")
        link.send("Network.emulateNetworkConditions", ONE_BAR)
        messages: list[Route] = []
        photos: list[Route] = []
        page.route(re.compile("/messages$"), lambda route: messages.append(route))
        page.route(re.compile("X-Amz-Signature"), lambda route: photos.append(route))
        line = page.locator("message-bubble .footer")

        choose(page, jpeg("salon.jpg"))
        page.get_by_role("textbox").fill("Voici la fissure.")
        send(page)
        expect(line.get_by_text("Envoi…")).to_be_visible()
        wait_for(page, lambda: messages != [])
        messages.pop().continue_()
        expect(line.get_by_text("Envoi de la photo")).to_be_visible()
        wait_for(page, lambda: photos != [])
        link.send("Network.emulateNetworkConditions", {**ONE_BAR, "offline": True})
        photos.pop().abort("internetdisconnected")
        expect(line.get_by_text("La photo attend le réseau")).to_be_visible()
        page.unroute_all()
        link.send("Network.emulateNetworkConditions", ONE_BAR)

        expect(line.get_by_text("Envoyé", exact=True)).to_be_visible()
        assert Message.objects.count() == 1


class TestSent:
    def test_message_is_sent_once_its_photos_are_there(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        held: list[Route] = []

        def hold_second(route: Route) -> None:
            if not Attachment.objects.exclude(status="uploading").exists():
                route.continue_()
            else:
                held.append(route)

        page.route(re.compile(r"X-Amz-Signature"), hold_second)
        choose(page, jpeg("un.jpg"))
        wait_for(page, Attachment.objects.exclude(status="uploading").exists)
        choose(page, jpeg("deux.jpg", turned=3))
        expect(chosen(page)).to_have_count(2)
        send(page)

        wait_for(page, Message.objects.exists)
        written = page.locator("message-bubble")
        expect(written).to_contain_text("Envoi des photos 1/2")
        expect(written.get_by_text("Envoyé", exact=True)).to_have_count(0)
        held[0].continue_()

        expect(written.get_by_text("Envoyé", exact=True)).to_be_attached()
        expect(written).not_to_contain_text("Envoi des photos")

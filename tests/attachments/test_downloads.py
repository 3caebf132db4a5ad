"""Downloads: the right bytes under the right name, from an address that soon expires."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pi_heif
import pytest
from PIL import Image

from attachments.uploads.filenames import clean_name, content_disposition
from core.models import User
from messaging.models import Conversation
from tests.attachments import samples
from tests.attachments.senders import analysed, get, send
from tests.cast import Call

pytestmark = pytest.mark.django_db
GPS = 0x8825
Show = Callable[..., UUID]


@pytest.fixture
def show(api: Call, camille: User, conversation: Conversation) -> Show:
    """Return a function that sends a file in a message and has it analysed."""

    def send_and_show(name: str, content: bytes, **more: bool) -> UUID:
        file = send(api(camille), name, content, **more)
        draft = {"id": str(uuid4()), "body": "", "attachments": [str(file)]}
        url = f"/api/v1/conversations/{conversation.pk}/messages"
        assert api(camille).post(url, draft).status_code == 201
        analysed(file)
        return file

    return send_and_show


def content_of(api: Call, person: User, file: UUID, query: str = "") -> bytes:
    answer = api(person).get(f"/api/v1/attachments/{file}/content{query}")
    assert answer.status_code == 302
    return get(answer["Location"])[2]


class TestContent:
    def test_content_is_what_was_sent_under_its_name(
        self, show: Show, api: Call, odile: User
    ) -> None:
        content = "Réserves levées".encode()
        file = show("Réserves “séjour”.txt", content)

        answer = api(odile).get(f"/api/v1/attachments/{file}/content")
        status, headers, body = get(answer["Location"])

        assert (answer["Cache-Control"], status, body) == ("no-store", 200, content)
        assert headers["Content-Type"] == "text/plain"
        assert headers["Content-Disposition"] == content_disposition("Réserves “séjour”.txt")

    def test_content_has_an_address_of_its_own_for_a_minute(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("a.txt", b"a")

        url = api(odile).get(f"/api/v1/attachments/{file}/content")["Location"]

        assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["60"]
        # The address is signed for this object alone.
        assert get(url.replace("original", "1280.webp"))[0] == 403

    def test_content_is_refused_before_the_analysis(self, api: Call, camille: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        answer = api(camille).get(f"/api/v1/attachments/{file}/content")

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "attachment_not_ready"


class TestPreview:
    def test_preview_is_a_small_picture_that_the_browser_may_cache(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("photo.jpg", samples.photo(size=(2000, 1000), turned=6))

        for max_px in (320, 1280):
            answer = api(odile).get(f"/api/v1/attachments/{file}/preview/{max_px}")
            _status, headers, body = get(answer["Location"])
            assert answer["Cache-Control"] == "private, max-age=3600"
            assert headers["Content-Type"] == "image/webp"
            assert headers["Cache-Control"].startswith("private, max-age=")
            with Image.open(io.BytesIO(body)) as preview:
                assert preview.size == (max_px // 2, max_px)
                assert not preview.getexif()

    def test_preview_of_another_size_is_not_found(self, show: Show, api: Call, odile: User) -> None:
        file = show("photo.jpg", samples.photo())
        assert api(odile).get(f"/api/v1/attachments/{file}/preview/4000").status_code == 404

    def test_preview_of_a_text_is_not_found(self, show: Show, api: Call, odile: User) -> None:
        file = show("a.txt", b"a")
        assert api(odile).get(f"/api/v1/attachments/{file}/preview/320").status_code == 404


PHOTOS = {
    "photo.jpg": samples.photo(gps=True),
    "photo.png": samples.photo("PNG", gps=True),
    "photo.webp": samples.photo("WEBP", gps=True),
    "photo.heic": samples.HEIC,
}


class TestLocation:
    @pytest.mark.parametrize("name", PHOTOS)
    def test_location_is_not_in_what_the_other_side_gets(
        self, name: str, show: Show, api: Call, camille: User, odile: User
    ) -> None:
        file = show(name, PHOTOS[name])

        shown = api(odile).get(f"/api/v1/attachments/{file}").json()
        received = content_of(api, odile, file)

        assert shown["location"] == "removed"
        assert len(received) == shown["shared_size"] == len(PHOTOS[name])
        assert not has_location(received)
        assert pixels(received) == pixels(PHOTOS[name])
        # Only its sender gets the original by `?original=1`.
        assert content_of(api, odile, file, "?original=1") == received
        assert content_of(api, camille, file) == received
        assert content_of(api, camille, file, "?original=1") == PHOTOS[name]

    def test_location_is_kept_when_the_sender_chose_so(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("photo.jpg", PHOTOS["photo.jpg"], keeps_location=True)

        assert api(odile).get(f"/api/v1/attachments/{file}").json()["location"] == "kept"
        assert content_of(api, odile, file) == PHOTOS["photo.jpg"]

    def test_photo_without_location_is_served_as_it_is(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("photo.jpg", samples.photo())

        assert api(odile).get(f"/api/v1/attachments/{file}").json()["location"] == ""
        assert content_of(api, odile, file) == samples.photo()

    def test_location_in_xmp_is_removed(self, show: Show, api: Call, odile: User) -> None:
        packet = (
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
            b"<exif:GPSLatitude>48,51.4N</exif:GPSLatitude></x:xmpmeta>"
        )
        image = samples.photo()
        length = (len(packet) + 2).to_bytes(2, "big")
        file = show("photo.jpg", image[:2] + b"\xff\xe1" + length + packet + image[2:])

        received = content_of(api, odile, file)

        assert b"GPS" not in received
        assert pixels(received) == pixels(image)


class TestNames:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("C:\\fakepath\\salon.jpg", "salon.jpg"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("fac\u202etxt.exe.pdf", "factxt.exe.pdf"),
            ("e\u0301te\u0301.jpg", "été.jpg"),
            (" a\tb\n c .jpg ", "a b c .jpg"),
            ("a\x00b.jpg", "ab.jpg"),
            ("\u200f\u2066", "Fichier"),
            ("a" * 300 + ".jpeg", "a" * 145 + ".jpeg"),
        ],
    )
    def test_name_of_a_file_is_cleaned(self, given: str, kept: str) -> None:
        assert clean_name(given) == kept

    def test_name_of_a_file_in_a_header_stays_a_name(self) -> None:
        header = content_disposition('été"; filename=x.exe\\%41.pdf')

        assert header.isascii()
        plain, encoded = header.split("; filename*=")
        assert plain == 'attachment; filename="ete_; filename=x.exe__41.pdf"'
        assert encoded == "UTF-8''%C3%A9t%C3%A9%22%3B%20filename%3Dx.exe%5C%2541.pdf"


def has_location(content: bytes) -> bool:
    with opened(content) as image:
        return any(image.getexif().get_ifd(GPS).values())


def pixels(content: bytes) -> bytes:
    with opened(content) as image:
        return image.convert("RGB").tobytes()


def opened(content: bytes) -> Image.Image:
    pi_heif.register_heif_opener()
    return Image.open(io.BytesIO(content))


class TestLinks:
    """Addresses for a page that has no cookie of ours."""

    def test_links_open_the_file_and_its_previews_without_a_login(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("façade.jpg", samples.photo())

        answer = api(odile).get(f"/api/v1/attachments/{file}/links")

        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        links = answer.json()
        for name in ("content", "preview_320", "preview_1280"):
            status, headers, body = get(links[name]["url"])
            assert (status, bool(body)) == (200, True)
            is_content = name == "content"
            assert headers["Content-Disposition"].startswith("attachment") == is_content
        assert lifetime_of(links["content"]) <= 60
        assert 60 < lifetime_of(links["preview_320"]) <= 3600

    def test_links_name_the_original_with_its_place_for_the_sender_alone(
        self, show: Show, api: Call, camille: User, odile: User
    ) -> None:
        file = show("a.jpg", samples.photo(gps=True))

        def original_for(person: User) -> object:
            return api(person).get(f"/api/v1/attachments/{file}/links").json()["original"]

        assert original_for(camille) is not None
        assert original_for(odile) is None

    def test_links_of_a_file_without_a_preview_name_none(
        self, show: Show, api: Call, odile: User
    ) -> None:
        file = show("notes.txt", b"a")

        links = api(odile).get(f"/api/v1/attachments/{file}/links").json()

        assert (links["preview_320"], links["preview_1280"]) == (None, None)

    def test_links_are_refused_before_the_file_is_analysed(self, api: Call, camille: User) -> None:
        file = send(api(camille), "notes.txt", b"a")

        answer = api(camille).get(f"/api/v1/attachments/{file}/links")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
            409,
            "attachment_not_ready",
        )


def lifetime_of(link: dict[str, str]) -> float:
    """Return the seconds that a link says it still opens."""
    return (datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)).total_seconds()

"""The photo of a person of the company: who sets it, what is kept of it, who sees it."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from django.test import Client as Browser
from PIL import Image

from attachments.models import Portrait
from core.models import Chantier, User
from tests.attachments.metadata import exif, jpeg, segment
from tests.cast import Call

pytestmark = pytest.mark.django_db
PHOTO = "/api/v1/me/photo"


def given(content: bytes) -> dict[str, str]:
    return {"image": b64encode(content).decode()}


def test_client_gets_the_photo_of_who_answers(
    api: Call, odile: User, camille: User, villa: Chantier
) -> None:
    assert api(odile).get(PHOTO).json() == {"photo": None}
    kept = api(odile).put(PHOTO, given(jpeg()))

    person = api(camille).get("/api/v1/me").json()["answers"]["person"]

    assert kept.status_code == 200
    assert person["name"] == odile.name
    assert person["photo"] == kept.json()["photo"] == api(odile).get(PHOTO).json()["photo"]
    # The page of another site has no session here.
    shown = Browser().get(person["photo"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert "immutable" in shown["Cache-Control"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert max(Image.open(BytesIO(shown.content)).size) <= 320


def test_another_photo_has_another_address_and_removed_ones_have_none(
    api: Call, odile: User
) -> None:
    first = api(odile).put(PHOTO, given(jpeg())).json()["photo"]
    second = api(odile).put(PHOTO, given(jpeg())).json()["photo"]

    assert Browser().get(first).status_code == 404
    assert Browser().get(second).status_code == 200
    assert api(odile).delete(PHOTO).status_code == 204
    assert api(odile).delete(PHOTO).status_code == 204
    assert Browser().get(second).status_code == 404
    assert api(odile).get(PHOTO).json() == {"photo": None}


def test_nothing_of_the_metadata_is_kept(api: Call, odile: User) -> None:
    api(odile).put(PHOTO, given(jpeg(segment(0xE1, exif()))))

    kept = Image.open(BytesIO(bytes(Portrait.objects.get().content)))
    assert not kept.getexif()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"image": "not base64 é"}, "base64"),
        ({"image": b64encode(bytes(500 * 1024 + 1)).decode()}, "too_large"),
        (given(b"%PDF-1.4\n%%EOF"), "not_a_photo"),
        (given(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not_a_photo"),
        (given(jpeg()[:300]), "not_a_photo"),
        ({"image": ""}, "blank"),
        ({}, "required"),
    ],
    ids=["no base64", "too large", "a PDF", "an SVG", "cut", "empty", "none"],
)
def test_what_is_no_photo_is_refused_and_the_one_before_stays(
    api: Call, odile: User, body: dict[str, Any], code: str
) -> None:
    before = api(odile).put(PHOTO, given(jpeg())).json()

    answer = api(odile).put(PHOTO, body)

    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["attr"]) == (400, code, "image")
    assert api(odile).get(PHOTO).json() == before

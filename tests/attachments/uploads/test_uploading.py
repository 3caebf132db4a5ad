"""Uploads of a browser: exactly the announced bytes, once, straight to the bucket."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from attachments.models import Attachment
from attachments.storage import objects
from core.models import User
from tests.attachments import samples
from tests.attachments.senders import (
    analysed,
    announcement,
    get,
    overwrite,
    put,
    send,
    send_in_parts,
    send_part,
    sha256,
    storage_away,
)
from tests.cast import Call

pytestmark = pytest.mark.django_db
URL = "/api/v1/attachments"
MIB = 1024 * 1024


class TestAnnounce:
    def test_announced_file_is_answered_with_how_to_send_it(self, api: Call, camille: User) -> None:
        answer = api(camille).post(URL, announcement("salon.jpg", b"a photo"))

        assert answer.status_code == 201
        shown = answer.json()
        assert shown["status"] == "uploading"
        assert (shown["kind"], shown["content_type"]) == ("image", "image/jpeg")
        assert shown["upload"]["method"] == "PUT"
        assert shown["upload"]["headers"]["If-None-Match"] == "*"

    def test_same_file_announced_again_is_the_same_file(self, api: Call, camille: User) -> None:
        asked = announcement("salon.jpg", b"a photo", id=str(uuid4()))

        first, again = api(camille).post(URL, asked), api(camille).post(URL, asked)

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]

    def test_id_of_another_file_is_a_conflict(self, api: Call, camille: User, yanis: User) -> None:
        asked = announcement("salon.jpg", b"a photo", id=str(uuid4()))
        api(camille).post(URL, asked)

        mine = api(camille).post(URL, {**asked, "size": 8})
        anothers = api(yanis).post(URL, asked)

        assert (mine.status_code, anothers.status_code) == (409, 409)
        assert mine.json()["errors"][0]["code"] == "attachment_conflict"

    @pytest.mark.parametrize(
        ("name", "size", "status", "code"),
        [
            ("plan.pdf", 51 * MIB, 413, "attachment_too_large"),
            ("plan.pdf", 0, 422, "attachment_empty"),
            ("setup.exe", 10, 415, "type_not_allowed"),
            ("logo.svg", 10, 415, "type_not_allowed"),
            ("archive.zip", 10, 415, "type_not_allowed"),
            ("page.html", 10, 415, "type_not_allowed"),
            ("offre.eml", 10, 415, "type_not_allowed"),
        ],
    )
    def test_file_that_may_not_be_sent_is_refused_in_words_when_announced(
        self, name: str, size: int, status: int, code: str, api: Call, camille: User
    ) -> None:
        answer = api(camille).post(URL, {"name": name, "size": size, "sha256": sha256(b"")})

        assert answer.status_code == status
        error = answer.json()["errors"][0]
        assert error["code"] == code
        assert len(error["detail"]) > 20

    @pytest.mark.parametrize("name", ["sans-extension", "v2.3 plan", "releve.topo", "\u200b"])
    def test_name_that_says_nothing_is_accepted_until_its_bytes_are_seen(
        self, name: str, api: Call, camille: User
    ) -> None:
        answer = api(camille).post(URL, announcement(name, b"x"))

        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["kind"], shown["content_type"]) == ("document", "application/octet-stream")
        assert shown["name"]

    def test_hostile_name_is_cleaned_when_announced(self, api: Call, camille: User) -> None:
        name = "../../é" + "photo\u202egpj.\x07exe/../\u200f" + "a" * 300 + "\u2066 \n salon.JPG"

        shown = api(camille).post(URL, announcement(name, b"a photo")).json()

        assert len(shown["name"]) <= 150
        assert shown["name"].endswith("aaa.JPG")
        assert not set(shown["name"]) & set("/\\\x07\n\u202e\u200f\u2066")

    @override_settings(ATTACHMENT_DAILY_BYTES=100)
    def test_volume_of_a_person_and_a_day_is_limited(
        self, api: Call, camille: User, bruno: User
    ) -> None:
        api(camille).post(URL, announcement("a.txt", b"a" * 60))

        answer = api(camille).post(URL, announcement("b.txt", b"b" * 60))

        assert answer.status_code == 429
        assert answer["Retry-After"]
        assert api(bruno).post(URL, announcement("b.txt", b"b" * 60)).status_code == 201

    def test_announcement_without_a_login_is_refused(self, api: Call, camille: User) -> None:
        assert APIClient().post(URL, announcement("a.txt", b"a")).status_code == 401


class TestPut:
    def test_put_takes_the_announced_bytes_only(self, api: Call, camille: User) -> None:
        upload = api(camille).post(URL, announcement("a.txt", b"Bonjour")).json()["upload"]
        plain = {"Content-Type": "text/plain"}

        assert put(upload["url"], b"Bonsoir", upload["headers"])[0] == 400
        assert put(upload["url"], b"Bonjour!", upload["headers"])[0] == 403
        assert put(upload["url"], b"Bonjour", plain)[0] == 403
        assert put(upload["url"], b"Bonjour", upload["headers"])[0] == 200

    def test_put_takes_the_bytes_once(self, api: Call, camille: User) -> None:
        upload = api(camille).post(URL, announcement("a.txt", b"Bonjour")).json()["upload"]
        put(upload["url"], b"Bonjour", upload["headers"])

        assert put(upload["url"], b"Bonjour", upload["headers"])[0] == 412

    def test_put_from_our_pages_is_allowed_by_cors(self, api: Call, camille: User) -> None:
        upload = api(camille).post(URL, announcement("a.txt", b"Bonjour")).json()["upload"]
        origin = {"Origin": "http://127.0.0.1:8000"}

        status, headers = put(upload["url"], b"Bonjour", {**upload["headers"], **origin})

        assert status == 200
        assert headers["Access-Control-Allow-Origin"] in ("*", origin["Origin"])


class TestComplete:
    def test_upload_completed_before_its_bytes_is_refused(self, api: Call, camille: User) -> None:
        shown = api(camille).post(URL, announcement("a.txt", b"Bonjour")).json()

        answer = api(camille).post(f"{URL}/{shown['id']}/complete")

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "upload_incomplete"

    def test_upload_completed_again_answers_the_same(self, api: Call, camille: User) -> None:
        attachment_id = send(api(camille), "a.txt", b"Bonjour")

        again = api(camille).post(f"{URL}/{attachment_id}/complete")

        assert (again.status_code, again.json()["status"]) == (200, "scanning")

    def test_file_of_another_person_does_not_exist(
        self, api: Call, camille: User, bruno: User, yanis: User, odile: User
    ) -> None:
        attachment_id = send(api(camille), "a.txt", b"Bonjour")

        wanted = {"parts": [{"number": 1, "sha256": sha256(b"a")}]}
        for other in (bruno, yanis, odile):
            caller, url = api(other), f"{URL}/{attachment_id}"
            for path in ("", "/parts", "/content", "/preview/320"):
                assert caller.get(f"{url}{path}").status_code == 404, path
            assert caller.post(f"{url}/complete").status_code == 404
            assert caller.post(f"{url}/parts", wanted).status_code == 404
            assert api(other).delete(f"{URL}/{attachment_id}").status_code == 404


class TestInParts:
    def test_parts_of_a_large_file_are_joined(self, api: Call, camille: User) -> None:
        content = samples.text_of(9 * MIB)
        attachment_id = send_in_parts(api(camille), "releve.txt", content)

        completed = api(camille).post(f"{URL}/{attachment_id}/complete")

        assert (completed.status_code, completed.json()["status"]) == (200, "scanning")
        assert analysed(attachment_id).status == "ready"
        assert b"".join(objects.chunks(f"files/{attachment_id}/original")) == content

    def test_missing_parts_alone_are_sent_after_a_cut(self, api: Call, camille: User) -> None:
        content = samples.text_of(9 * MIB)
        shown = api(camille).post(URL, announcement("releve.txt", content)).json()
        send_part(api(camille), shown["id"], 1, content[: 8 * MIB])

        parts = f"{URL}/{shown['id']}/parts"
        early = api(camille).post(f"{URL}/{shown['id']}/complete")
        received = api(camille).get(parts).json()

        assert early.status_code == 422
        assert received["part_count"] == 2
        assert received["parts"] == [{"number": 1, "size": 8 * MIB}]
        send_part(api(camille), shown["id"], 2, content[8 * MIB :])
        assert api(camille).post(f"{URL}/{shown['id']}/complete").status_code == 200
        assert analysed(UUID(shown["id"])).status == "ready"

    def test_parts_of_another_file_are_found_by_the_analysis(
        self, api: Call, camille: User
    ) -> None:
        content = samples.text_of(9 * MIB)
        shown = api(camille).post(URL, announcement("releve.txt", content)).json()
        send_part(api(camille), shown["id"], 1, content[: 8 * MIB].upper())
        send_part(api(camille), shown["id"], 2, content[8 * MIB :])

        api(camille).post(f"{URL}/{shown['id']}/complete")

        attachment = analysed(UUID(shown["id"]))
        assert (attachment.status, attachment.reason_code) == ("unreadable", "changed")

    def test_part_with_a_number_out_of_range_is_refused(self, api: Call, camille: User) -> None:
        shown = api(camille).post(URL, announcement("a.txt", samples.text_of(9 * MIB))).json()

        wanted = {"parts": [{"number": 3, "sha256": sha256(b"a")}]}
        answer = api(camille).post(f"{URL}/{shown['id']}/parts", wanted)

        assert answer.status_code == 400

    def test_withdrawn_file_has_no_parts(self, api: Call, camille: User) -> None:
        shown = api(camille).post(URL, announcement("a.txt", samples.text_of(9 * MIB))).json()

        assert api(camille).delete(f"{URL}/{shown['id']}").status_code == 204
        assert api(camille).get(f"{URL}/{shown['id']}/parts").status_code == 404


class TestHostileBytes:
    def test_hostile_bytes_sent_after_the_analysis_reach_nobody(
        self, api: Call, camille: User
    ) -> None:
        upload = api(camille).post(URL, announcement("a.txt", b"Bonjour", id=str(uuid4()))).json()
        attachment_id = UUID(upload["id"])
        put(upload["upload"]["url"], b"Bonjour", upload["upload"]["headers"])
        api(camille).post(f"{URL}/{attachment_id}/complete")
        assert analysed(attachment_id).status == "ready"

        # The analysis emptied quarantine, so the same presigned request is taken once more.
        put(upload["upload"]["url"], b"Bonjour", upload["upload"]["headers"])
        overwrite(objects.quarantine_key(attachment_id), samples.EICAR)

        assert b"".join(objects.chunks(f"files/{attachment_id}/original")) == b"Bonjour"
        assert analysed(attachment_id).status == "ready"

    def test_hostile_bytes_sent_during_the_analysis_reach_nobody(
        self, api: Call, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attachment_id = send(api(camille), "a.txt", b"Bonjour")
        read = objects.chunks

        def reading(key: str) -> Iterator[bytes]:
            yield from read(key)
            overwrite(key, samples.EICAR)

        monkeypatch.setattr(objects, "chunks", reading)
        assert analysed(attachment_id).status == "ready"

        monkeypatch.undo()
        served = api(camille).get(f"{URL}/{attachment_id}/content")["Location"]
        assert get(served)[2] == b"Bonjour"

    def test_other_bytes_than_announced_are_found_by_the_analysis(
        self, api: Call, camille: User
    ) -> None:
        attachment_id = send(api(camille), "a.txt", b"Bonjour")
        overwrite(objects.quarantine_key(attachment_id), b"Bonsoir")

        attachment = analysed(attachment_id)

        assert (attachment.status, attachment.reason_code) == ("unreadable", "changed")


def test_upload_completed_while_the_storage_is_away_is_completed_later(
    api: Call, camille: User
) -> None:
    shown = api(camille).post(URL, announcement("a.txt", b"Bonjour")).json()
    put(shown["upload"]["url"], b"Bonjour", shown["upload"]["headers"])

    caller = api(camille)
    caller.raise_request_exception = False
    with storage_away():
        during = caller.post(f"{URL}/{shown['id']}/complete")
    after = api(camille).post(f"{URL}/{shown['id']}/complete")

    assert (during.status_code, after.status_code) == (503, 200)
    assert during["Retry-After"]
    assert Attachment.objects.get(pk=shown["id"]).status == "scanning"

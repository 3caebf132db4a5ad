"""The service worker's script, the pages without a person, and the manifest."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation
from PIL import Image

from core.models import User
from messaging.models import Conversation
from notifications import service_worker
from notifications.manifest import manifest_of

pytestmark = pytest.mark.django_db

BUILD = "const BUILD = "


def build_of(script: str) -> dict[str, object]:
    """Return what the server writes above the parts of the worker."""
    line = script.partition("\n")[0]
    built: dict[str, object] = json.loads(line.removeprefix(BUILD).removesuffix(";"))
    return built


class TestServiceWorker:
    def test_worker_is_one_classic_script_of_all_parts(self, client: Client) -> None:
        script = client.get("/sw.js").content.decode()

        assert script.startswith(BUILD)
        assert "import " not in script
        for name in service_worker.PARTS:
            assert service_worker._part(name) in script

    def test_other_build_is_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = build_of(service_worker._source())["version"]

        monkeypatch.setattr(service_worker, "BUILD", "0.1.0+another")

        assert build_of(service_worker._source())["version"] != before


class TestPagesWithoutPerson:
    @pytest.mark.parametrize("page", service_worker.PAGES)
    def test_kept_page_holds_nothing_of_anybody(
        self, client: Client, camille: User, conversation: Conversation, page: str
    ) -> None:
        client.force_login(camille)

        answer = client.get(page)

        html = answer.content.decode()
        assert answer.status_code == 200
        assert not answer.cookies
        for secret in (camille.name, camille.email, str(camille.pk), conversation.subject):
            assert secret not in html
        assert '<meta name="csrf-token" content="">' in html
        assert f'<html lang="{page[-2:]}"' in html

    @pytest.mark.parametrize("page", ["/shell/client/xx", "/shell/other/fr", "/offline/xx"])
    def test_other_side_or_language_is_not_found(self, client: Client, page: str) -> None:
        assert client.get(page).status_code == 404

    def test_inbox_is_answered_to_its_person(
        self, client: Client, camille: User, conversation: Conversation
    ) -> None:
        client.force_login(camille)

        html = client.get(f"/client/messages/{conversation.pk}").content.decode()

        assert f'<meta name="person" content="{camille.pk}">' in html


class TestShare:
    def test_share_without_the_worker_says_what_to_do(self, client: Client) -> None:
        answer = client.post("/share", {"text": "https://example.org"})

        assert answer.status_code == 409
        assert "Ouvrez Liaison une fois avec du réseau" in answer.content.decode()
        assert client.get("/share")["Location"] == "/"


class TestManifest:
    def test_shortcuts_differ_by_role(self) -> None:
        with translation.override("fr"):
            names = [
                [each["name"] for each in manifest_of(language="fr", is_company=of)["shortcuts"]]
                for of in (False, True)
            ]

        assert names == [
            ["Nouveau message", "Messages", "Notifications"],
            ["Nouveau message", "Non assignées", "À répondre", "Notifications"],
        ]

    @pytest.mark.django_db
    def test_shortcuts_of_the_company_open_what_they_name(
        self, client: Client, odile: User
    ) -> None:
        client.force_login(odile)
        shortcuts = manifest_of(language="fr", is_company=True)["shortcuts"]

        shown = [client.get(each["url"], follow=True).content.decode() for each in shortcuts]

        titles = [
            "<h2>Nouvelle conversation</h2>", "<h2>Non assignés</h2>", "<h2>À répondre</h2>",
            "Notifications",
        ]  # fmt: skip
        for page, title in zip(shown, titles, strict=True):
            assert title in page

    @pytest.mark.parametrize("is_company", [False, True], ids=["client", "staff"])
    def test_screenshots_are_of_the_size_that_is_said(self, is_company: bool) -> None:
        shots = manifest_of(language="fr", is_company=is_company)["screenshots"]

        assert [shot["form_factor"] for shot in shots] == ["narrow", "wide"]
        for shot in shots:
            side = "staff" if is_company else "client"
            found = finders.find(f"notifications/screenshots/{side}-{shot['form_factor']}.webp")
            with Image.open(str(found)) as picture:
                assert "x".join(map(str, picture.size)) == shot["sizes"]

    def test_files_can_be_shared_into_the_app(self) -> None:
        target = manifest_of(language="fr", is_company=False)["share_target"]

        assert (target["action"], target["method"]) == ("/share", "POST")
        assert "image/*" in target["params"]["files"][0]["accept"]

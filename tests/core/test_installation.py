"""Whose database this is: what makes a copy of it, and what does not."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils.translation import override
from pytest_django import Settings

from core import installation
from core.models import Installation, User

pytestmark = pytest.mark.django_db
ADDRESS = "https://messages.batir.fr"
BUCKET = "https://s3.gra.cloud.ovh.net"


@pytest.fixture
def original(settings: Settings) -> Installation:
    """The row of a real installation, as its first `migrate` writes it."""
    Installation.objects.all().delete()
    settings.DEBUG = False
    settings.PUBLIC_URL = ADDRESS
    settings.S3_ENDPOINT_URL, settings.S3_BUCKET = BUCKET, "liaison"
    installation.record()
    return Installation.objects.get()


@pytest.fixture
def demonstration(settings: Settings) -> Installation:
    Installation.objects.all().delete()
    settings.DEBUG, settings.PUBLIC_URL = True, "http://127.0.0.1:8000"
    installation.record()
    return Installation.objects.get()


class TestOriginal:
    def test_its_own_environment_makes_no_copy(self, original: Installation) -> None:
        assert not installation.is_copy()

    def test_it_is_written_once(self, original: Installation) -> None:
        installation.record()

        assert Installation.objects.get().key == original.key

    @pytest.mark.parametrize(
        "address",
        ["http://messages.batir.fr", "https://messages.batir.fr:443/", "HTTPS://Messages.Batir.fr"],
    )
    def test_another_spelling_of_the_address_makes_no_copy(
        self, original: Installation, settings: Settings, address: str
    ) -> None:
        settings.PUBLIC_URL = address
        installation.forget()

        assert not installation.is_copy()

    def test_port_and_folder_of_an_embedded_storage_may_change(
        self, original: Installation, settings: Settings
    ) -> None:
        settings.S3_ENDPOINT_URL = "http://127.0.0.1:20001"
        installation.become_original()

        settings.S3_ENDPOINT_URL, settings.LIAISON_HOME = "http://127.0.0.1:20002", "/srv/new"
        installation.forget()

        assert not installation.is_copy()

    @pytest.mark.parametrize("address", ["http://127.0.0.1:8001", "http://192.168.1.9:8000"])
    def test_demonstration_may_change_its_port_and_host(
        self, demonstration: Installation, settings: Settings, address: str
    ) -> None:
        settings.PUBLIC_URL = address
        installation.record()

        assert not installation.is_copy()

    def test_demonstration_that_becomes_real_takes_its_address(
        self, demonstration: Installation, settings: Settings
    ) -> None:
        settings.DEBUG, settings.PUBLIC_URL = False, ADDRESS
        installation.record()

        assert Installation.objects.get().address == "messages.batir.fr"


class TestCopy:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PUBLIC_URL", "https://essai.batir.fr"),
            ("PUBLIC_URL", "https://messages.batir.fr:8443"),
            ("PUBLIC_URL", "http://127.0.0.1:8000"),
            ("S3_BUCKET", "liaison-essai"),
            ("S3_ENDPOINT_URL", "https://s3.sbg.cloud.ovh.net"),
            ("S3_ENDPOINT_URL", "http://127.0.0.1:20001"),
        ],
    )
    def test_another_address_or_bucket_makes_a_copy(
        self, original: Installation, settings: Settings, name: str, value: str
    ) -> None:
        setattr(settings, name, value)
        installation.forget()

        found = installation.copy()

        assert found is not None
        assert found.of == "messages.batir.fr"

    def test_debug_of_a_developer_makes_no_original(
        self, original: Installation, settings: Settings
    ) -> None:
        settings.DEBUG, settings.PUBLIC_URL = True, "http://127.0.0.1:8000"
        installation.record()

        assert installation.is_copy()
        assert Installation.objects.get().address == "messages.batir.fr"

    def test_mark_makes_a_copy_whatever_the_environment(self, original: Installation) -> None:
        installation.mark_as_copy("restored from /srv/backup")
        installation.record()

        found = installation.copy()

        assert found is not None
        assert found.because == "restored from /srv/backup"
        assert found.shares_bucket

    def test_marked_demonstration_stays_a_copy_at_another_start(
        self, demonstration: Installation, settings: Settings
    ) -> None:
        installation.mark_as_copy("a trial")

        settings.DEBUG, settings.PUBLIC_URL = False, ADDRESS
        installation.record()

        assert installation.is_copy()

    def test_bucket_of_its_own_is_not_that_of_the_original(
        self, original: Installation, settings: Settings
    ) -> None:
        settings.S3_BUCKET = "liaison-essai"
        installation.mark_as_copy("a trial")

        assert installation.is_copy()
        assert not installation.shares_bucket()

    def test_it_becomes_the_original_at_its_new_address(
        self, original: Installation, settings: Settings
    ) -> None:
        settings.PUBLIC_URL = "https://nouveau.batir.fr"
        installation.mark_as_copy("restored")

        installation.become_original()

        assert not installation.is_copy()
        assert Installation.objects.get().address == "nouveau.batir.fr"

    def test_answer_costs_one_query_in_two_seconds(
        self, original: Installation, django_assert_num_queries: object
    ) -> None:
        installation.forget()
        with django_assert_num_queries(1):  # type: ignore[operator]
            for _ in range(50):
                installation.is_copy()


@pytest.fixture
def trial(original: Installation, settings: Settings) -> None:
    """A copy as a person meets it: on a developer's machine."""
    settings.PUBLIC_URL, settings.DEBUG = "http://127.0.0.1:8000", True
    installation.forget()


class TestBanner:
    WORDS = "Copie de messages.batir.fr, faite le"

    @pytest.mark.parametrize("path", ["/login", "/password", "/admin/login/"])
    def test_stands_on_pages_before_the_login(self, trial: None, path: str) -> None:
        page = Browser(headers={"accept-language": "fr"}).get(path, follow=True)

        assert self.WORDS in page.content.decode()

    @pytest.mark.parametrize("path", ["/staff/messages", "/staff/tasks", "/admin/", "/security"])
    def test_stands_on_pages_of_the_company(self, trial: None, marc: User, path: str) -> None:
        marc.is_superuser = True
        marc.locale = "fr"
        marc.save()
        browser = Browser()
        browser.force_login(marc)

        assert self.WORDS in browser.get(path, follow=True).content.decode()

    def test_stands_on_pages_of_a_client_in_their_language(
        self, trial: None, camille: User
    ) -> None:
        camille.locale = "en"
        camille.save()
        browser = Browser()
        browser.force_login(camille)

        page = browser.get("/client/messages").content.decode()

        assert "Copy of messages.batir.fr, made on" in page
        assert "nothing is sent to clients" in page

    def test_original_has_none(self, original: Installation, settings: Settings) -> None:
        settings.DEBUG = True

        assert "copy-banner" not in Browser().get("/login").content.decode().replace(
            "copy-banner.css", ""
        )

    @pytest.mark.parametrize("path", ["/shell/client/fr", "/offline/fr"])
    def test_pages_that_browsers_keep_have_none(self, trial: None, path: str) -> None:
        assert self.WORDS not in Browser().get(path).content.decode()


class TestCommand:
    def said(self, *arguments: str) -> str:
        out = StringIO()
        with override("en"):
            call_command("installation", *arguments, stdout=out)
        return out.getvalue()

    def test_says_what_this_is(self, original: Installation) -> None:
        assert self.said() == "This is the original, at messages.batir.fr.\n"

    def test_marks_by_hand_and_takes_it_back(self, original: Installation) -> None:
        said = self.said("--copy", "a trial of the spring")

        assert "Copy of messages.batir.fr, made on" in said
        assert "Reason: a trial of the spring" in said
        assert installation.is_copy()

        assert self.said("--original") == "This is the original, at messages.batir.fr.\n"
        assert not installation.is_copy()


class TestMigrate:
    def test_first_one_says_whose_the_database_is_now(
        self, original: Installation, capsys: pytest.CaptureFixture[str]
    ) -> None:
        original.delete()

        call_command("migrate")

        assert "This database belongs to messages.batir.fr from now on" in capsys.readouterr().out
        assert Installation.objects.get().address == "messages.batir.fr"

        call_command("migrate")

        assert "belongs to" not in capsys.readouterr().out

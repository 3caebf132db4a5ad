"""Whose database this is: what makes a copy of it, and what does not."""

import pytest
from pytest_django import Settings

from core import installation
from core.models import Installation

pytestmark = pytest.mark.django_db
ADDRESS = "https://messages.batir.fr"


@pytest.fixture
def original(settings: Settings) -> Installation:
    """The row of a real installation, as its first `migrate` writes it."""
    Installation.objects.all().delete()
    settings.DEBUG = False
    settings.PUBLIC_URL = ADDRESS
    settings.S3_ENDPOINT_URL, settings.S3_BUCKET = "https://s3.gra.cloud.ovh.net", "liaison"
    installation.record()
    return Installation.objects.get()


class TestOriginal:
    def test_its_own_environment_makes_no_copy(self, original: Installation) -> None:
        assert not installation.is_copy()

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

    def test_the_port_and_folder_of_an_embedded_storage_may_change(
        self, original: Installation, settings: Settings
    ) -> None:
        settings.S3_ENDPOINT_URL = "http://127.0.0.1:20001"
        installation.become_original()

        settings.S3_ENDPOINT_URL, settings.LIAISON_HOME = "http://127.0.0.1:20002", "/srv/new"
        installation.forget()

        assert not installation.is_copy()

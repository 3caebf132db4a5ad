"""A copy that has the bucket of the original takes nothing out of it."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from attachments import cleanup
from attachments.models import Attachment
from attachments.storage import multipart, objects
from attachments.storage.objects import OfTheOriginal
from core import installation
from core.jobs.lease import due
from core.models import Installation, User
from tests.attachments import samples
from tests.attachments.senders import analysed, send
from tests.cast import Call
from workers.engine import execute
from workers.recovery.sweeper import Sweeper
from workers.registry import ATTACHMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def abandoned(api: Call, camille: User) -> UUID:
    """A file that the next clean-up of the original would remove."""
    file = send(api(camille), "photo.jpg", samples.photo())
    analysed(file)
    created_at = timezone.now() - timedelta(hours=25)
    Attachment.objects.filter(pk=file).update(created_at=created_at)
    return file


@pytest.fixture
def copy(abandoned: UUID) -> None:
    Installation.objects.all().delete()
    installation.record()
    installation.mark_as_copy("restored beside the original")


def test_clean_up_removes_nothing(copy: None, abandoned: UUID) -> None:
    before = [item.key for item in objects.listed(objects.file_key(abandoned, ""))]

    assert cleanup.clean() == 0

    assert before
    assert [item.key for item in objects.listed(objects.file_key(abandoned, ""))] == before
    assert Attachment.objects.filter(pk=abandoned).exists()


def test_objects_and_uploads_cannot_be_deleted(copy: None, abandoned: UUID) -> None:
    key = objects.file_key(abandoned, objects.ORIGINAL)
    upload = multipart.start_multipart(objects.quarantine_key(abandoned), content_type="image/jpeg")

    with pytest.raises(OfTheOriginal):
        objects.delete([key])
    with pytest.raises(OfTheOriginal):
        multipart.abort_multipart(objects.quarantine_key(abandoned), upload)

    assert objects.stored(key)


def test_check_of_the_bucket_still_removes_what_it_wrote(copy: None) -> None:
    objects.write("quarantine/check", BytesIO(b"?"), content_type="text/plain")

    objects.delete(["quarantine/check"])

    with pytest.raises(objects.Missing):
        objects.stored("quarantine/check")


def test_rules_of_the_bucket_stay(copy: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_storage")

    assert "This is a copy" in capsys.readouterr().out


def test_new_file_waits_and_is_not_tried(copy: None, api: Call, camille: User) -> None:
    file = send(api(camille), "photo.jpg", samples.photo())

    assert execute.execute(ATTACHMENTS, file) == "nothing"
    assert ATTACHMENTS not in Sweeper([ATTACHMENTS]).look()

    row = due(Attachment.objects.all()).get(pk=file)
    assert (row.status, row.attempts) == (Attachment.Status.SCANNING, 0)


def test_all_goes_on_with_a_bucket_of_its_own(
    copy: None, abandoned: UUID, settings: Settings
) -> None:
    Installation.objects.update(bucket="s3.batir.fr/liaison")
    installation.forget()

    assert installation.is_copy()
    assert cleanup.clean() == 1
    assert not list(objects.listed(objects.file_key(abandoned, "")))

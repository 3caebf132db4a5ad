"""Removal of files that no message shows, and the comparison of rows and objects."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from attachments import cleanup, storage_audit
from attachments.models import Attachment
from attachments.storage import multipart, objects, sealed
from core.models import User
from messaging.models import Conversation
from tests.attachments import samples
from tests.attachments.senders import analysed, announcement, overwrite, send, send_in_parts
from tests.cast import Call

pytestmark = pytest.mark.django_db


def age(file: UUID, **by: int) -> None:
    created_at = timezone.now() - timedelta(**by)
    Attachment.objects.filter(pk=file).update(created_at=created_at)


def objects_of(file: UUID) -> list[str]:
    keys = [item.key for item in objects.listed("")]
    return sorted(key.partition("/")[2].partition("/")[2] for key in keys if str(file) in key)


class TestClean:
    def test_file_that_no_message_took_in_a_day_is_removed(self, api: Call, camille: User) -> None:
        ready = send(api(camille), "photo.jpg", samples.photo())
        analysed(ready)
        waiting = send(api(camille), "photo.jpg", samples.photo())
        fresh = send(api(camille), "photo.jpg", samples.photo())
        age(ready, hours=25)
        age(waiting, hours=25)

        assert cleanup.clean() == 2

        assert list(Attachment.objects.values_list("pk", flat=True)) == [fresh]
        assert objects_of(ready) == objects_of(waiting) == []
        assert len(objects_of(fresh)) == 1

    def test_unfinished_upload_is_removed_with_its_parts(self, api: Call, camille: User) -> None:
        file = send_in_parts(api(camille), "a.txt", samples.text_of(9 * 1024 * 1024))
        age(file, hours=25)

        cleanup.clean()

        uploads = [upload.key for upload in multipart.unfinished_uploads()]
        assert objects.quarantine_key(file) not in uploads
        assert not Attachment.objects.exists()

    def test_file_of_a_message_is_kept(
        self,
        api: Call,
        camille: User,
        conversation: Conversation,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        draft = {"id": str(uuid4()), "body": "", "attachments": [str(file)]}
        api(camille).post(f"/api/v1/conversations/{conversation.pk}/messages", draft)
        with django_capture_on_commit_callbacks(execute=True):
            analysed(file)
        age(file, days=400)

        assert cleanup.clean() == 0
        assert objects_of(file) == ["", "1280.webp", "320.webp", "original"]

    def test_withdrawn_file_is_removed_after_its_address_has_expired(
        self, api: Call, camille: User
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        api(camille).delete(f"/api/v1/attachments/{file}")
        assert cleanup.clean() == 0

        Attachment.objects.update(discarded_at=timezone.now() - timedelta(hours=2))

        assert cleanup.clean() == 1
        assert objects_of(file) == []

    def test_file_under_a_lease_is_kept(self, api: Call, camille: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        age(file, hours=25)
        Attachment.objects.update(leased_until=timezone.now() + timedelta(seconds=10))

        assert cleanup.clean() == 0

    def test_multipart_upload_without_a_row_is_aborted(self, settings: Settings) -> None:
        """A kill between the answer of the bucket and the row leaves such an upload."""
        key = objects.quarantine_key(uuid4())
        multipart.start_multipart(key, content_type="text/plain")

        cleanup.clean()
        assert key in [upload.key for upload in multipart.unfinished_uploads()]
        settings.ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(seconds=-5)
        cleanup.clean()

        assert key not in [upload.key for upload in multipart.unfinished_uploads()]

    def test_quarantine_keeps_only_what_is_still_to_be_analysed(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        """A kill right after a verdict leaves bytes, and so does a sender that is too late."""
        judged, waiting = (send(api(camille), "a.txt", b"a") for _ in range(2))
        analysed(judged)
        Attachment.objects.update(claimed_at=timezone.now())
        unknown = uuid4()
        for file in (judged, unknown):
            overwrite(objects.quarantine_key(file), b"a")

        cleanup.clean()
        assert objects_of(judged) == ["", "original"]
        settings.ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(seconds=-5)
        cleanup.clean()

        assert objects_of(judged) == ["original"]
        assert objects_of(waiting) == [""]
        assert objects_of(unknown) == []

    def test_removal_that_was_cut_is_finished_by_the_next_one(
        self, api: Call, camille: User
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        analysed(file)
        age(file, hours=25)
        # A kill after the first object leaves this.
        objects.delete([objects.file_key(file, "original")])
        Attachment.objects.update(discarded_at=timezone.now())

        assert cleanup.clean() == 1
        assert objects_of(file) == []


class TestAudit:
    @pytest.fixture(autouse=True)
    def empty_bucket(self) -> None:
        objects.delete([item.key for item in objects.listed("")])

    def test_audit_of_rows_with_their_objects_agrees(
        self, api: Call, camille: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        analysed(send(api(camille), "photo.jpg", samples.photo(gps=True)))
        send(api(camille), "a.txt", b"a")

        call_command("storage_audit")

        assert capsys.readouterr().out == "Rows and objects agree.\n"

    def test_audit_names_a_row_without_its_objects(
        self, api: Call, camille: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        analysed(file)
        objects.delete([objects.file_key(file, "320.webp")])

        with pytest.raises(CommandError):
            call_command("storage_audit")

        assert f"{file} misses files/{file}/320.webp" in capsys.readouterr().out

    def test_audit_names_and_deletes_an_object_without_row(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = objects.file_key(uuid4(), "original")
        overwrite(key, b"a")
        call_command("storage_audit")  # says nothing of an object younger than 25 h
        monkeypatch.setattr(storage_audit, "GRACE", timedelta(seconds=-5))

        with pytest.raises(CommandError):
            call_command("storage_audit")
        assert f"object without row: {key}" in capsys.readouterr().out
        call_command("storage_audit", delete=True)

        assert list(objects.listed("")) == []

    def test_audit_leaves_sealed_objects_to_their_owner(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sealed.write("emails/1", sealed.seal("emails/1", b"Le code est 4512"))
        monkeypatch.setattr(storage_audit, "GRACE", timedelta(seconds=-5))

        call_command("storage_audit", delete=True)

        assert sealed.read("emails/1") == b"Le code est 4512"


def test_sealed_object_is_read_after_the_key_changed_and_under_no_other_name(
    settings: Settings,
) -> None:
    content = sealed.seal("emails/1", b"Le code est 4512")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert sealed.opened("emails/1", content) == b"Le code est 4512"
    with pytest.raises(objects.Missing):
        sealed.opened("emails/2", content)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(objects.Missing):
        sealed.opened("emails/1", content)


def test_file_announced_again_begins_no_second_upload(api: Call, camille: User) -> None:
    asked = announcement("a.txt", samples.text_of(9 * 1024 * 1024), id=str(uuid4()))

    for _ in range(2):
        api(camille).post("/api/v1/attachments", asked)

    uploads = [u for u in multipart.unfinished_uploads() if asked["id"] in u.key]
    assert len(uploads) == 1

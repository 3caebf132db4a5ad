"""Files that the server uploads itself: as those of a browser, without its presigned requests."""

from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from attachments.models import Attachment
from attachments.storage import multipart, objects
from attachments.storage.objects import StorageAway
from attachments.uploads.announce import (
    AttachmentConflict,
    AttachmentEmpty,
    AttachmentTooLarge,
    DailyVolumeReached,
    TypeNotAllowed,
)
from attachments.uploads.server_side import store_bytes
from core.models import User
from messaging.actions import attachments
from tests.attachments import samples
from tests.attachments.senders import analysed, get, storage_away
from tests.cast import Call

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024


def received(uploader: User, name: str, content: bytes, id: UUID) -> Attachment:
    """Store a file and complete it, as an email's is."""
    stored = store_bytes(uploader=uploader, name=name, content=content, id=id)
    return attachments.complete(stored)


def quarantined(id: UUID) -> list[int]:
    return [item.size for item in objects.listed(objects.quarantine_key(id))]


class TestStoreBytes:
    def test_stored_file_is_judged_and_served_like_a_browsers(
        self, api: Call, camille: User
    ) -> None:
        id = uuid4()

        assert received(camille, "salon.jpg", samples.photo(), id).status == "scanning"

        attachment = analysed(id)
        assert (attachment.uploader, attachment.name) == (camille, "salon.jpg")
        assert (attachment.status, attachment.has_preview) == ("ready", True)
        served = api(camille).get(f"/api/v1/attachments/{id}/content")["Location"]
        assert get(served)[2] == samples.photo()

    def test_hostile_file_is_stopped(self, camille: User) -> None:
        id = uuid4()
        received(camille, "notes.txt", samples.EICAR, id)

        assert analysed(id).reason_code == "infected"

    def test_file_larger_than_a_part_is_one_object(self, camille: User) -> None:
        content, id = samples.text_of(9 * MIB), uuid4()

        attachment = received(camille, "releve.txt", content, id)

        assert (attachment.upload_id, quarantined(id)) == ("", [9 * MIB])
        assert not [u for u in multipart.unfinished_uploads() if str(id) in u.key]
        assert analysed(id).status == "ready"
        assert b"".join(objects.chunks(objects.file_key(id, "original"))) == content

    def test_same_id_and_bytes_twice_are_one_file(
        self,
        camille: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        id = uuid4()
        first = received(camille, "a.txt", b"Bonjour", id)
        with django_capture_on_commit_callbacks(execute=True):
            assert analysed(id).status == "ready"

        again = received(camille, "a.txt", b"Bonjour", id)

        assert (first.pk, again.pk, again.status) == (id, id, "ready")
        assert Attachment.objects.count() == 1
        # It was judged already, so nothing is written to quarantine again.
        assert quarantined(id) == [0]

    def test_same_id_for_other_bytes_or_another_person_is_a_conflict(
        self, camille: User, bruno: User
    ) -> None:
        id = uuid4()
        received(camille, "a.txt", b"Bonjour", id)

        with pytest.raises(AttachmentConflict):
            store_bytes(uploader=camille, name="a.txt", content=b"Bonsoir", id=id)
        with pytest.raises(AttachmentConflict):
            store_bytes(uploader=bruno, name="a.txt", content=b"Bonjour", id=id)

    def test_kill_between_the_row_and_the_bytes_is_made_good_by_the_next_call(
        self, camille: User
    ) -> None:
        id = uuid4()
        with storage_away(), pytest.raises(StorageAway):
            store_bytes(uploader=camille, name="a.txt", content=b"Bonjour", id=id)
        assert (Attachment.objects.get().status, quarantined(id)) == ("uploading", [])

        received(camille, "a.txt", b"Bonjour", id)

        assert analysed(id).status == "ready"
        assert Attachment.objects.count() == 1

    def test_kill_between_the_bytes_and_their_record_is_made_good_by_the_next_call(
        self, camille: User
    ) -> None:
        id = uuid4()
        store_bytes(uploader=camille, name="a.txt", content=b"Bonjour", id=id)
        assert (Attachment.objects.get().status, quarantined(id)) == ("uploading", [7])

        received(camille, "a.txt", b"Bonjour", id)

        assert analysed(id).status == "ready"
        assert Attachment.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "content", "error"),
        [
            ("virus.exe", b"MZ", TypeNotAllowed),
            ("a.txt", b"", AttachmentEmpty),
            ("a.txt", b"a" * 101, AttachmentTooLarge),
            ("a.txt", b"a" * 60, DailyVolumeReached),
        ],
    )
    def test_file_that_may_not_be_sent_is_refused_in_words_and_leaves_nothing(
        self,
        name: str,
        content: bytes,
        error: type[TypeNotAllowed],
        camille: User,
        settings: Settings,
    ) -> None:
        settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_DAILY_BYTES = 100, 50
        id = uuid4()

        with pytest.raises(error) as refused:
            store_bytes(uploader=camille, name=name, content=content, id=id)

        assert str(refused.value.detail).endswith(".")
        assert (Attachment.objects.count(), quarantined(id)) == (0, [])

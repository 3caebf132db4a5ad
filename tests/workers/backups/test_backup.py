"""Backups of a real database and a real bucket into a folder and into S3."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from boto3.s3.transfer import TransferConfig
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment
from attachments.storage import objects
from core.models import User
from messaging.models import Conversation
from tests.attachments.senders import overwrite
from tests.cast import Say
from tests.workers.backups.conftest import SendPhoto, bucket_client
from tests.workers.backups.steps import KEY, backup, files_of, taken
from workers.backups import bucket_place, manifest, objects_copy
from workers.backups.retention import Keep
from workers.backups.store import Store
from workers.backups.verify import verify
from workers.models import Backup

pytestmark = pytest.mark.django_db(transaction=True)


class TestWhole:
    def test_backup_has_the_rows_and_the_files_and_its_check_says_so(
        self, store: Store, photo: UUID
    ) -> None:
        made = taken(store).manifest

        assert made.tables["messaging_message"].rows == 2
        entries = {each.key: each for each in objects_copy.entries_of(store, made)}
        original = objects.file_key(photo, objects.ORIGINAL)
        assert set(entries) == {item.key for item in objects.listed(f"files/{photo}")}
        read = b"".join(store.read(entries[original].name))
        assert read == b"".join(objects.chunks(original))
        assert entries[original].type == "image/jpeg"
        assert verify(store, None).differences == []

    def test_second_backup_reads_and_copies_nothing_again(
        self, store: Store, photo: UUID, send_photo: SendPhoto, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = taken(store)
        second = taken(store)
        assert (second.manifest.objects, second.new_files) == (first.manifest.objects, 0)
        read: list[str] = []
        real = objects.type_and_chunks

        def noted(key: str) -> tuple[str, Iterator[bytes]]:
            read.append(key)
            return real(key)

        monkeypatch.setattr(objects, "type_and_chunks", noted)
        other = send_photo()
        third = taken(store)

        assert read
        assert all(str(other) in key for key in read)
        assert third.manifest.objects > second.manifest.objects
        # The same photo once more: its bytes are there already.
        assert third.new_files == 0
        assert verify(store, None).differences == []

    def test_object_that_was_written_anew_under_its_key_is_copied_again(
        self, store: Store, photo: UUID
    ) -> None:
        taken(store)
        key = objects.file_key(photo, "320.webp")
        size = objects.stored(key).size
        overwrite(key, bytes(size))

        assert taken(store).new_files == 1
        assert verify(store, None).differences == []

    def test_file_that_waits_for_its_check_is_in_it(self, store: Store, photo: UUID) -> None:
        row = Attachment.objects.filter(pk=photo)
        row.update(status="scanning", verdict="", settled_at=None)
        overwrite(objects.quarantine_key(photo), b"what was sent")

        keys = {each.key for each in objects_copy.entries_of(store, taken(store).manifest)}

        assert objects.quarantine_key(photo) in keys

    def test_object_that_is_missing_is_told_and_the_backup_is_made(
        self, tmp_path: Path, photo: UUID
    ) -> None:
        key = objects.file_key(photo, objects.ORIGINAL)
        objects.delete([key])

        said = backup(tmp_path)

        assert f"The bucket does not have {key}, which a row names." in said
        with pytest.raises(CommandError, match="1 differences"):
            backup(tmp_path, "--verify")

    def test_objects_without_a_row_are_left_out(self, store: Store, photo: UUID) -> None:
        unknown = objects.file_key(uuid4(), objects.ORIGINAL)
        overwrite(unknown, b"of nobody")

        keys = {each.key for each in objects_copy.entries_of(store, taken(store).manifest)}

        assert unknown not in keys


class TestEncrypted:
    @pytest.fixture(autouse=True)
    def key(self, settings: Settings) -> None:
        settings.BACKUP_KEY = KEY

    def test_place_shows_neither_words_nor_names_and_is_whole(
        self, tmp_path: Path, photo: UUID
    ) -> None:
        assert ", encrypted" in backup(tmp_path, "--encrypt")

        content = b"".join((tmp_path / name).read_bytes() for name in files_of(tmp_path))
        assert b"JFIF" not in content
        assert b"messaging_message" not in content
        assert str(photo).encode() not in content
        assert str(photo) not in " ".join(files_of(tmp_path))
        assert "is whole" in backup(tmp_path, "--verify")

    def test_older_key_reads_older_backups_and_a_new_one_makes_the_next(
        self, tmp_path: Path, photo: UUID, settings: Settings
    ) -> None:
        backup(tmp_path)
        settings.BACKUP_KEY, settings.BACKUP_KEY_FALLBACKS = "another-key-of-this-installation!", []
        with pytest.raises(CommandError, match=r"encrypted with another key.*BACKUP_KEY"):
            backup(tmp_path, "--verify")

        settings.BACKUP_KEY_FALLBACKS = [KEY]
        assert "is whole" in backup(tmp_path, "--verify")
        assert "new ones: 0" not in backup(tmp_path)
        settings.BACKUP_KEY_FALLBACKS = []
        assert "is whole" in backup(tmp_path, "--verify")

    def test_key_may_be_in_a_file(self, tmp_path: Path, photo: UUID, settings: Settings) -> None:
        backup(tmp_path / "place")
        settings.BACKUP_KEY, settings.BACKUP_KEY_FILE = "", str(tmp_path / "key")
        (tmp_path / "key").write_text(f"{KEY}\n")

        assert "is whole" in backup(tmp_path / "place", "--verify")

    def test_encrypt_without_a_key_is_refused(self, tmp_path: Path, settings: Settings) -> None:
        settings.BACKUP_KEY = ""

        with pytest.raises(CommandError, match="no key to encrypt with: set BACKUP_KEY"):
            backup(tmp_path, "--encrypt")


class TestVerify:
    """What is wrong with a backup is said, one by one, and the exit code is 1."""

    def differences(self, store: Store) -> list[str]:
        return verify(store, None).differences

    def test_file_that_was_changed_is_named(self, store: Store, photo: UUID) -> None:
        made = taken(store).manifest
        entry = next(iter(objects_copy.entries_of(store, made)))
        path = Path(store.place.words) / entry.name
        path.write_bytes(path.read_bytes()[:-1] + b"x")

        [said] = self.differences(store)

        assert said.startswith(f"{entry.key}: ")
        assert "SHA-256 is another one" in said

    def test_file_that_is_gone_is_named(self, store: Store, photo: UUID) -> None:
        made = taken(store).manifest
        entry = next(iter(objects_copy.entries_of(store, made)))
        (Path(store.place.words) / entry.name).unlink()

        [said] = self.differences(store)

        assert said.startswith(f"{entry.key}: ")
        assert "No such file" in said

    def test_damaged_dump_is_found(self, store: Store, photo: UUID) -> None:
        made = taken(store).manifest
        path = Path(store.place.words) / manifest.database_name(made)
        content = path.read_bytes()
        path.write_bytes(content[:-200])

        assert self.differences(store)

    def test_dump_of_another_moment_is_found_by_tables_and_seq(
        self, store: Store, photo: UUID, say: Say, camille: User
    ) -> None:
        first = taken(store).manifest
        say(camille, "Après")
        second = taken(store).manifest
        folder = Path(store.place.words)
        old, new = (folder / manifest.database_name(each) for each in (first, second))
        new.write_bytes(old.read_bytes())

        said = self.differences(store)

        assert said == ["The database is damaged: its SHA-256 is not that of the manifest."]
        self.forge(store, second, first.database_sha256)
        said = self.differences(store)
        assert "table messaging_message: 2 rows, and 3 in the backup" in said
        assert "table messaging_conversation: the rows are not the same" in said
        assert "the last seq of a conversation is another one" in said

    def forge(self, store: Store, made: manifest.Manifest, sha256: str) -> None:
        values = {**made.__dict__, "database_sha256": sha256}
        manifest.write(store, manifest.Manifest(**values))

    def test_changed_manifest_is_refused(self, store: Store, photo: UUID, tmp_path: Path) -> None:
        made = taken(store).manifest
        path = tmp_path / "place" / manifest.file_of(made.id, "manifest")
        path.write_text(path.read_text().replace('"rows": 2', '"rows": 3'))

        with pytest.raises(CommandError, match="is damaged"):
            backup(tmp_path / "place", "--verify")

    def test_no_database_is_left_behind(self, store: Store, photo: UUID) -> None:
        taken(store)
        verify(store, None)

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'liaison_check%'")
            assert cursor.fetchone()[0] == 0

    def test_role_without_the_right_to_make_databases_is_told(
        self, store: Store, photo: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken(store)
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
            try:
                monkeypatch.setitem(connection.settings_dict, "USER", "weak")
                monkeypatch.setitem(connection.settings_dict, "PASSWORD", "weak")
                said = self.differences(store)
            finally:
                cursor.execute("DROP ROLE weak")

        assert len(said) == 1
        assert "ALTER ROLE weak CREATEDB" in said[0]
        assert "--database" in said[0]


class TestRetention:
    def aged(self, store: Store, made: manifest.Manifest, days: int) -> str:
        """Let a backup be older."""
        at = timezone.now() - timedelta(days=days)
        aged = manifest.new_id(at)
        folder = Path(store.place.words) / "backups"
        (folder / made.id).rename(folder / aged)
        (folder / aged / "manifest").unlink()
        manifest.write(store, manifest.Manifest(**{**made.__dict__, "id": aged}))
        return aged

    def test_files_that_no_backup_names_go_with_the_last_one_that_did(
        self, store: Store, photo: UUID
    ) -> None:
        old = self.aged(store, taken(store).manifest, days=500)
        stored = {name for name, _ in store.place.listed("objects/")}
        key = objects.file_key(photo, "320.webp")
        overwrite(key, b"another preview")

        removed = taken(store, Keep(1, 1, 1)).removed

        assert (removed.backups, removed.objects) == (1, 1)
        assert old not in manifest.listing(store).files
        assert len(stored - {name for name, _ in store.place.listed("objects/")}) == 1
        assert verify(store, None).differences == []

    def test_nothing_is_removed_while_a_backup_cannot_be_read(
        self, store: Store, photo: UUID
    ) -> None:
        self.aged(store, taken(store).manifest, days=500)
        overwrite(objects.file_key(photo, "320.webp"), b"another preview")
        other = self.aged(store, taken(store).manifest, days=2)
        (Path(store.place.words) / manifest.file_of(other, "manifest")).write_text("damaged")

        removed = taken(store, Keep(1, 1, 1)).removed

        assert (removed.backups, removed.unreadable, removed.objects) == (1, 1, 0)


class TestInS3:
    @pytest.fixture
    def place(self, transactional_db: None) -> str:
        bucket = f"backups-{uuid4().hex[:8]}"
        bucket_client().create_bucket(Bucket=bucket)
        return f"s3://{bucket}/of/liaison"

    def test_backup_in_a_bucket_is_incremental_and_whole(
        self, place: str, photo: UUID, settings: Settings
    ) -> None:
        settings.BACKUP_KEY = KEY
        assert f"is in {place}, encrypted" in backup(place)
        assert "new ones: 0" in backup(place)
        assert "is whole" in backup(place, "--verify")

    def test_dump_of_many_parts_is_whole(
        self, place: str, photo: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
        monkeypatch.setattr(bucket_place, "PARTS", parts)
        content = os.urandom(12 << 20)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE large (content bytea)")
            try:
                cursor.execute("INSERT INTO large VALUES (%s)", [content])
                backup(place)
                assert "is whole" in backup(place, "--verify")
            finally:
                cursor.execute("DROP TABLE large")

    def test_bucket_of_the_files_themselves_is_refused(self, settings: Settings) -> None:
        with pytest.raises(CommandError, match="is the bucket of the files themselves"):
            backup(f"s3://{settings.S3_BUCKET}/backups")

    def test_bucket_that_is_not_there_is_told(self) -> None:
        with pytest.raises(CommandError, match="s3://no-such-bucket does not take or give it"):
            backup("s3://no-such-bucket")


class TestRecord:
    def test_record_has_sizes_times_and_the_check(
        self, tmp_path: Path, photo: UUID, conversation: Conversation
    ) -> None:
        backup(tmp_path)

        record = Backup.objects.get()
        assert (record.outcome, record.place) == ("succeeded", str(tmp_path))
        assert record.database_bytes > 10_000
        assert record.files == record.new_files > 0
        assert record.taken_at
        assert record.ended_at
        assert record.started_at <= record.taken_at <= record.ended_at
        assert record.verified_at is None
        content = json.loads((tmp_path / "backups" / record.name / "manifest").read_text())
        assert content["manifest"]["objects_bytes"] == record.files_bytes

        backup(tmp_path, "--verify")

        record.refresh_from_db()
        assert record.verified_at

    def test_pooler_is_refused_in_words(self, tmp_path: Path, settings: Settings) -> None:
        settings.DATABASE_POOLER = "transaction"

        with pytest.raises(CommandError, match="give the address of PostgreSQL itself"):
            backup(tmp_path)

    def test_no_place_is_told(self) -> None:
        with pytest.raises(CommandError, match="Name a place"):
            call_command("backup")

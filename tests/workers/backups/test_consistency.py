"""A backup is of one moment, and one that was cut is none."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from attachments import cleanup
from attachments.models import Attachment
from attachments.storage import hold, objects
from messaging.models import MessageAttachment
from tests.site import ROOT
from tests.workers.backups.steps import backup, taken
from workers.backups import manifest, objects_copy
from workers.backups.errors import BackupError
from workers.backups.session import alone, objects_held
from workers.backups.store import Store
from workers.models import Backup

pytestmark = pytest.mark.django_db(transaction=True)


class TestConsistent:
    """Objects and rows of a backup belong together, whatever happens while it runs."""

    def test_nothing_deletes_an_object_that_the_snapshot_names(
        self, store: Store, photo: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The clean-up comes between the snapshot and the copies."""
        MessageAttachment.objects.all().delete()
        long_ago = timezone.now() - timedelta(days=2)
        Attachment.objects.filter(pk=photo).update(claimed_at=None, created_at=long_ago)
        real = objects_copy.copy_new

        def after_a_clean_up(*given: object) -> tuple[int, int]:
            assert cleanup.clean() == 0
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(objects_copy, "copy_new", after_a_clean_up)
        made = taken(store).manifest

        assert made.missing == []
        assert made.objects > 0
        assert cleanup.clean() == 1
        assert list(objects.listed(f"files/{photo}")) == []

    def test_hold_ends_with_the_session_of_a_backup_that_dies(self, transactional_db: None) -> None:
        code = (
            "import django; django.setup()\n"
            "from workers.backups.session import alone, objects_held\n"
            "with alone() as session, objects_held(session):\n"
            "    print('held', flush=True); input()\n"
        )
        name = connection.settings_dict["NAME"]
        address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "core.settings"},
        )  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with hold.deletion() as is_allowed:
            assert not is_allowed

        process.kill()
        process.wait()

        until = time.monotonic() + 5
        while True:
            with hold.deletion() as is_allowed:
                if is_allowed:
                    return
            assert time.monotonic() < until

    def test_backup_waits_until_a_deletion_that_has_begun_is_over(
        self, transactional_db: None
    ) -> None:
        order: list[str] = []

        def back_up() -> None:
            with alone() as session, objects_held(session):
                order.append("held")

        with hold.deletion() as is_allowed:
            assert is_allowed
            thread = threading.Thread(target=back_up)
            thread.start()
            time.sleep(0.5)
            order.append("deleted")
        thread.join()

        assert order == ["deleted", "held"]

    def test_lost_hold_fails_the_backup(self, store: Store, photo: UUID) -> None:
        with (
            pytest.raises(BackupError, match="PostgreSQL ended our session"),
            alone() as session,
            objects_held(session),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [session.info.backend_pid])

    def test_second_backup_at_the_same_time_is_refused_in_words(self, tmp_path: Path) -> None:
        with alone(), pytest.raises(CommandError, match="Another backup, check or restore of"):
            backup(tmp_path)

    def test_second_backup_into_the_same_folder_is_refused_in_words(
        self, tmp_path: Path, store: Store
    ) -> None:
        with store.place.alone(), pytest.raises(CommandError, match="Another backup writes into"):
            backup(store.place.words)

    def test_each_module_that_deletes_objects_asks_the_hold(self) -> None:
        deleting, asking = set(), set()
        for app in ("attachments", "messaging", "notifications", "workers"):
            for path in (ROOT / app).rglob("*.py"):
                text = path.read_text()
                name = str(path.relative_to(ROOT))
                if "objects.delete(" in text or "sealed.delete(" in text:
                    deleting.add(name)
                if "hold.deletion()" in text:
                    asking.add(name)

        # These delete what they wrote themselves a moment before.
        own = {"attachments/checks.py", "attachments/doctor.py"}
        # No backup names an export.
        own.add("messaging/actions/exports.py")
        # This is how the others delete a sealed one.
        assert deleting - asking - own - {"attachments/storage/sealed.py"} == set()


class TestInterrupted:
    def test_killed_backup_is_no_backup_and_is_tidied_a_day_later(
        self, store: Store, photo: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good = taken(store).manifest

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(manifest, "write", killed)
            with pytest.raises(KeyboardInterrupt):
                taken(store)
        [cut] = manifest.listing(store).interrupted
        assert manifest.chosen(store, None).id == good.id
        with pytest.raises(BackupError, match=r"was interrupted: it is not whole"):
            manifest.chosen(store, cut)
        assert taken(store).removed.interrupted == 0

        aged = manifest.new_id(timezone.now() - timedelta(hours=25))
        folder = Path(store.place.words) / "backups"
        (folder / cut).rename(folder / aged)

        assert taken(store).removed.interrupted == 1
        assert manifest.listing(store).interrupted == []

    def test_record_of_a_killed_backup_says_that_it_was_cut(self, store: Store) -> None:
        Backup.objects.create(place="/somewhere")

        taken(store)

        cut = Backup.objects.get(place="/somewhere")
        assert (cut.outcome, cut.reason) == (
            "failed",
            "It was cut: its process ended without a word.",
        )

    def test_place_without_room_is_told_and_recorded(self, tmp_path: Path) -> None:
        (tmp_path / "backups").write_text("a file where a folder should be")

        with pytest.raises(CommandError, match="cannot be written"):
            backup(tmp_path)

        record = Backup.objects.get()
        assert record.outcome == "failed"
        assert "cannot be written" in record.reason

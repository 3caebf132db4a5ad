"""Kills, cuts and races during an analysis: the file is analysed once, and both sides see it."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment
from attachments.queries import pending_attachments
from attachments.scanning import lease_renewal, pipeline
from attachments.scanning.pipeline import AnalysisResult
from attachments.storage import objects
from attachments.storage.objects import StorageAway
from core.jobs.lease import Lease
from core.models import User
from messaging.actions import attachments
from messaging.actions.messages import send_message
from messaging.conversation import attachment_change
from messaging.conversation.idempotency import Draft
from messaging.conversation.lock import LockedConversation, lock
from messaging.models import Conversation, Message
from tests.at_once import at_once
from tests.attachments import samples
from tests.attachments.senders import analysed, announcement, send, storage_away
from tests.cast import Call
from tests.site import Site
from workers.engine import execute
from workers.registry import ATTACHMENTS

PATIENCE_SECONDS = 120


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.02)


def status_of(file: UUID) -> str:
    return Attachment.objects.get(pk=file).status


class TestWorker:
    """With a real worker and a real broker."""

    @pytest.fixture(autouse=True)
    def running(self, site: Site, bucket: None) -> Iterator[None]:
        """Run the site on its own database."""
        yield
        # Its sweeper must not lock a table while the tables are emptied.
        site.stop_worker()

    def test_worker_makes_a_photo_visible(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        draft = Draft(body="Voici", attachment_ids=(file,))
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        wait_until(lambda: status_of(file) == "ready")

        wait_until(lambda: not objects.stored(objects.quarantine_key(file)).size)
        assert api(camille).get(f"/api/v1/attachments/{file}/preview/320").status_code == 302

    def test_analysis_of_a_killed_worker_is_finished_by_another(
        self, site: Site, api: Call, camille: User, conversation: Conversation
    ) -> None:
        site.stop_worker()
        file = send(api(camille), "plan.png", samples.slow_picture())
        draft = Draft(body="Le plan", attachment_ids=(file,))
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        site.spawn_worker()
        wait_until(lambda: Attachment.objects.get(pk=file).leased_until is not None)

        site.kill_worker()
        assert status_of(file) == "scanning"
        site.start_worker()

        wait_until(lambda: status_of(file) == "ready")
        written = sorted(item.key for item in objects.listed(objects.file_key(file, "")))
        assert [key.rpartition("/")[2] for key in written] == ["1280.webp", "320.webp", "original"]
        message = Message.objects.get()
        conversation.refresh_from_db()
        assert message.version <= conversation.version
        assert Attachment.objects.get(pk=file).attempts == 2


@pytest.mark.django_db
class TestStorageAway:
    def test_storage_away_during_the_analysis_costs_no_attempt(
        self, api: Call, camille: User
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        for _ in range(ATTACHMENTS.max_attempts + 1):
            with storage_away(), pytest.raises(StorageAway):
                execute.execute(ATTACHMENTS, file)
            assert status_of(file) == "scanning"
            Attachment.objects.update(due_at=timezone.now())

        assert analysed(file).status == "ready"


@pytest.mark.django_db
class TestTwoWorkers:
    def test_worker_that_lost_its_lease_records_nothing(self, api: Call, camille: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        execute.acquire(ATTACHMENTS, file)
        lease = Lease.of(pending_attachments(), Attachment.objects.get(pk=file))
        with lease_renewal.renewed(lease):
            # Another takes it after the lease has ended.
            Attachment.objects.update(leased_until=timezone.now())
            assert analysed(file).status == "ready"

            assert not lease.leased_rows().exists()

    def test_file_without_a_lease_is_not_analysed(self, api: Call, camille: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        attachments.analyse(file)

        assert status_of(file) == "scanning"

    def test_file_under_a_lease_is_not_acquired_by_another_worker(
        self, api: Call, camille: User
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        execute.acquire(ATTACHMENTS, file)

        assert execute.execute(ATTACHMENTS, file) == "nothing"

    def test_file_on_which_every_worker_dies_is_unreadable_until_it_is_requeued(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        draft = Draft(body="", attachment_ids=(file,))
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        for _ in range(ATTACHMENTS.max_attempts):
            execute.acquire(ATTACHMENTS, file)
            Attachment.objects.update(leased_until=timezone.now())

        execute.execute(ATTACHMENTS, file)

        given_up = Attachment.objects.get(pk=file)
        assert (given_up.status, given_up.reason_code) == ("unreadable", "analysis_failed")
        assert Message.objects.get().version == 3
        # The dashboard requeues it.
        assert execute.requeue(ATTACHMENTS, [file]) == [file]
        assert analysed(file).status == "ready"
        assert Attachment.objects.get(pk=file).reason_code == ""


@pytest.mark.django_db(transaction=True)
class TestALongAnalysis:
    @pytest.fixture(autouse=True)
    def renewed_often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lease_renewal, "RENEWAL_SECONDS", 0.02)

    def test_keeps_its_file_beyond_the_first_lease(self, api: Call, camille: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        acquired = execute.acquire(ATTACHMENTS, file)
        assert acquired is not None
        lease = Lease.of(pending_attachments(), Attachment.objects.get(pk=file))

        with lease_renewal.renewed(lease):
            wait_until(lambda: lease.leased_until > acquired.leased_until)
        renewed_until = lease.leased_until

        assert lease.leased_rows().get().leased_until == renewed_until

    def test_that_fails_says_why_in_its_row(
        self, api: Call, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        def fail_after_a_renewal(attachment: Attachment, lease: Lease) -> AnalysisResult:
            before = lease.leased_until
            wait_until(lambda: lease.leased_until > before)
            raise RuntimeError("no paper left")

        monkeypatch.setattr(pipeline, "examine", fail_after_a_renewal)

        with pytest.raises(RuntimeError):
            execute.execute(ATTACHMENTS, file)

        row = Attachment.objects.get(pk=file)
        assert (row.leased_until, row.last_error) == (None, "RuntimeError: no paper left")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_same_file_announced_6_times_at_once_is_one(self, api: Call, camille: User) -> None:
        asked = announcement("photo.jpg", samples.photo(), id=str(uuid4()))

        statuses = at_once(
            *[lambda: api(camille).post("/api/v1/attachments", asked).status_code] * 6
        )

        assert sorted(statuses) == [200] * 5 + [201]
        assert Attachment.objects.count() == 1

    def test_simultaneous_announcements_do_not_pass_the_daily_volume(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        settings.ATTACHMENT_DAILY_BYTES = 200

        def announce(number: int) -> int:
            asked = announcement(f"{number}.txt", b"a" * 60)
            return api(camille).post("/api/v1/attachments", asked).status_code

        statuses = at_once(*[partial(announce, number) for number in range(6)])

        assert sorted(statuses) == [201] * 3 + [429] * 3


class TestSentWhileItsStateChanges:
    """The change finds the file in no message, and then waits for the message that claims it."""

    @pytest.fixture(autouse=True)
    def nobody_else(self, site: Site, bucket: None) -> None:
        """The site, without a worker that would analyse the file."""
        site.stop_worker()

    def test_verdict_is_shown_with_the_message(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        execute.acquire(ATTACHMENTS, file)

        change = sent_during(partial(attachments.analyse, file), file, camille, conversation)
        change.join(PATIENCE_SECONDS)

        message = Message.objects.get()
        conversation.refresh_from_db()
        assert status_of(file) == "ready"
        assert message.version == conversation.version > message.seq

    def test_withdrawn_file_is_taken_back_in_its_message(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        announced = api(camille).post("/api/v1/attachments", announcement("a.txt", b"a")).json()
        file = Attachment.objects.get(pk=announced["id"])

        change = sent_during(partial(attachments.withdraw, file), file.pk, camille, conversation)
        change.join(PATIENCE_SECONDS)

        file.refresh_from_db()
        message = Message.objects.get()
        conversation.refresh_from_db()
        assert (file.status, file.reason_code) == ("unreadable", "cancelled")
        assert message.version == conversation.version > message.seq

    def test_change_that_waits_for_the_conversation_holds_no_file(
        self, api: Call, camille: User, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else it would wait for another change of the file, and that one for it."""
        file = send(api(camille), "photo.jpg", samples.photo())
        execute.acquire(ATTACHMENTS, file)
        is_about_to_lock, is_locked_by_us = threading.Event(), threading.Event()

        def lock_after_us(conversation_id: UUID) -> LockedConversation:
            is_about_to_lock.set()
            is_locked_by_us.wait(PATIENCE_SECONDS)
            return lock(conversation_id)

        monkeypatch.setattr(attachment_change, "lock", lock_after_us)
        change = sent_during(partial(attachments.analyse, file), file, camille, conversation)
        assert is_about_to_lock.wait(PATIENCE_SECONDS)
        with transaction.atomic():
            lock(conversation.pk)
            is_locked_by_us.set()
            # With `nowait`, PostgreSQL refuses where the change holds the row.
            free = Attachment.objects.select_for_update(no_key=True, nowait=True)
            assert free.get(pk=file).status == "scanning"
        change.join(PATIENCE_SECONDS)

        assert status_of(file) == "ready"


def sent_during(
    change: Callable[[], object], file: UUID, author: User, conversation: Conversation
) -> threading.Thread:
    """Send a file while a thread changes its state, and waits for it; return the thread."""

    def run() -> None:
        try:
            change()
        finally:
            connection.close()

    with transaction.atomic():
        draft = Draft(body="Voici", attachment_ids=(file,))
        send_message(author=author, conversation_id=conversation.pk, draft=draft)
        thread = threading.Thread(target=run)
        thread.start()
        wait_until(somebody_waits_for_us)
    return thread


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])

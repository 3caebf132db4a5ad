"""Reads are recorded in batches: soon, in full, and without a wait for who reads."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import DatabaseError

from core.audit import reads
from core.audit.reads import Batch
from core.audit.record import Action, Kind, Thing, Who
from core.audit_models import AuditFact

READ = Action.CONVERSATION_READ
SITE = Who(Kind.STRANGER, "somebody")


def note(number: int) -> None:
    reads.note(SITE, READ, Thing("core.chantier", str(number), "Villa"))


def recorded() -> list[str]:
    return list(AuditFact.objects.order_by("id").values_list("object_id", flat=True))


class TestABatch:
    def test_writes_what_waits_in_one_statement(
        self, db: None, django_assert_num_queries: pytest.FixtureRequest
    ) -> None:
        for number in range(50):
            note(number)
        assert not recorded()

        with django_assert_num_queries(1):  # type: ignore[operator]
            reads.flush()

        assert recorded() == [str(number) for number in range(50)]

    def test_keeps_what_the_database_does_not_take(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object, **__: object) -> None:
            raise DatabaseError

        note(1)
        with monkeypatch.context() as broken:
            broken.setattr(AuditFact.objects, "bulk_create", away)
            reads.flush()
        note(2)
        reads.flush()

        assert recorded() == ["1", "2"]

    def test_forgets_the_oldest_when_the_database_is_away_for_long(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object, **__: object) -> None:
            raise DatabaseError

        monkeypatch.setattr(reads, "MAX_WAITING", 3)
        with monkeypatch.context() as broken:
            broken.setattr(AuditFact.objects, "bulk_create", away)
            for number in range(5):
                note(number)
            reads.flush()
        reads.flush()

        assert recorded() == ["2", "3", "4"]

    def test_remembers_a_bounded_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reads, "REMEMBERED", 10)
        batch = Batch()

        assert all(batch.is_new((str(number),)) for number in range(100))

        assert len(batch.seen) == 10
        assert not batch.is_new(("99",))
        assert batch.is_new(("0",))


@pytest.fixture
def thread(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Batch]:
    """A batch whose thread runs, as in a web process."""
    monkeypatch.undo()
    batch = Batch()
    monkeypatch.setattr(reads, "_batch", batch)
    yield batch
    batch.has_some.set()


def within(seconds: float, count: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if AuditFact.objects.count() >= count:
            return True
        time.sleep(0.05)
    return False


class TestTheThread:
    def test_writes_within_a_second_or_two(self, thread: Batch) -> None:
        note(1)

        assert within(5, 1)

    def test_writes_at_once_when_there_are_many(
        self, thread: Batch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reads, "FLUSH_SECONDS", 60.0)

        for number in range(reads.FLUSH_ROWS):
            note(number)

        assert within(10, reads.FLUSH_ROWS)

    def test_loses_none_of_many_threads(self, thread: Batch) -> None:
        def work(start: int) -> None:
            for number in range(start, start + 200):
                note(number)

        workers = [threading.Thread(target=work, args=(200 * each,)) for each in range(5)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert within(10, 1_000)
        assert AuditFact.objects.count() == len({*recorded()}) == 1_000

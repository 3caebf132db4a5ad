"""The records of attempts: rates, percentiles, failures by cause, and their removal."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from core.models import User
from core.realtime.publish import company_channel
from core.valkey import key, valkey
from tests.cast import Call
from tests.waiting import until
from workers.dashboard import statistics
from workers.dashboard.time_ranges import PERIODS
from workers.models import DeadLetter, QueueSample, TaskHour, TaskRun, WorkerProcess
from workers.records import recorder, retention
from workers.records.histogram import bucket_of, percentile

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/staff/tasks"
DAY = timedelta(days=1)


def attempt(
    *, ago: timedelta = timedelta(minutes=1), seconds: float = 0.02, outcome: str = "succeeded",
    error: Exception | None = None, waited: float = 0.01, name: str = "fan_out_message",
) -> recorder.Run:  # fmt: skip
    """An attempt that ended that long ago."""
    ended_at = time.time() - ago.total_seconds()
    return recorder.Run(
        name=name, queue="realtime", subject=str(uuid4()), outcome=outcome, error=error,
        ordered_at=ended_at - seconds - waited, started_at=ended_at - seconds, ended_at=ended_at,
    )  # fmt: skip


class TestNews:
    def test_last_of_many_changes_is_told_too(self) -> None:
        with valkey().pubsub() as screen:  # type: ignore[no-untyped-call]
            screen.subscribe(company_channel())
            screen.get_message(timeout=5)
            valkey().delete(key("tasks-told"))
            assert recorder.tell_screens()
            writer = recorder.Recorder()
            writer.finished.append(attempt())

            writer.flush()

            assert news_on(screen) == 1
            assert writer.has_news
            until(lambda: told_later(writer, screen), "the last is never told")

    def test_what_a_person_does_is_told_at_once(self) -> None:
        with valkey().pubsub() as screen:  # type: ignore[no-untyped-call]
            screen.subscribe(company_channel())
            screen.get_message(timeout=5)

            assert [recorder.tell_screens(at_once=True) for _ in range(3)] == [True] * 3

            assert news_on(screen) == 3


def told_later(writer: recorder.Recorder, screen: Any) -> int:
    writer.write_once()
    return news_on(screen)


def news_on(screen: Any) -> int:
    """Read all that has arrived. Return how many of it say that tasks changed."""
    arrived = list(iter(lambda: screen.get_message(timeout=0.2), None))
    return sum(b"task.updated" in message["data"] for message in arrived)


class TestPercentiles:
    def test_percentiles_of_a_day_are_those_of_its_attempts(self) -> None:
        recorder.write([attempt(seconds=n / 100) for n in range(1, 101)])

        [latency], [of_queue] = statistics.latencies(PERIODS["24h"])

        assert latency.count == 100
        assert latency.run == pytest.approx([0.505, 0.9505, 0.9901], abs=1e-3)
        assert (of_queue.name, of_queue.run) == ("", latency.run)

    def test_percentiles_beyond_a_day_are_those_of_the_buckets(self) -> None:
        recorder.write([attempt(seconds=0.02) for _ in range(99)] + [attempt(seconds=4)])
        TaskRun.objects.all().delete()

        [latency], [of_queue] = statistics.latencies(PERIODS["7d"])

        p50, _p95, p99 = latency.run
        assert p50 is not None
        assert p99 is not None
        assert 0.01 < p50 <= 0.025
        assert p99 <= 0.025
        assert (of_queue.count, of_queue.run) == (100, latency.run)

    def test_attempts_without_work_are_not_counted(self) -> None:
        recorder.write([attempt(), attempt(outcome="nothing", seconds=9)])

        [latency], [of_queue] = statistics.latencies(PERIODS["24h"])

        assert latency.count == of_queue.count == 1

    def test_percentile_of_no_duration_is_none(self) -> None:
        assert percentile([0] * 15, 0.99) is None

    def test_percentiles_grow_with_the_share(self) -> None:
        counts = [0] * 15
        for seconds in (0.003, 0.04, 0.04, 0.3, 2, 400):
            counts[bucket_of(seconds)] += 1

        found = [percentile(counts, share) for share in (0.1, 0.5, 0.9, 1.0)]

        assert found == sorted(found)  # type: ignore[type-var]


class TestPlot:
    def test_plot_counts_attempts_and_depth_by_step(self, api: Call, odile: User) -> None:
        recorder.write([attempt(), attempt(outcome="failed"), attempt(outcome="lost")])
        QueueSample.objects.create(queue="realtime", waiting=7, oldest_seconds=3)

        series = api(odile).get(f"{TASKS}/series", {"period": "1h"}).json()

        assert (sum(series["succeeded"]), sum(series["failed"])) == (1, 2)
        assert max(series["depths"]["realtime"]) == 7
        assert len(series["at"]) == len(series["failed"]) == 60

    def test_plot_marks_where_another_version_began(self, api: Call, odile: User) -> None:
        for ago, version in ((50, "aaa"), (40, "aaa"), (10, "bbb")):
            started_at = timezone.now() - timedelta(minutes=ago)
            WorkerProcess.objects.create(
                host="h", pid=1, queues=[], concurrency=1, version=version, started_at=started_at
            )

        marks = api(odile).get(f"{TASKS}/series", {"period": "1h"}).json()["marks"]

        assert [mark["version"] for mark in marks] == ["aaa", "bbb"]


class TestFailures:
    def test_failures_are_grouped_by_cause(self, api: Call, odile: User) -> None:
        recorder.write(
            [
                *[attempt(outcome="failed", error=ValueError("a")) for _ in range(3)],
                attempt(outcome="dead", error=KeyError("b")),
                attempt(),
            ]
        )

        groups = api(odile).get(f"{TASKS}/failures").json()

        found = {group["error_class"]: group["count"] for group in groups}
        assert found == {"ValueError": 3, "KeyError": 1}
        assert all(sum(group["spark"]) == group["count"] for group in groups)
        opened = api(odile).get(f"{TASKS}/{groups[0]['example']}")
        assert opened.status_code == 200

    def test_failures_that_are_removed_between_two_queries_are_left_out(
        self, api: Call, odile: User
    ) -> None:
        recorder.write([attempt(outcome="failed", error=ValueError("a"))])

        def forget_after(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            answer = execute(sql, params, many, context)
            if "GROUP BY" in sql:
                TaskRun.objects.all().delete()
            return answer

        with connection.execute_wrapper(forget_after):
            assert api(odile).get(f"{TASKS}/failures").json() == []


class TestRetention:
    def test_attempts_of_a_month_ago_are_removed_and_their_hours_stay(self) -> None:
        recorder.write([attempt(ago=31 * DAY), attempt(ago=29 * DAY)])

        retention.clean()

        assert TaskRun.objects.count() == 1
        assert TaskHour.objects.count() == 2

    def test_hours_of_a_year_ago_are_removed(self) -> None:
        recorder.write([attempt(ago=366 * DAY), attempt(ago=364 * DAY)])

        retention.clean()

        assert TaskHour.objects.count() == 1

    def test_settled_dead_letters_are_removed_and_open_ones_stay(self) -> None:
        long_ago = timezone.now() - 91 * DAY
        for subject, settled_at in (("settled", long_ago), ("open", None)):
            DeadLetter.objects.create(
                job="fan_out_message", subject=subject, attempts=8, reason="",
                died_at=long_ago, settled_at=settled_at,
            )  # fmt: skip

        retention.clean()

        assert DeadLetter.objects.get().subject == "open"

"""What is around a task: its result, the jobs that it ordered, and what people did to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.models import User
from messaging.models import Message
from notifications.models import Delivery
from tests.cast import Call, Say, in_another_conversation
from workers.engine import execute
from workers.engine.batches import perform
from workers.models import QueueSample, TaskRun
from workers.records import recorder
from workers.registry import MESSAGES, PERIODIC, PERIODIC_TASKS

TASKS = "/api/v1/staff/tasks"


@pytest.fixture
def counted(say: Say, camille: User) -> Message:
    message = say(camille, "Le carreau est fendu")
    perform(MESSAGES, message.pk)
    recorder.flush()
    return message


class TestFamily:
    def test_message_shows_the_deliveries_that_it_ordered(
        self, api: Call, odile: User, counted: Message
    ) -> None:
        ordered = Delivery.objects.filter(message=counted, status="pending")
        delivery = ordered.first()
        assert delivery is not None

        found = api(odile).get(f"{TASKS}/fan_out_message:{counted.pk}").json()

        assert f"deliver:{delivery.pk}" in {each["id"] for each in found["family"]["children"]}
        assert found["family"]["children_count"] == ordered.count()
        # Nobody has a device, so the pushes were no jobs.
        assert ordered.count() * 2 == Delivery.objects.filter(message=counted).count()
        assert found["result"] == "Compté et annoncé"

    def test_delivery_shows_the_message_that_ordered_it(
        self, api: Call, odile: User, counted: Message
    ) -> None:
        delivery = Delivery.objects.filter(message=counted, status="pending").first()
        assert delivery is not None

        found = api(odile).get(f"{TASKS}/deliver:{delivery.pk}").json()

        [parent] = found["family"]["parents"]
        assert parent["id"] == f"fan_out_message:{counted.pk}"
        assert parent["state"] == "succeeded"

    def test_delivery_that_was_not_sent_says_why(
        self, api: Call, odile: User, counted: Message
    ) -> None:
        delivery = Delivery.objects.filter(message=counted).first()
        assert delivery is not None
        run = recorder.Run(name="deliver", queue="notifications", subject=str(delivery.pk))
        run.ended_at = run.started_at
        recorder.write([run])
        Delivery.objects.update(status=Delivery.Status.SKIPPED, reason="read", due_at=None)

        found = api(odile).get(f"{TASKS}/deliver:{delivery.pk}").json()

        assert found["result"] == "Pas envoyé\u00a0: déjà lu"


class TestPeriodicWork:
    def test_periodic_work_shows_its_runs(self, api: Call, odile: User) -> None:
        PERIODIC_TASKS.ensure_rows()
        execute.requeue(PERIODIC, ["audit_counters"])
        run = recorder.begin(recorder.Run(name="run_periodic", queue="maintenance"))
        execute.execute(PERIODIC, "audit_counters")
        recorder.end(run)
        recorder.flush()

        found = api(odile).get(f"{TASKS}/run_periodic:audit_counters").json()

        assert found["state"] == "scheduled"
        assert [each["outcome"] for each in found["attempts"]] == ["succeeded"]
        assert found["result"] == "Compteurs faux\u00a0: 0, sur 0 conversations"

    def test_each_run_has_a_result_of_its_own(self, api: Call, odile: User, camille: User) -> None:
        PERIODIC_TASKS.ensure_rows()
        for _ in range(2):
            execute.requeue(PERIODIC, ["audit_counters"])
            run = recorder.begin(recorder.Run(name="run_periodic", queue="maintenance"))
            run.subject = "audit_counters"
            execute.execute(PERIODIC, "audit_counters")
            recorder.end(run)
            in_another_conversation(camille)
        recorder.flush()

        found = api(odile).get(f"{TASKS}/run_periodic:audit_counters").json()

        results = [each["result"] for each in found["attempts"]]
        assert results == [
            "Compteurs faux\u00a0: 0, sur 1 conversations",
            "Compteurs faux\u00a0: 0, sur 0 conversations",
        ]
        listed = (
            api(odile).get(TASKS, {"state": "succeeded", "name": "run_periodic"}).json()["results"]
        )
        assert [each["result"] for each in listed] == results


class TestActions:
    def test_task_shows_who_tried_it_again(
        self, api: Call, marc: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        other = say(camille, "Encore")
        for each in (message, other):
            api(marc).post(f"{TASKS}/fan_out_message:{each.pk}/retry")

        found = api(marc).get(f"{TASKS}/fan_out_message:{message.pk}").json()

        [action] = found["actions"]
        assert (action["actor"]["name"], action["verb"]) == ("Marc Vidal", "retry")

    def test_log_says_on_what_people_acted(
        self, api: Call, marc: User, camille: User, say: Say
    ) -> None:
        PERIODIC_TASKS.ensure_rows()
        message = say(camille, "Bonjour")
        filters = {"state": "waiting", "queue": "realtime"}
        for path, body in (
            (f"/fan_out_message:{message.pk}/retry", None),
            ("/queues/attachments/pause", None),
            ("/schedules/watch/disable", None),
            ("/retry", {"filters": filters}),
            ("/retry", {"ids": [f"fan_out_message:{message.pk}"] * 3}),
            ("/retry", {"ids": ["fan_out_message:nonsense", f"fan_out_message:{message.pk}"]}),
        ):
            assert api(marc).post(TASKS + path, body).status_code == 200, path

        log: list[Any] = api(marc).get(f"{TASKS}/actions").json()
        words = [each["target_words"] for each in log]

        unknown, several, filtered, schedule, queue, task = words
        assert task.startswith("Message de Camille Morel")
        assert queue == "File «\u00a0Fichiers\u00a0»"
        assert schedule == "Alertes"
        assert filtered == "Toutes celles du filtre\u00a0: État En attente, File Messages"
        assert several.startswith("Message de Camille Morel")
        assert several.endswith(", et 2 de plus")
        assert unknown == "Messages comptés et annoncés, et 1 de plus"


class TestLatency:
    @pytest.mark.parametrize("period", ["24h", "30d"])
    def test_summary_shows_wait_and_run_of_each_queue(
        self, api: Call, odile: User, counted: Message, period: str
    ) -> None:
        summary = api(odile).get(f"{TASKS}/summary", {"period": period}).json()

        [queue] = summary["queue_latencies"]
        assert (queue["title"], queue["name"], queue["count"]) == ("Messages", "", 1)
        assert {name: value for name, value in queue["run"].items() if value is None} == {}
        assert [each["name"] for each in summary["latencies"]] == ["fan_out_message"]


class TestSeries:
    @pytest.mark.parametrize(("period", "days"), [("7d", 5), ("30d", 25)])
    def test_plots_of_past_days_outlive_the_attempts(
        self, api: Call, odile: User, period: str, days: int
    ) -> None:
        at = timezone.now() - timedelta(days=days)
        runs = []
        for outcome in ("succeeded", "succeeded", "failed"):
            run = recorder.Run(name="fan_out_message", queue="realtime", outcome=outcome)
            run.started_at = run.ended_at = at.timestamp()
            runs.append(run)
        recorder.write(runs)
        TaskRun.objects.all().delete()
        for queue, waiting in (("webhooks", 1), ("realtime", 4), ("attachments", 2)):
            QueueSample.objects.create(at=at, queue=queue, waiting=waiting, oldest_seconds=1)

        plot = api(odile).get(f"{TASKS}/series", {"period": period}).json()

        assert (sum(plot["succeeded"]), sum(plot["failed"])) == (2, 1)
        where = plot["succeeded"].index(2)
        assert plot["failed"][where] == 1
        assert plot["depths"]["realtime"][where] == 4
        assert list(plot["depths"]) == ["realtime", "attachments", "webhooks"]
        assert plot["at"][where] <= at.isoformat().replace("+00:00", "Z") < plot["at"][where + 1]

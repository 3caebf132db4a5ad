"""The REST API of the dashboard: who reads, who acts, and what they find."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from messaging.models import Message
from tests.attachments import samples
from tests.attachments.senders import analysed, send
from tests.cast import Call, Say
from workers.engine import execute
from workers.engine.batches import perform
from workers.models import DeadLetter, TaskAction, TaskRun, WorkerProcess
from workers.records import recorder
from workers.registry import ATTACHMENTS, MESSAGES, PERIODIC

LEASE = timedelta(seconds=30)
TASKS = "/api/v1/staff/tasks"
READS = ["", "/summary", "/queues", "/workers", "/failures", "/schedules", "/series", "/actions"]


@pytest.fixture
def dead(say: Say, camille: User) -> Message:
    """A message of Camille's whose fan-out has failed for the last time."""
    message = say(camille, "Le carreau est fendu")
    lease = execute.acquire(MESSAGES, message.pk)
    assert lease is not None
    last = replace(lease, attempts=MESSAGES.max_attempts)
    execute.release(MESSAGES, last, RuntimeError("no paper left"))
    return message


class TestReading:
    @pytest.mark.parametrize("path", READS)
    def test_clients_read_nothing_of_the_dashboard(
        self, api: Call, odile: User, camille: User, dead: Message, path: str
    ) -> None:
        assert api(odile).get(TASKS + path).status_code == 200
        assert api(camille).get(TASKS + path).status_code == 403

    def test_dead_letter_is_shown_in_words(self, api: Call, odile: User, dead: Message) -> None:
        [task] = api(odile).get(TASKS, {"state": "dead"}).json()["results"]

        assert task["id"] == f"fan_out_message:{dead.pk}"
        assert "Camille Morel" in task["words"]
        assert "Villa Lumière" in task["words"]
        assert task["link"].endswith(f"#m-{dead.pk}")
        assert task["error_text"] == "RuntimeError: no paper left"

    def test_waiting_job_is_shown_with_its_age(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")

        [task] = api(odile).get(TASKS, {"state": "waiting"}).json()["results"]
        queues = {row["queue"]: row for row in api(odile).get(f"{TASKS}/queues").json()}

        assert task["subject"] == str(message.pk)
        assert queues["realtime"]["waiting"] == 1
        assert queues["realtime"]["oldest_seconds"] > 0

    def test_attempt_is_found_by_its_own_id_and_by_its_job(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        perform(MESSAGES, message.pk)
        recorder.flush()
        run = TaskRun.objects.get(subject=str(message.pk))

        for task_id in (str(run.pk), f"fan_out_message:{message.pk}"):
            found = api(odile).get(f"{TASKS}/{task_id}").json()
            assert [attempt["id"] for attempt in found["attempts"]] == [str(run.pk)]

    def test_job_that_is_acquired_between_two_queries_is_shown_in_one_state(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")

        def acquire_after(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            answer = run(sql, params, many, context)
            if 'FROM "messaging_message"' in sql and "last_error" in sql:
                Message.objects.filter(pk=message.pk).update(leased_until=timezone.now() + LEASE)
            return answer

        with connection.execute_wrapper(acquire_after):
            answer = api(odile).get(f"{TASKS}/fan_out_message:{message.pk}")

        assert answer.json()["state"] == "waiting"
        assert api(odile).get(f"{TASKS}/fan_out_message:{message.pk}").json()["state"] == "running"

    def test_unknown_task_is_not_found(self, api: Call, odile: User) -> None:
        for task_id in ("nonsense", "fan_out_message:nonsense", "beat:1", "%00"):
            assert api(odile).get(f"{TASKS}/{task_id}").status_code == 404

    def test_pages_of_attempts_have_no_gap(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        for number in range(5):
            perform(MESSAGES, say(camille, str(number)).pk)
        recorder.flush()

        first = api(odile).get(TASKS, {"limit": 3}).json()
        second = api(odile).get(TASKS, {"limit": 3, "cursor": first["next"]}).json()

        seen = [task["id"] for task in (*first["results"], *second["results"])]
        assert len(set(seen)) == len(seen) == 5
        assert second["next"] is None

    def test_invented_cursor_is_refused(self, api: Call, odile: User) -> None:
        assert api(odile).get(TASKS, {"cursor": "zzz"}).status_code == 400


class TestWhileTheBrokerIsFrozen:
    def test_every_table_and_a_retry_work_without_the_broker(
        self, api: Call, marc: User, dead: Message, frozen_valkey: None
    ) -> None:
        answers = {path: api(marc).get(TASKS + path).status_code for path in READS}
        retried = api(marc).post(f"{TASKS}/fan_out_message:{dead.pk}/retry")

        assert set(answers.values()) == {200}, answers
        assert retried.status_code == 200


class TestRetrying:
    def test_retried_dead_letter_is_due_from_its_first_attempt(
        self, api: Call, marc: User, dead: Message
    ) -> None:
        answer = api(marc).post(f"{TASKS}/fan_out_message:{dead.pk}/retry")

        assert answer.json() == {"count": 1}
        dead.refresh_from_db()
        assert dead.attempts == 0
        assert dead.due_at is not None
        assert api(marc).get(TASKS, {"state": "dead"}).json()["results"] == []

    def test_retry_is_logged_with_its_actor(self, api: Call, marc: User, dead: Message) -> None:
        api(marc).post(f"{TASKS}/fan_out_message:{dead.pk}/retry")

        action = TaskAction.objects.get()
        assert (action.actor, action.verb, action.count) == (marc, "retry", 1)

    def test_retry_by_filters_takes_the_jobs_that_match(
        self, api: Call, marc: User, dead: Message
    ) -> None:
        answer = api(marc).post(f"{TASKS}/retry", {"filters": {"state": "dead", "q": "paper"}})

        assert answer.json() == {"count": 1}

    def test_retry_of_a_done_job_is_refused(
        self, api: Call, marc: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        execute.execute(MESSAGES, message.pk)

        answer = api(marc).post(f"{TASKS}/fan_out_message:{message.pk}/retry")

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "nothing_to_retry"

    def test_staff_who_are_no_managers_cannot_act(
        self, api: Call, odile: User, dead: Message
    ) -> None:
        for path in (f"{TASKS}/fan_out_message:{dead.pk}/retry", f"{TASKS}/queues/realtime/pause"):
            assert api(odile).post(path).status_code == 403
        assert not TaskAction.objects.exists()


class TestRetryingAFile:
    def test_retried_file_is_analysed_and_ready(self, api: Call, camille: User, marc: User) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        lease = execute.acquire(ATTACHMENTS, file)
        assert lease is not None
        last = replace(lease, attempts=ATTACHMENTS.max_attempts)
        execute.release(ATTACHMENTS, last, RuntimeError("no paper left"))
        [dead] = api(marc).get(TASKS, {"state": "dead"}).json()["results"]
        assert "photo.jpg" in dead["words"]

        assert api(marc).post(f"{TASKS}/{dead['id']}/retry").json() == {"count": 1}

        assert analysed(file).status == "ready"
        assert api(marc).get(TASKS, {"state": "dead"}).json()["results"] == []


class TestCounting:
    def test_counting_touches_no_job(self, api: Call, marc: User, dead: Message) -> None:
        asked = {"filters": {"state": "dead"}, "count_only": True}

        assert api(marc).post(f"{TASKS}/retry", asked).json() == {"count": 1}

        assert DeadLetter.objects.exists()
        assert not TaskAction.objects.exists()


class TestSearching:
    @pytest.mark.parametrize("state", ["", "waiting"])
    def test_search_by_a_conversation_finds_what_belongs_to_it(
        self, api: Call, odile: User, camille: User, say: Say, state: str
    ) -> None:
        message = say(camille, "Bonjour")
        if not state:
            perform(MESSAGES, message.pk)
            recorder.flush()
        filters = {"state": state} if state else {}

        def found(text: object) -> list[str]:
            page = api(odile).get(TASKS, {**filters, "q": str(text)}).json()
            return [task["subject"] for task in page["results"]]

        assert found(message.conversation_id) == found(message.pk) == [str(message.pk)]
        assert found(uuid4()) == []


class TestSchedules:
    def test_schedule_is_run_disabled_and_enabled(self, api: Call, marc: User) -> None:
        def schedule() -> Any:
            rows = api(marc).get(f"{TASKS}/schedules").json()
            return next(row for row in rows if row["name"] == "audit_counters")

        path = f"{TASKS}/schedules/audit_counters"
        assert api(marc).post(f"{path}/disable").status_code == 200
        assert schedule()["state"] == "disabled"
        assert api(marc).post(f"{path}/enable").status_code == 200
        assert schedule()["state"] == "ok"
        assert api(marc).post(f"{path}/run").status_code == 200
        assert schedule()["due_at"] <= timezone.now().isoformat().replace("+00:00", "Z")
        assert execute.execute(PERIODIC, "audit_counters") == "succeeded"
        assert schedule()["last_result"] == "0 / 0"
        assert schedule()["result_words"] == "Compteurs faux\u00a0: 0, sur 0 conversations"

    def test_unknown_schedule_is_not_found(self, api: Call, marc: User) -> None:
        assert api(marc).post(f"{TASKS}/schedules/nonsense/run").status_code == 404


class TestDiscarding:
    def test_discarding_takes_a_reason(self, api: Call, marc: User, dead: Message) -> None:
        chosen = {"ids": [f"fan_out_message:{dead.pk}"]}
        assert api(marc).post(f"{TASKS}/discard", chosen).status_code == 400

        api(marc).post(f"{TASKS}/discard", {**chosen, "reason": "duplicate"})

        assert TaskAction.objects.get().reason == "duplicate"
        assert DeadLetter.objects.get().settled_at is not None


class TestNotes:
    def test_note_and_owner_are_shown(
        self, api: Call, marc: User, odile: User, dead: Message
    ) -> None:
        path = f"{TASKS}/fan_out_message:{dead.pk}"

        found = api(marc).patch(path, {"note": "Seen", "owner": str(odile.pk)}).json()

        assert (found["note"], found["owner"]["name"]) == ("Seen", "Odile Perrin")


class TestQueues:
    def test_queue_is_paused_and_resumed(self, api: Call, marc: User) -> None:
        api(marc).post(f"{TASKS}/queues/attachments/pause")
        queues = {row["queue"]: row for row in api(marc).get(f"{TASKS}/queues").json()}
        assert queues["attachments"]["paused_by"]["name"] == "Marc Vidal"

        api(marc).post(f"{TASKS}/queues/attachments/resume")
        queues = {row["queue"]: row for row in api(marc).get(f"{TASKS}/queues").json()}
        assert queues["attachments"]["paused_by"] is None

    def test_queue_is_emptied_only_if_its_name_is_confirmed(self, api: Call, marc: User) -> None:
        path = f"{TASKS}/queues/maintenance/purge"

        assert api(marc).post(path).status_code == 409
        assert api(marc).post(path, {"confirm": "maintenance"}).status_code == 200


class TestWorkers:
    def test_lost_workers_come_first_and_stopped_ones_last(self, api: Call, odile: User) -> None:
        now = timezone.now()
        for pid, seen_at, stopped_at in (
            (1, now, now),
            (2, now, None),
            (3, now - timedelta(minutes=1), None),
        ):
            WorkerProcess.objects.create(
                host="chantier", pid=pid, queues=[], concurrency=1, seen_at=seen_at,
                stopped_at=stopped_at,
            )  # fmt: skip

        rows = api(odile).get(f"{TASKS}/workers").json()

        states = [(row["pid"], row["state"]) for row in rows]
        assert states == [(3, "lost"), (2, "alive"), (1, "stopped")]


class TestMetrics:
    def test_requests_are_counted_by_route_and_never_by_address(
        self, api: Call, client: Client, odile: User, dead: Message
    ) -> None:
        api(odile).get(f"{TASKS}/fan_out_message:{dead.pk}")
        client.get("/nowhere/at/all")

        text = client.get("/metrics").content.decode()

        route = 'method="GET",route="api/v1/staff/tasks/<str:task_id>"'
        assert f'liaison_http_requests_total{{{route},status="200"}}' in text
        assert f"liaison_http_request_seconds_count{{{route}}}" in text
        assert str(dead.pk) not in text
        assert "nowhere" not in text

    def test_metrics_are_read_by_this_machine_or_with_a_token(
        self, client: Client, settings: Settings, dead: Message
    ) -> None:
        text = client.get("/metrics").content.decode()
        assert "liaison_tasks_dead 1.0" in text

        assert client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403
        settings.METRICS_TOKEN = "s3cret"
        assert client.get("/metrics").status_code == 403
        headers = {"Authorization": "Bearer s3cret"}
        assert client.get("/metrics", headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("given", "status"),
        [("Bearer new", 200), ("Bearer old", 200), ("Bearer other", 403), ("Bearer ", 403),
         ("new", 403)],
    )  # fmt: skip
    def test_former_token_of_metrics_is_taken_while_prometheus_changes(
        self, client: Client, settings: Settings, dead: Message, given: str, status: int
    ) -> None:
        settings.METRICS_TOKEN, settings.METRICS_TOKEN_FALLBACKS = "new", ["old"]

        assert client.get("/metrics", headers={"Authorization": given}).status_code == status

    def test_words_of_metrics_are_english_for_every_reader(
        self, client: Client, odile: User
    ) -> None:
        french = client.get("/metrics", headers={"Accept-Language": "fr"}).content.decode()

        helps = re.findall(r"^# HELP (.*)", french, re.MULTILINE)
        assert "liaison_messages_day Messages of the last 24 h" in helps
        assert [line for line in helps if not line.isascii()] == []

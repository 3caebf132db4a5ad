"""What the list shows: the words of its rows are found, and housekeeping is folded away."""

from typing import Any
from uuid import uuid4

import pytest

from core.models import User
from messaging.models import Message
from tests.cast import Call, Say
from workers.dashboard import task_search, task_words
from workers.dashboard.task_words import folded
from workers.engine.batches import perform
from workers.models import DeadLetter, TaskRun
from workers.records import recorder
from workers.registry import MESSAGES, PERIODIC_TASKS

TASKS = "/api/v1/staff/tasks"


@pytest.fixture
def counted(say: Say, camille: User) -> Message:
    """A message of Camille's that is counted, with the record of it."""
    message = say(camille, "Le carreau est fendu")
    perform(MESSAGES, message.pk)
    recorder.flush()
    return message


def attempt(name: str, *, outcome: str = "succeeded", subject: str = "", at: float = 0) -> None:
    run = recorder.Run(name=name, queue="maintenance", subject=subject, outcome=outcome)
    run.started_at += at
    run.ended_at = run.started_at
    if outcome == "failed":
        run.error_text = "RuntimeError: no paper left"
    recorder.write([run])


def subjects(answer: Any) -> list[str]:
    return [task["subject"] for task in answer.json()["results"]]


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "Camille",
            "morel LUMIERE",
            "Message de Camille",
            "comptés et annoncés",
            "réussie messages",
        ],
        ids=["name", "case-accents", "signs", "title", "state-queue"],
    )
    def test_search_finds_the_words_on_the_screen(
        self, api: Call, odile: User, counted: Message, text: str
    ) -> None:
        attempt("run_periodic", subject="watch")

        assert subjects(api(odile).get(TASKS, {"q": text})) == [str(counted.pk)]

    def test_search_needs_every_word(self, api: Call, odile: User, counted: Message) -> None:
        assert subjects(api(odile).get(TASKS, {"q": "Camille Yanis"})) == []

    def test_search_finds_the_words_of_waiting_jobs(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")

        for text, found in (("morel attente", [str(message.pk)]), ("yanis", [])):
            assert subjects(api(odile).get(TASKS, {"state": "waiting", "q": text})) == found

    def test_periodic_work_is_found_by_its_words(self, api: Call, odile: User) -> None:
        attempt("run_periodic", subject="clean_records")
        attempt("run_periodic", subject="watch")

        found = subjects(api(odile).get(TASKS, {"q": "nettoyage de l'historique"}))

        assert found == ["clean_records"]

    def test_retry_of_all_that_a_search_finds_leaves_the_others(
        self, api: Call, marc: User, camille: User, say: Say
    ) -> None:
        messages = [say(camille, text) for text in ("un", "deux")]
        for message, reason in zip(messages, ("no paper left", "no ink"), strict=True):
            Message.objects.filter(pk=message.pk).update(due_at=None, attempts=8)
            DeadLetter.objects.create(
                job="fan_out_message", subject=str(message.pk), attempts=8, reason=reason
            )
            attempt("fan_out_message", outcome="failed", subject=str(message.pk))
            TaskRun.objects.filter(subject=str(message.pk)).update(error_text=reason)

        answer = api(marc).post(f"{TASKS}/retry", {"filters": {"q": "camille paper"}})

        assert answer.json() == {"count": 1}
        assert DeadLetter.objects.get().reason == "no ink"

    def test_search_that_takes_long_is_continued_without_gap(
        self, api: Call, odile: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(task_words, "AT_A_TIME", 1)
        monkeypatch.setattr(task_search, "SEARCH_SECONDS", 0)
        for number in range(4):
            attempt("run_periodic", subject="watch" if number % 2 else "keep_owned", at=number)

        found, cursors, asked = [], 0, {"q": "alertes"}
        while True:
            page = api(odile).get(TASKS, asked).json()
            found += [task["subject"] for task in page["results"]]
            if page["next"] is None:
                break
            assert page["searched_until"] is not None
            cursors += 1
            asked = {"q": "alertes", "cursor": page["next"]}

        assert found == ["watch", "watch"]
        assert cursors == 4

    def test_words_are_compared_without_case_and_accents(self) -> None:
        assert folded("L’Été\u00a0: ŒUVRE") == "l'ete : œuvre"


class TestHousekeeping:
    @pytest.fixture(autouse=True)
    def quiet_hour(self, counted: Message) -> None:
        """One message among signs of life, periodic work and a wake-up without work."""
        for _ in range(3):
            attempt("beat")
            attempt("run_periodic", subject="watch")
        attempt("deliver", outcome="nothing", subject=str(uuid4()))

    def test_housekeeping_is_folded_and_counted(
        self, api: Call, odile: User, counted: Message
    ) -> None:
        page = api(odile).get(TASKS, {"without_housekeeping": "true"})

        assert subjects(page) == [str(counted.pk)]
        assert page.json()["folded"] == 7
        assert len(subjects(api(odile).get(TASKS))) == 8

    def test_periodic_work_that_failed_is_shown(self, api: Call, odile: User) -> None:
        attempt("run_periodic", outcome="failed", subject="audit_counters")

        assert "audit_counters" in subjects(api(odile).get(TASKS, {"without_housekeeping": "true"}))

    @pytest.mark.parametrize(
        "named",
        [{"name": "run_periodic"}, {"subject": "watch"}, {"state": "nothing"}],
        ids=["name", "subject", "state"],
    )
    def test_housekeeping_that_is_asked_for_is_shown(
        self, api: Call, odile: User, named: dict[str, str]
    ) -> None:
        page = api(odile).get(TASKS, {**named, "without_housekeeping": "true"})

        assert len(subjects(page)) == (1 if "state" in named else 3)
        assert page.json()["folded"] == 0

    def test_periodic_work_that_waits_for_its_time_is_folded(self, api: Call, odile: User) -> None:
        PERIODIC_TASKS.ensure_rows()
        asked = {"state": "scheduled", "without_housekeeping": "true"}

        page = api(odile).get(TASKS, asked).json()

        assert "run_periodic" not in {task["name"] for task in page["results"]}
        assert page["folded"] == len(PERIODIC_TASKS.by_name)

    def test_cards_count_the_work_for_people(self, api: Call, odile: User) -> None:
        PERIODIC_TASKS.ensure_rows()
        scheduled = api(odile).get(TASKS, {"state": "scheduled", "without_housekeeping": "true"})

        for period in ("24h", "30d"):
            cards = api(odile).get(f"{TASKS}/summary", {"period": period}).json()["cards"]
            assert (cards["succeeded"], cards["housekeeping"]) == (1, 6)
            assert cards["scheduled"] == len(subjects(scheduled))

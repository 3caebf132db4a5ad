"""The exported files: what a spreadsheet and a program read of them, and when they begin."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import User
from tests.cast import Call, Say
from workers.dashboard import task_words
from workers.engine.batches import perform
from workers.models import TaskRun
from workers.records import recorder
from workers.registry import MESSAGES

TASKS = "/api/v1/staff/tasks"
# 15:04:05 in Paris.
AT = datetime(2026, 7, 3, 13, 4, 5, tzinfo=UTC)


def write(*runs: recorder.Run) -> None:
    recorder.write(list(runs))


def run(**values: Any) -> recorder.Run:
    made = recorder.Run(name="fan_out_message", queue="realtime", started_at=AT.timestamp())
    made.ended_at = made.started_at + 1.25
    for name, value in values.items():
        setattr(made, name, value)
    return made


def pieces(answer: Any) -> list[bytes]:
    return list(answer.streaming_content)


def whole(answer: Any) -> str:
    return b"".join(pieces(answer)).decode()


def rows_of_excel(answer: Any) -> list[dict[str, str]]:
    """Read a file as a French Excel does: by its byte order mark and its semicolons."""
    text = whole(answer)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text[1:].splitlines(), delimiter=";"))


class TestCsv:
    def test_french_excel_reads_moments_numbers_and_words(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Le carreau est fendu")
        write(run(subject=str(message.pk), memory_bytes=90_000_000))

        answer = api(odile).get(f"{TASKS}/export")
        [row] = rows_of_excel(answer)

        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert row["Finie"] == "03/07/2026 15:04:06"
        assert row["Durée (s)"] == "1,250"
        assert row["État"] == "Réussie"
        assert row["Tâche"] == "Messages comptés et annoncés"
        assert row["File"] == "Messages"
        assert "Camille Morel" in row["Objet"]
        assert row["Mémoire (octets)"] == "90000000"

    def test_english_reader_gets_commas_and_points(self, api: Call, odile: User) -> None:
        write(run())

        answer = api(odile).get(f"{TASKS}/export", headers={"Accept-Language": "en"})
        [row] = csv.DictReader(whole(answer)[1:].splitlines())

        assert (row["Ended"], row["Duration (s)"]) == ("2026-07-03 15:04:06", "1.250")

    def test_export_holds_no_formula(self, api: Call, odile: User) -> None:
        write(run(name="=1+1"))

        [row] = rows_of_excel(api(odile).get(f"{TASKS}/export"))

        assert row["Nom de la tâche"] == "'=1+1"


class TestJson:
    def test_json_holds_every_attempt_newest_first(
        self, api: Call, odile: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(task_words, "AT_A_TIME", 2)
        write(*(run(attempt=n, ended_at=AT.timestamp() + n) for n in range(5)))

        answer = api(odile).get(f"{TASKS}/export", {"to": "json"})
        found = json.loads(whole(answer))

        assert [each["attempt"] for each in found] == [4, 3, 2, 1, 0]
        assert found[0]["ended_at"] == "2026-07-03T13:04:09Z"
        assert found[0]["title"] == "Messages comptés et annoncés"

    def test_json_of_nothing_is_an_empty_list(self, api: Call, odile: User) -> None:
        answer = api(odile).get(f"{TASKS}/export", {"to": "json"})

        assert json.loads(whole(answer)) == []

    def test_export_is_sent_while_it_is_read(
        self, api: Call, odile: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(task_words, "AT_A_TIME", 2)
        write(*(run(attempt=n) for n in range(6)))
        answer: Any = api(odile).get(f"{TASKS}/export", {"to": "json"})

        sent: Iterator[bytes] = iter(answer.streaming_content)
        with CaptureQueriesContext(connection) as before:
            assert next(sent) == b"["
            assert next(sent).count(b'"id"') == 2

        read = [query for query in before if "workers_taskrun" in query["sql"]]
        assert len(read) == 1

    def test_export_ends_after_so_many_attempts(
        self, api: Call, odile: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workers.dashboard.export.AT_MOST", 3)
        monkeypatch.setattr(task_words, "AT_A_TIME", 2)
        write(*(run(attempt=n) for n in range(6)))

        answer = api(odile).get(f"{TASKS}/export", {"to": "json"})

        assert len(json.loads(whole(answer))) == 3

    def test_export_of_a_search_holds_what_it_finds(
        self, api: Call, odile: User, camille: User, say: Say
    ) -> None:
        message = say(camille, "Le carreau est fendu")
        perform(MESSAGES, message.pk)
        recorder.flush()
        write(run())
        assert TaskRun.objects.count() == 2

        answer = api(odile).get(f"{TASKS}/export", {"to": "json", "q": "camille"})

        assert [each["subject"] for each in json.loads(whole(answer))] == [str(message.pk)]


def test_attempts_of_the_same_moment_are_exported_once(
    api: Call, odile: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_words, "AT_A_TIME", 2)
    at = AT + timedelta(minutes=1)
    write(*(run(attempt=n, ended_at=at.timestamp()) for n in range(5)))

    found = json.loads(whole(api(odile).get(f"{TASKS}/export", {"to": "json"})))

    assert sorted(each["attempt"] for each in found) == [0, 1, 2, 3, 4]

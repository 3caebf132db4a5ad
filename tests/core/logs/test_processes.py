"""Each line of each process is one JSON object, and a repeated error is counted."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.jobs.enqueue import broker
from deploy.launcher.ports import free_port
from tests.commands import ROOT, python, unmeasured
from tests.waiting import until

NOWHERE = "postgres://liaison@127.0.0.1:1/liaison"
POSTS = 30
FIELDS = {"event", "level", "logger", "timestamp", "process", "pid"}


@dataclass
class Program:
    """A process of ours that writes its output and its errors to one file."""

    running: subprocess.Popen[bytes]
    log: Path

    def text(self) -> str:
        return self.log.read_text()

    def end(self) -> list[dict[str, Any]]:
        """Stop it as systemd does, and return all its lines."""
        self.running.send_signal(signal.SIGTERM)
        self.running.wait(30)
        return lines_of(self.text())


def lines_of(text: str) -> list[dict[str, Any]]:
    """Parse each line. Fails at one that is no JSON object, or lacks a documented field."""
    lines = []
    for line in text.splitlines():
        try:
            parsed = json.loads(line)
        except json.JSONDecodeError:
            pytest.fail(f"no JSON: {line!r} in:\n{text}")
        assert isinstance(parsed, dict), line
        assert parsed.keys() >= FIELDS, line
        lines.append(parsed)
    return lines


@contextmanager
def program(tmp_path: Path, *arguments: str, **environment: str) -> Iterator[Program]:
    log = tmp_path / "log"
    with log.open("wb") as file:
        running = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=unmeasured({**os.environ, "LOG_FORMAT": "json", **environment}),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Program(running, log)
    finally:
        running.kill()
        running.wait()


@contextmanager
def web(tmp_path: Path, **environment: str) -> Iterator[tuple[Program, httpx.Client]]:
    port = free_port()
    with (
        program(
            tmp_path, "core.server", "--port", str(port), "--drain-seconds", "0", **environment
        ) as started,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as caller,
    ):
        until(lambda: answers(caller))
        yield started, caller


def answers(caller: httpx.Client) -> bool:
    try:
        return caller.get("/livez").is_success
    except httpx.HTTPError:
        return False


def named(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event]


class TestTheWeb:
    def test_web_without_postgresql_writes_one_traceback_and_a_count(self, tmp_path: Path) -> None:
        with web(tmp_path, DATABASE_URL=NOWHERE, LOG_FOLD_SECONDS="60") as (started, caller):
            caller.cookies.set("sessionid", "a" * 32)
            statuses = [
                caller.post("/api/v1/conversations", json={}).status_code for _ in range(POSTS)
            ]
            lines = started.end()

        first, rest = named(lines, "request_failed")
        assert set(statuses) == {503}
        assert first["code"] == rest["code"] == 503
        assert first["exception"][0]["exc_type"] == "OperationalError"
        assert rest["repeated"] == POSTS - 1
        assert rest["error"].startswith("OperationalError: connection failed")
        assert "exception" not in rest
        assert {line["process"] for line in lines} == {"web"}

    def test_web_counts_posts_that_it_refuses(self, tmp_path: Path) -> None:
        with web(tmp_path, LOG_FOLD_SECONDS="60") as (started, caller):
            for _ in range(POSTS):
                caller.post("/api/v1/conversations", headers={"Authorization": "Bearer no"})
            caller.post("/api/v1/me", content=b"{")
            lines = started.end()

        finished = named(lines, "request_finished")
        refused = [line for line in finished if line["request"].endswith("/conversations")]
        assert [line.get("repeated") for line in refused] == [None, POSTS - 1]
        assert len(finished) == 3

    def test_web_counts_again_after_each_time(self, tmp_path: Path) -> None:
        with web(tmp_path, LOG_FOLD_SECONDS="0.5") as (started, caller):
            for _ in range(3):
                caller.post("/api/v1/conversations", headers={"Authorization": "Bearer no"})
            until(lambda: '"repeated": 2' in started.text())

    def test_web_at_error_writes_no_line_of_a_refusal_or_of_its_start(self, tmp_path: Path) -> None:
        with web(tmp_path, LOG_LEVEL="ERROR") as (started, caller):
            caller.post("/api/v1/conversations", headers={"Authorization": "Bearer no"})
            assert started.end() == []

    def test_web_without_a_key_says_what_to_set_in_one_line(self) -> None:
        ran = python("-m", "core.server", "--port", "1", SECRET_KEY="", LOG_FORMAT="json")

        (line,) = lines_of(ran.stdout + ran.stderr)
        assert ran.returncode == 1
        assert "SECRET_KEY" in line["event"]

    def test_unknown_level_is_refused_in_one_line(self) -> None:
        ran = python("-m", "core.server", "--port", "1", LOG_LEVEL="LOUD", LOG_FORMAT="json")

        (line,) = lines_of(ran.stdout + ran.stderr)
        assert "LOG_LEVEL=LOUD: use one of DEBUG" in line["event"]


class TestAWorker:
    def test_failing_task_has_one_traceback_and_a_count(self, tmp_path: Path) -> None:
        for _ in range(5):
            broker().send_task("fail", queue="failing", ignore_result=True)
        with program(
            tmp_path,
            *("celery", "-A", "workers.celery", "worker", "--include", "tests.core.logs.failing"),
            *("-Q", "failing", "--concurrency", "1", "--without-gossip", "--without-mingle"),
            LOG_FOLD_SECONDS="2",
        ) as worker:
            until(lambda: '"repeated": 4' in worker.text())
            lines = worker.end()

        failed = [line for line in lines if "raised unexpected" in line["event"]]
        assert [line.get("repeated") for line in failed] == [None, 4]
        assert failed[0]["exception"][0]["exc_value"] == "broken\nin two lines"
        assert len([line for line in lines if "exception" in line]) == 1
        assert len(named(lines, "printed by a task")) == 5
        assert any("warned by a task" in line["event"] for line in lines)
        assert any("shutdown" in line["event"] for line in lines)
        assert {line["process"] for line in lines} == {"worker"}

    def test_worker_without_postgresql_writes_lines_of_json(self, tmp_path: Path) -> None:
        with program(
            tmp_path,
            *("celery", "-A", "workers.celery", "worker", "--concurrency", "1", "-Q", "failing"),
            DATABASE_URL=NOWHERE,
            LOG_FOLD_SECONDS="60",
        ) as worker:
            until(lambda: "agent_without_database" in worker.text())
            lines = worker.end()

        assert len(named(lines, "agent_without_database")) <= 2

    def test_worker_at_error_starts_without_a_line(self, tmp_path: Path) -> None:
        with program(
            tmp_path,
            *("celery", "-A", "workers.celery", "worker", "--include", "tests.core.logs.failing"),
            *("-Q", "failing", "--concurrency", "1", "--loglevel", "INFO"),
            LOG_LEVEL="ERROR",
        ) as worker:
            broker().send_task("fail", queue="failing", ignore_result=True)
            until(lambda: "raised unexpected" in worker.text())
            lines = worker.end()

        assert {line["level"] for line in lines} == {"error"}

    def test_worker_without_a_key_says_what_to_set_in_one_line(self) -> None:
        ran = python(
            *("-m", "celery", "-A", "workers.celery", "worker"), SECRET_KEY="", LOG_FORMAT="json"
        )

        (line,) = lines_of(ran.stdout + ran.stderr)
        assert ran.returncode == 1
        assert "SECRET_KEY is not set" in line["event"]


class TestBeat:
    def test_beat_writes_lines_of_json(self, tmp_path: Path) -> None:
        with program(
            tmp_path,
            *("celery", "-A", "workers.celery", "beat", "--pidfile="),
            *("--schedule", str(tmp_path / "beat")),
            CELERY_BROKER_URL="redis://127.0.0.1:1/0",
        ) as beat:
            until(lambda: "Starting" in beat.text())
            lines = beat.end()

        assert {line["process"] for line in lines} == {"beat"}


class TestACommand:
    def test_migrate_without_postgresql_writes_lines_of_json(self) -> None:
        ran = python("manage.py", "migrate", LOG_FORMAT="json", DATABASE_URL=NOWHERE)

        lines = lines_of(ran.stdout + ran.stderr)
        assert ran.returncode == 1
        assert named(lines, "program_ended")[0]["process"] == "manage.py migrate"

    def test_check_writes_lines_of_json(self) -> None:
        ran = python("manage.py", "check", LOG_FORMAT="json")

        assert any("no issues" in line["event"] for line in lines_of(ran.stdout + ran.stderr))

    def test_refused_command_says_so_in_a_line_of_json(self) -> None:
        ran = python("manage.py", "rescan", "--never-heard-of", LOG_FORMAT="json")

        assert any("never-heard-of" in line["event"] for line in lines_of(ran.stderr))

    def test_answer_of_a_command_stays_as_it_is(self) -> None:
        ran = python("manage.py", "vapid_keys", LOG_FORMAT="json")

        assert ran.stdout.startswith("VAPID_PRIVATE_KEY=")
        assert ran.stderr == ""

    def test_keys_for_push_are_made_before_there_is_a_secret_key(self) -> None:
        assert python("manage.py", "vapid_keys", SECRET_KEY="").returncode == 0

    def test_command_without_a_secret_key_says_what_to_set(self) -> None:
        ran = python("manage.py", "check", SECRET_KEY="", LOG_FORMAT="")

        assert ran.returncode == 1
        assert ran.stderr.startswith("liaison: SECRET_KEY is not set.")
        assert "Traceback" not in ran.stderr

    def test_command_speaks_to_its_person_by_default(self) -> None:
        ran = python("manage.py", "rescan", "--never-heard-of", LOG_FORMAT="")

        assert ran.stderr.startswith("usage:")

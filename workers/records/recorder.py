"""Write down every attempt in batches, from a thread of each process.

A batch is one COPY of the attempts and one upsert for each hour, queue and task. While PostgreSQL
is away the records wait in memory, MAX_KEPT at most.
"""

import atexit
import os
import resource
import socket
import sys
import threading
import time
import traceback
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from psycopg import Error as PsycopgError
from psycopg.types.json import Jsonb
from redis.exceptions import RedisError

from core.ids import new_id
from core.jobs.outcome import said_by
from core.realtime.publish import Event, company_channel, frame
from core.valkey import key, valkey
from workers.models import SUBJECT_LENGTH, TaskRun
from workers.records.histogram import BUCKETS, bucket_of

FLUSH_SECONDS = 0.5
MAX_KEPT = 20_000
MAX_TRACEBACK = 20_000
MAX_ERROR = 2_000
MAX_RESULT = 200
# ru_maxrss is in kilobytes on Linux, in bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
OURS = str(Path(settings.BASE_DIR))
SECRET_WORDS = ("password", "secret", "token", "authorization", "key")

logger = structlog.get_logger(__name__)
Outcome = TaskRun.Outcome


@dataclass(slots=True)
class Run:
    """An attempt while it runs, then its record. Times are seconds since the epoch."""

    name: str
    queue: str
    task_id: str = ""
    subject: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    attempt: int = 1
    ordered_at: float | None = None
    started_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    outcome: str = Outcome.SUCCEEDED.value
    error: BaseException | None = None
    # Instead of `error`, for an attempt of another process, or that failed without raising.
    error_text: str = ""
    worker: str = ""
    memory_bytes: int = 0
    # What periodic work returned, MAX_RESULT characters at most.
    result: str = ""

    @property
    def wait_seconds(self) -> float:
        return max(0.0, self.started_at - (self.ordered_at or self.started_at))

    @property
    def run_seconds(self) -> float:
        return max(0.0, self.ended_at - self.started_at)


class _Current(threading.local):
    run: Run | None = None


_current = _Current()


def begin(run: Run) -> Run:
    """Make a run the current one of this thread."""
    _current.run = run
    return run


def current() -> Run | None:
    return _current.run


def end(run: Run) -> None:
    """End a run now, and keep it to be written."""
    run.ended_at = time.time()
    run.worker = _recorder.worker
    run.memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    _current.run = None
    _recorder.finished.append(run)


def keep(run: Run) -> None:
    """Keep a run of another process to be written."""
    _recorder.finished.append(run)


def start() -> None:
    """Start the thread that writes the kept runs of this process."""
    _recorder.start()


def flush() -> None:
    """Write the kept runs now."""
    _recorder.flush()


def forget() -> None:
    """Drop the kept runs that are not written."""
    _recorder.finished.clear()


class Recorder:
    """The finished runs of this process, and the thread that writes them."""

    def __init__(self) -> None:
        self.worker = f"{socket.gethostname()}:{os.getpid()}"
        self.finished: deque[Run] = deque(maxlen=MAX_KEPT)
        self.thread: threading.Thread | None = None
        self.writing = threading.Lock()
        self.has_news = False

    def start(self) -> None:
        self.thread = threading.Thread(target=self.write_for_ever, name="runs", daemon=True)
        self.thread.start()

    def write_for_ever(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            self.write_once()

    def write_once(self) -> None:
        if self.finished:
            close_old_connections()
            self.flush()
        elif self.has_news:
            self.has_news = not tell_screens()

    def flush(self) -> None:
        """Write the finished runs; keep them when the database is away."""
        with self.writing:
            runs = [self.finished.popleft() for _ in range(len(self.finished))]
            if not runs:
                return
            try:
                write(runs)
            except (DatabaseError, InterfaceError, PsycopgError) as error:
                logger.warning("runs_not_written", error=str(error), runs=len(runs))
                self.finished.extendleft(reversed(runs))
                return
        self.has_news = not tell_screens()


COLUMNS = (
    "id", "task_id", "name", "queue", "worker", "subject", "arguments", "attempt", "outcome",
    "ordered_at", "started_at", "ended_at", "wait_seconds", "run_seconds", "memory_bytes", "result",
    "error_class", "error_place", "error_text", "traceback",
)  # fmt: skip
COPY = f"COPY workers_taskrun ({', '.join(COLUMNS)}) FROM STDIN"

# Elementwise, so that several processes may add to the same hour in any order.
ADD_TO_HOUR = """
INSERT INTO workers_taskhour AS kept
    (hour, name, queue, succeeded, nothing, failed, dead, lost, wait_seconds, run_seconds, waits, runs)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (hour, name, queue) DO UPDATE SET
    succeeded = kept.succeeded + excluded.succeeded,
    nothing = kept.nothing + excluded.nothing,
    failed = kept.failed + excluded.failed,
    dead = kept.dead + excluded.dead,
    lost = kept.lost + excluded.lost,
    wait_seconds = kept.wait_seconds + excluded.wait_seconds,
    run_seconds = kept.run_seconds + excluded.run_seconds,
    waits = ARRAY(SELECT a + b FROM unnest(kept.waits, excluded.waits) AS sums (a, b)),
    runs = ARRAY(SELECT a + b FROM unnest(kept.runs, excluded.runs) AS sums (a, b))
"""  # noqa: E501


@transaction.atomic
def write(runs: list[Run]) -> None:
    """Write runs and add them to their hours, in one transaction."""
    with connection.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for run in runs:
                copy.write_row(row_of(run))
        # In order, so that two processes never wait for each other's hours.
        for hour in sorted(hours_of(runs), key=lambda values: values[:3]):
            cursor.execute(ADD_TO_HOUR, hour)


def row_of(run: Run) -> tuple[Any, ...]:
    return (
        new_id(), run.task_id, run.name, run.queue, run.worker, run.subject[:SUBJECT_LENGTH],
        Jsonb(without_secrets(run.arguments)), run.attempt, run.outcome,
        moment(run.ordered_at), moment(run.started_at), moment(run.ended_at),
        run.wait_seconds, run.run_seconds, run.memory_bytes, run.result, *error_columns(run),
    )  # fmt: skip


def hours_of(runs: list[Run]) -> list[list[Any]]:
    """Return the values of ADD_TO_HOUR, one list for each hour, task and queue."""
    outcomes = list(Outcome.values)
    by_hour: dict[tuple[float, str, str], list[Run]] = defaultdict(list)
    for run in runs:
        by_hour[run.ended_at // 3600 * 3600, run.name, run.queue].append(run)
    rows = []
    for (hour, name, queue), members in by_hour.items():
        counts = [sum(run.outcome == outcome for run in members) for outcome in outcomes]
        waits, lasts = [0] * BUCKETS, [0] * BUCKETS
        for run in members:
            waits[bucket_of(run.wait_seconds)] += 1
            lasts[bucket_of(run.run_seconds)] += 1
        seconds = [
            sum(run.wait_seconds for run in members),
            sum(run.run_seconds for run in members),
        ]
        rows.append([moment(hour), name, queue, *counts, *seconds, waits, lasts])
    return rows


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def without_secrets(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "•••" if any(word in name.lower() for word in SECRET_WORDS) else value
        for name, value in arguments.items()
    }


def error_columns(run: Run) -> tuple[str, str, str, str]:
    """Return the class, place, text and traceback of a run's error."""
    error = run.error
    if error is None:
        return class_in(run.error_text), "", run.error_text[:MAX_ERROR], ""
    lines = "".join(traceback.format_exception(error))
    return (
        type(error).__name__[:100],
        place_of(error)[:200],
        said_by(error)[:MAX_ERROR],
        lines.replace("\0", "")[-MAX_TRACEBACK:],
    )


def class_in(error_text: str) -> str:
    """Return the class in an error as rows keep it, before the colon: `Push 403: …`."""
    name, separator, _text = error_text.partition(":")
    return name[:100] if separator and "\n" not in name else ""


def place_of(error: BaseException) -> str:
    """Return the innermost line of our own code that the error came through."""
    place = ""
    for step in traceback.extract_tb(error.__traceback__):
        if step.filename.startswith(OURS) and ".venv" not in step.filename:
            place = f"{step.filename[len(OURS) + 1 :]}:{step.lineno} {step.name}"
    return place


# For all processes together. A dashboard that changes more often cannot be read.
TOLD_EVERY_MS = 1_000


def tell_screens(*, at_once: bool = False) -> bool:
    """Tell the company's open screens that tasks have changed, at most once a second in all.

    Return false if they were not told now, so that the caller tells them of the last change later.
    `at_once` is for what a person does, who waits to see it.
    """
    try:
        client = valkey()
        if not client.set(key("tasks-told"), 1, nx=True, px=TOLD_EVERY_MS) and not at_once:
            return False
        client.publish(company_channel(), frame(Event("task.updated", {"at": datetime.now(UTC)})))
    except (RedisError, OSError) as error:
        logger.debug("tasks_not_told", error=str(error))
        return False
    return True


_recorder = Recorder()
atexit.register(flush)


def _start_afresh() -> None:
    global _recorder
    _recorder = Recorder()


# A forked child has the parent's records but not its thread: the parent writes them.
os.register_at_fork(after_in_child=_start_afresh)

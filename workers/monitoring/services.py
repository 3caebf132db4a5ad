"""Ask the services that no process keeps a connection to, and write down which ones fail.

A service that says no is asked once more after a moment, so that a restart is no alert.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.utils import timezone

from attachments.checks import antivirus_answers, storage_fault
from notifications.outbound_email import server_fault
from workers.models import Heartbeat, ServiceFault

STORAGE, ANTIVIRUS, DATABASE = "storage", "antivirus", "database"
ANSWER_SECONDS = 5.0
NO_ANSWER = f"TimeoutError: {ANSWER_SECONDS:.0f} s"
ASK_AGAIN_SECONDS = 1.0
# A bucket that is well is written to this seldom: in one with versions, each write stays.
WRITE_EVERY_SECONDS = 300.0
# Of the fastest of some writes of one row.
SLOW_SECONDS = 0.5
WRITES = 3


class _Last:
    written_at = -1e9


def ask() -> None:
    """Ask the storage, the antivirus, PostgreSQL and a mail server that failed."""
    faulty = set(ServiceFault.objects.values_list("name", flat=True))
    is_write_due = time.monotonic() - _Last.written_at >= WRITE_EVERY_SECONDS
    by_writing = STORAGE in faulty or is_write_due
    questions: dict[str, Callable[[], str]] = {
        STORAGE: lambda: storage_fault(by_writing=by_writing),
        ANTIVIRUS: lambda: {"ok": ""}.get(said := antivirus_answers(), said),
    }
    if by_writing:
        _Last.written_at = time.monotonic()
    said = _said(questions)
    at_once = {name for name, fault in said.items() if fault not in ("", NO_ANSWER)}
    again = {name: questions[name] for name in at_once - faulty}
    if again:
        time.sleep(ASK_AGAIN_SECONDS)
        said |= _said(again)
    for name, fault in {**said, DATABASE: _slowness()}.items():
        _note(name, fault)
    server_fault.ask_again()


def _said(questions: dict[str, Callable[[], str]]) -> dict[str, str]:
    """Return what each service said of a fault, or that it did not answer; empty if it is well."""
    pool = ThreadPoolExecutor(max_workers=len(questions))
    ends_at = time.monotonic() + ANSWER_SECONDS
    asked = {name: pool.submit(question) for name, question in questions.items()}
    said = {}
    for name, answer in asked.items():
        try:
            said[name] = answer.result(timeout=max(0.1, ends_at - time.monotonic()))
        except TimeoutError:
            said[name] = NO_ANSWER
    pool.shutdown(wait=False)
    return said


def _note(name: str, fault: str) -> None:
    if not fault:
        ServiceFault.objects.filter(name=name).delete()
    else:
        ServiceFault.objects.update_or_create(name=name, defaults={"detail": fault})


def _slowness() -> str:
    """Return the seconds of a small write as text if it is slow; empty if it is not."""
    seconds = min(_seconds_of(_write) for _ in range(WRITES))
    return f"{seconds:.1f}" if seconds > SLOW_SECONDS else ""


def _seconds_of(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def _write() -> None:
    with transaction.atomic():
        Heartbeat.objects.update_or_create(name=DATABASE, defaults={"seen_at": timezone.now()})


# Of the server, of our database and of our role, each with what is used of it. -1: no limit.
CONNECTIONS = """
WITH clients AS (
    SELECT datname, usename FROM pg_stat_activity WHERE backend_type = 'client backend'
)
SELECT count(*),
       current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true), '0')::int
FROM clients
UNION ALL
SELECT (SELECT count(*) FROM clients WHERE datname = current_database()), datconnlimit
FROM pg_database WHERE datname = current_database()
UNION ALL
SELECT (SELECT count(*) FROM clients WHERE usename = current_user), rolconnlimit
FROM pg_roles WHERE rolname = current_user
"""


def connections_percent() -> float:
    """Return the share of PostgreSQL's connections that are used, of the limit that is nearest."""
    with connection.cursor() as cursor:
        # In a transaction, PostgreSQL shows the sessions of the first question again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(CONNECTIONS)
        limits: Iterable[tuple[int, int]] = cursor.fetchall()
    return max(100 * used / limit for used, limit in limits if limit > 0)

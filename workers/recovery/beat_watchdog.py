"""Watch the workers from beat: when no worker is alive, only beat can send the alert.

The workers watch beat (`workers.monitoring.alerts`). Its sign of life is written here and not by a
task alone: a full queue or a frozen broker is no fault of beat. When PostgreSQL is away, no row can
say so, and beat tells it from memory.

Beat has none of Django's apps, which would take 60 MB. It speaks to PostgreSQL itself, and starts
`manage.py send_alerts` when there is something to tell.
"""

import subprocess
import sys
import threading
import time
from datetime import datetime
from typing import Any

import psycopg
import structlog
from celery.signals import beat_init
from django.conf import settings
from django.utils import timezone

from core import environment

SIGN_SECONDS = 10.0
# Longer than workers take to start: beat may start at the same time.
LOOK_SECONDS = 30.0
# Longer than PostgreSQL takes to start again.
DATABASE_AWAY_SECONDS = 45.0
# The command takes 2 s, and a mail server its time-out. Less than TASK_ALERT_BEAT_SECONDS: there is
# no sign of life while it runs.
COMMAND_SECONDS = 40.0
# The same as `periodic.record_beat`.
SIGN = """
    INSERT INTO workers_heartbeat (name, seen_at) VALUES ('beat', %s)
    ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at
"""
# The same as `health.workers_alive`.
ANY_ALIVE = """
    SELECT EXISTS (SELECT FROM workers_workerprocess WHERE stopped_at IS NULL AND seen_at >= %s)
"""
# The same as `core.installation`.
INSTALLATION = "SELECT address, bucket, copied_at IS NOT NULL FROM core_installation"
# What Django's backend takes out of OPTIONS. The rest is psycopg's.
DJANGO_OPTIONS = ("assume_role", "isolation_level", "pool", "server_side_binding")

logger = structlog.get_logger(__name__)


class Watchdog:
    """The thread of one beat, and what it remembers."""

    def __init__(self) -> None:
        self.connection: psycopg.Connection[Any] | None = None
        self.looked_at = time.monotonic()
        self.database_away_since: datetime | None = None
        self.tried_to_tell_at: float | None = None
        self.has_told = False
        # A copy tells nobody, also once PostgreSQL is away.
        self.is_copy = False

    def run(self) -> None:
        while True:
            time.sleep(SIGN_SECONDS)
            self.round()

    def round(self) -> None:
        try:
            self.execute(SIGN, timezone.now())
            self.note_database()
            self.note_copy()
            if time.monotonic() - self.looked_at >= LOOK_SECONDS:
                self.looked_at = time.monotonic()
                self.look()
        except psycopg.Error as error:
            logger.warning("beat_without_database", error=str(error))
            self.close()
            self.note_no_database(str(error))

    def look(self) -> None:
        """Have the alerts opened and sent when no worker is alive to do it."""
        if not self.any_worker_alive():
            send_alerts()

    def any_worker_alive(self) -> bool:
        since = timezone.now() - settings.WORKER_LOST_AFTER
        row = self.execute(ANY_ALIVE, since).fetchone()
        return bool(row and row[0])

    def note_no_database(self, error: str) -> None:
        now = timezone.now()
        self.database_away_since = since = self.database_away_since or now
        if self.is_copy or self.has_told or (now - since).total_seconds() < DATABASE_AWAY_SECONDS:
            return
        tried_at = self.tried_to_tell_at
        if tried_at is None or time.monotonic() - tried_at >= LOOK_SECONDS:
            self.tried_to_tell_at = time.monotonic()
            self.has_told = tell_of_database(f"--detail={error}", since=since)

    def note_database(self) -> None:
        if self.has_told and self.database_away_since:
            back_at = timezone.now().isoformat()
            tell_of_database("--database-back-at", back_at, since=self.database_away_since)
        self.database_away_since, self.tried_to_tell_at, self.has_told = None, None, False

    def note_copy(self) -> None:
        row = self.execute(INSTALLATION).fetchone()
        self.is_copy = row is not None and (row[2] or environment.differs(row[0], row[1]))

    def execute(self, statement: Any, *values: Any) -> psycopg.Cursor[Any]:
        if self.connection is None:
            self.connection = psycopg.connect(**connection_parameters(), autocommit=True)
        return self.connection.execute(statement, values)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def connection_parameters() -> dict[str, Any]:
    """Return what psycopg needs of the settings' database."""
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    parameters = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
        **{name: value for name, value in options.items() if name not in DJANGO_OPTIONS},
    }
    return {name: value for name, value in parameters.items() if value not in ("", None)}


def tell_of_database(*words: str, since: datetime) -> bool:
    """Tell that PostgreSQL is away or back, by what needs no row; return whether anybody heard."""
    if not (settings.TASK_ALERT_EMAILS or settings.TASK_ALERT_WEBHOOK_URL):
        return False
    return send_alerts("--database-away-since", since.isoformat(), *words)


def send_alerts(*words: str) -> bool:
    """Run `manage.py send_alerts`; return whether it succeeded."""
    command = [sys.executable, "-m", "django", "send_alerts", *words]
    try:
        subprocess.run(  # noqa: S603  (our own program)
            command, cwd=settings.BASE_DIR, timeout=COMMAND_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        logger.warning("beat_without_command", error=str(error))
        return False
    return True


@beat_init.connect
def start(**_: Any) -> None:
    threading.Thread(target=Watchdog().run, name="beat-watchdog", daemon=True).start()

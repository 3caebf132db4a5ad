"""Watch the workers from beat: when no worker is alive, only beat can send the alert.

The workers watch beat (`workers.monitoring.alerts`). Its sign of life is written here and not by a
task alone: a full queue or a frozen broker is no fault of beat. When PostgreSQL is away, no row can
say so, and beat tells it from memory.
"""

import threading
import time
from datetime import datetime
from typing import Any

import structlog
from celery.signals import beat_init
from django.db import close_old_connections, connection
from django.utils import timezone

from workers.engine.periodic import record_beat
from workers.monitoring import alerts, health, telling
from workers.monitoring.causes import ActiveAlert
from workers.monitoring.telling import Told
from workers.recovery.thread_connection import DATABASE_ERRORS
from workers.registry import JOB_TYPES

SIGN_SECONDS = 10.0
# Longer than workers take to start: beat may start at the same time.
LOOK_SECONDS = 30.0
# Longer than PostgreSQL takes to start again.
DATABASE_AWAY_SECONDS = 45.0

logger = structlog.get_logger(__name__)


def look() -> None:
    """Open and send the alerts when no worker is alive to do it."""
    if not health.workers_alive().exists():
        alerts.watch(JOB_TYPES)


class Watchdog:
    """The thread of one beat, and what it remembers."""

    def __init__(self) -> None:
        self.looked_at = time.monotonic()
        self.database_away_since: datetime | None = None
        self.has_told = False

    def run(self) -> None:
        while True:
            time.sleep(SIGN_SECONDS)
            self.round()

    def round(self) -> None:
        try:
            close_old_connections()
            record_beat()
            self.note_database()
            if time.monotonic() - self.looked_at >= LOOK_SECONDS:
                self.looked_at = time.monotonic()
                look()
        except DATABASE_ERRORS as error:
            logger.warning("watchman_without_database", error=str(error))
            connection.close()
            self.note_no_database(str(error))

    def note_no_database(self, error: str) -> None:
        now = timezone.now()
        self.database_away_since = since = self.database_away_since or now
        if self.has_told or (now - since).total_seconds() < DATABASE_AWAY_SECONDS:
            return
        self.has_told = telling.tell([Told(database_away(error), since)], [])

    def note_database(self) -> None:
        if self.has_told and self.database_away_since:
            telling.tell([], [Told(database_away(), self.database_away_since, timezone.now())])
        self.database_away_since, self.has_told = None, False


def database_away(detail: str = "") -> ActiveAlert:
    return ActiveAlert("database_away", detail=detail)


@beat_init.connect
def start(**_: Any) -> None:
    threading.Thread(target=Watchdog().run, name="beat-watchdog", daemon=True).start()

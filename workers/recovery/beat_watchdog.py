"""Watch the workers from beat: when no worker is alive, only beat can send the alert.

The workers watch beat (`workers.monitoring.alerts`).
"""

import threading
import time
from typing import Any

import structlog
from celery.signals import beat_init
from django.db import close_old_connections

from workers.monitoring import alerts, health
from workers.recovery.thread_connection import DATABASE_ERRORS
from workers.registry import JOB_TYPES

# Longer than workers take to start: beat may start at the same time.
LOOK_SECONDS = 30.0

logger = structlog.get_logger(__name__)


def look() -> None:
    """Open and send the alerts when no worker is alive to do it."""
    if not health.workers_alive().exists():
        alerts.watch(JOB_TYPES)


def look_for_ever() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            close_old_connections()
            look()
        except DATABASE_ERRORS as error:
            logger.warning("watchman_without_database", error=str(error))


@beat_init.connect
def start(**_: Any) -> None:
    threading.Thread(target=look_for_ever, name="beat-watchdog", daemon=True).start()

"""Write down each backup, for the dashboard, /metrics, the doctor and the alert."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType
from typing import NoReturn

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from workers.backups.manifest import Manifest
from workers.models import Backup

CUT = "It was cut: its process ended without a word."
KEPT = timedelta(days=400)
OF_MIGRATIONS = """
SELECT applied FROM django_migrations WHERE app = 'workers' AND name = '0004_backups'
"""


@contextmanager
def recorded(place: str) -> Iterator[Backup]:
    """Record a backup from its begin to its end. It is the only one that runs."""
    running = Backup.objects.filter(outcome=Backup.Outcome.RUNNING)
    running.update(outcome=Backup.Outcome.FAILED, ended_at=timezone.now(), reason=CUT)
    Backup.objects.filter(started_at__lt=timezone.now() - KEPT).delete()
    backup = Backup.objects.create(place=place[:300])
    try:
        with _terminated_in_words():
            yield backup
    except BaseException as error:
        _end(backup, Backup.Outcome.FAILED, reason=str(error) or type(error).__name__)
        raise
    _end(backup, Backup.Outcome.SUCCEEDED)


def _end(backup: Backup, outcome: Backup.Outcome, reason: str = "") -> None:
    backup.outcome, backup.reason, backup.ended_at = outcome, reason, timezone.now()
    try:
        backup.save()
    except DatabaseError:
        # It may be what failed. The next backup says that this one was cut.
        if outcome == Backup.Outcome.SUCCEEDED:
            raise
        connection.close()


@contextmanager
def _terminated_in_words() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that the record says what happened."""

    def terminated(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(f"It was ended by {signal.Signals(number).name}.")

    before = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def verified(manifest: Manifest) -> None:
    """Record that a backup was restored for a check, and is whole."""
    Backup.objects.filter(name=manifest.id).update(verified_at=timezone.now())


def restored(manifest: Manifest) -> None:
    """Record in the restored database that the backup it came from was a good one.

    In it, its own backup still runs.
    """
    of_this = Backup.objects.filter(outcome=Backup.Outcome.RUNNING).order_by("-pk")[:1]
    Backup.objects.filter(pk__in=of_this.values("pk")).update(
        name=manifest.id,
        outcome=Backup.Outcome.SUCCEEDED,
        taken_at=manifest.at,
        ended_at=manifest.at,
        database_bytes=manifest.database_bytes,
        files=manifest.objects,
        files_bytes=manifest.objects_bytes,
        verified_at=timezone.now(),
    )


def last_good() -> Backup | None:
    good = Backup.objects.filter(outcome=Backup.Outcome.SUCCEEDED, taken_at__isnull=False)
    return good.order_by("-taken_at").first()


def last_failure() -> Backup | None:
    """Return the last backup if it failed."""
    ended = Backup.objects.exclude(outcome=Backup.Outcome.RUNNING).order_by("-started_at").first()
    return ended if ended and ended.outcome == Backup.Outcome.FAILED else None


def are_expected() -> bool:
    """Tell whether backups are made here: a place is set, or one was begun."""
    if settings.BACKUP_MAX_AGE_HOURS <= 0:
        return False
    return bool(settings.BACKUP_PLACE) or Backup.objects.exists()


def age_seconds() -> float | None:
    """Return the age of the last good backup; without one, the time since they could be made.

    None where no backup is expected.
    """
    if not are_expected():
        return None
    good = last_good()
    since = good.taken_at if good else _possible_since()
    return (timezone.now() - since).total_seconds() if since else None


def is_late() -> bool:
    age = age_seconds()
    return age is not None and age > settings.BACKUP_MAX_AGE_HOURS * 3600


def _possible_since() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(OF_MIGRATIONS)
        row = cursor.fetchone()
    return row[0] if row else None

"""The age of the last good backup: alert, dashboard, /metrics, doctor."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone, translation
from pytest_django import Settings

from core.doctor.findings import Finding, Level
from core.models import User
from tests.cast import Call
from workers import doctor
from workers.models import Alert, Backup, Heartbeat, WorkerProcess
from workers.monitoring import alerts
from workers.registry import JOB_TYPES

pytestmark = pytest.mark.django_db
SETUP = "UPDATE django_migrations SET applied = %s WHERE name = '0004_backups'"


@pytest.fixture(autouse=True)
def well(worker: WorkerProcess) -> None:
    """Workers and beat that are well."""
    Heartbeat.objects.create(name="beat")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def backup(*, hours_ago: float, **values: Any) -> Backup:
    at = timezone.now() - timedelta(hours=hours_ago)
    columns = {
        "name": "20261129T023000Z-0a1b2c", "place": "/b", "outcome": Backup.Outcome.SUCCEEDED,
        "started_at": at, "taken_at": at, "ended_at": at + timedelta(seconds=90),
        "database_bytes": 3_000_000, "files_bytes": 5_000_000,
    }  # fmt: skip
    return Backup.objects.create(**{**columns, **values})


def failed(*, hours_ago: float) -> Backup:
    reason = "/b cannot be written (No space left on device)."
    return backup(hours_ago=hours_ago, outcome="failed", taken_at=None, reason=reason)


def set_up(days_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SETUP, [timezone.now() - timedelta(days=days_ago)])


def watch() -> set[str]:
    WorkerProcess.objects.update(seen_at=timezone.now())
    alerts.watch(JOB_TYPES)
    return set(Alert.objects.filter(ended_at=None).values_list("code", flat=True))


def examined() -> list[Finding]:
    return list(doctor.examine_backups())


class TestAlert:
    def test_opens_when_the_last_good_one_is_old_and_ends_with_the_next(
        self, api: Call, odile: User
    ) -> None:
        backup(hours_ago=25)
        assert watch() == set()
        Backup.objects.update(taken_at=timezone.now() - timedelta(hours=27))
        failed(hours_ago=1)

        assert watch() == {"backup_late"}

        [alert] = api(odile).get("/api/v1/staff/tasks/summary").json()["alerts"]
        assert alert["words"] == "Aucune bonne sauvegarde depuis 27 h."
        assert "No space left on device" in alert["detail"]
        backup(hours_ago=0)
        assert watch() == set()

    def test_demonstration_without_any_is_not_red(self) -> None:
        set_up(days_ago=90)

        assert watch() == set()
        assert [one.level for one in examined()] == [Level.WARNING]

    def test_place_that_never_got_one_is_late_after_a_day_and_not_before(
        self, settings: Settings
    ) -> None:
        settings.BACKUP_PLACE = "/b"
        set_up(days_ago=1)
        assert watch() == set()

        set_up(days_ago=2)

        assert watch() == {"backup_late"}

    def test_is_off_where_backups_are_made_by_other_means(self, settings: Settings) -> None:
        settings.BACKUP_MAX_AGE_HOURS = 0
        backup(hours_ago=900)

        assert watch() == set()
        [finding] = examined()
        assert finding.level == Level.OK
        assert "by other means" in finding.says


class TestDoctor:
    def test_production_without_any_is_told_and_a_demonstration_is_well(
        self, settings: Settings
    ) -> None:
        settings.DEBUG = False
        [finding] = examined()
        assert (finding.level, finding.says) == (Level.WARNING, "No backup has ever been made.")
        assert "deploy/docs/backup.md" in finding.advice

        settings.DEBUG = True
        assert [one.level for one in examined()] == [Level.OK]

    def test_old_one_is_an_error_and_the_last_failure_is_said(self) -> None:
        backup(hours_ago=30)
        failed(hours_ago=2)

        old, failure, unencrypted = examined()

        assert old.level == Level.ERROR
        assert old.says.startswith("The last good backup is 30.0 h old (20261129T023000Z-0a1b2c")
        assert "No space left on device" in failure.says
        assert "not encrypted" in unencrypted.says

    def test_one_that_was_never_checked_is_a_warning_until_it_is(self, settings: Settings) -> None:
        settings.BACKUP_KEY = "k" * 40
        last = backup(hours_ago=2)
        [finding] = examined()
        assert finding.level == Level.WARNING
        assert "--verify" in finding.advice

        last.verified_at = timezone.now()
        last.save()

        assert [one.level for one in examined()] == [Level.OK]


def test_page_shows_age_size_and_check(api: Call, odile: User) -> None:
    backup(hours_ago=2, verified_at=timezone.now() - timedelta(hours=1))

    summary = api(odile).get("/api/v1/staff/tasks/summary").json()

    facts = {fact["label"]: (round(fact["value"], -1), fact["unit"]) for fact in summary["facts"]}
    assert facts["Âge de la dernière bonne sauvegarde"] == (7200, "seconds")
    assert facts["Taille de la dernière bonne sauvegarde"] == (8_000_000, "bytes")
    assert facts["Sauvegarde vérifiée par une restauration, il y a"] == (3600, "seconds")


def test_metrics_have_age_size_and_duration_and_nothing_without_a_backup(client: Browser) -> None:
    def samples() -> dict[str, float]:
        lines = client.get("/metrics").content.decode().splitlines()
        found = [line.rpartition(" ") for line in lines if line.startswith("liaison_backup")]
        return {name: float(value) for name, _, value in found}

    assert samples() == {}
    backup(hours_ago=2)
    found = samples()

    assert found.pop("liaison_backup_age_seconds") == pytest.approx(7200, abs=60)
    assert found == {
        'liaison_backup_bytes{part="database"}': 3_000_000,
        'liaison_backup_bytes{part="files"}': 5_000_000,
        "liaison_backup_duration_seconds": 90,
    }

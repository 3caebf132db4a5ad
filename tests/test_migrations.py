"""A migration does not hold up the running site: see "Migrations" in CONTRIBUTING.md."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django_migration_linter import MigrationLinter

# The last of each app from before this test, on which nobody's site ran.
BEFORE = {
    "attachments": "0004",
    "core": "0013",
    "messaging": "0020",
    "notifications": "0008",
    "workers": "0002",
}
# What the linter finds, and why it harms nobody.
ACCEPTED = {
    ("workers", "0003_alerts_of_services"): "a longer varchar: no row is read or written",
    ("messaging", "0023_exports"): "its table is new: nobody uses it yet",
}
BLOCKING = "tests.core.database.blocking_app"
# Warnings of the linter. Without them a large table could not be written to.
AS_ERRORS = ["CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "DROP_INDEX", "REINDEX"]
# They lock no table for long, and can be run again after a cut.
MAY_BE_CUT = (AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint, RunPython)

pytestmark = pytest.mark.django_db


def migrations_since() -> list[Migration]:
    found = MigrationLoader(connection).disk_migrations.values()
    return [
        each
        for each in found
        if each.name[:4] > BEFORE.get(each.app_label, "9999")
        and (each.app_label, each.name) not in ACCEPTED
    ]


def faults_of(migration: Migration, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the linter and our own rule say of a migration, or ""."""
    linter = MigrationLinter(
        database="default",
        # It knows Django's own engines by their names.
        analyser_string="postgresql",
        warnings_as_errors_tests=AS_ERRORS,
        quiet=["warning"],
    )
    capsys.readouterr()
    linter.lint_migration(migration)
    said = capsys.readouterr().out if linter.has_errors else ""
    if not migration.atomic:
        said += "".join(
            f"{type(each).__name__} in a migration that is not atomic\n"
            for each in migration.operations
            if not isinstance(each, MAY_BE_CUT)
        )
    return said


# In no transaction, or an index that is built beside the writers could not be read either.
@pytest.mark.django_db(transaction=True)
def test_new_migration_does_not_hold_up_the_running_site(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert [said for each in migrations_since() if (said := faults_of(each, capsys))] == []


@pytest.fixture
def blocking_app() -> Iterator[None]:
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, BLOCKING]):
        yield


@pytest.mark.usefixtures("blocking_app")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("0001_column_without_default", "NOT NULL constraint"),
        ("0002_index", "CREATE INDEX locks table"),
        ("0003_renamed", "RENAMING"),
        ("0004_half_of_it", "not atomic"),
    ],
)
def test_migration_that_would_is_found(
    capsys: pytest.CaptureFixture[str], name: str, word: str
) -> None:
    """This shows that the test above can fail."""
    migration = MigrationLoader(connection).disk_migrations["blocking_app", name]

    assert word.lower() in faults_of(migration, capsys).lower()

"""The letters, in one transaction for all mails, and the score at the end."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.mails import score
from tests.mails.letter import Letter
from tests.mails.sending import letters as sent_letters


@pytest.fixture(scope="module")
def letters(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, django_test_environment: None
) -> Iterator[dict[str, Letter]]:
    """Each letter by its key, sent once: the mails of a module are read beside it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with sent_letters() as sent:
            yield sent
        transaction.set_rollback(True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "when", "") == "call"
    ]
    if table := score.table(reports):
        terminalreporter.section("mails that became the right message")
        terminalreporter.write_line(table)

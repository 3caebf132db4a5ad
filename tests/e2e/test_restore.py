"""The server's database is restored from a backup: pages show what it has, and go on from there."""

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.e2e.backups import Backup
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, client_page, row, staff_page, wait_until_live, write
from tests.site import Site

pytestmark = pytest.mark.cut


@pytest.fixture
def backup(site: Site, tmp_path: Path) -> Iterator[Backup]:
    """A backup to take. No worker runs: it would wait for the tables that are replaced."""
    site.stop_worker()
    yield Backup(tmp_path)
    # The pages wait for the worker when they are closed.
    Message.objects.update(fanned_out_at=timezone.now(), due_at=None)


def whole_with_command(backup: Backup) -> None:
    backup.restore()
    call_command("new_epoch", stdout=StringIO())


def whole(backup: Backup) -> None:
    """Nobody has run the command."""
    backup.restore()


def rows(backup: Backup) -> None:
    """Nobody has run the command, and the tables are the same."""
    backup.restore_rows()


def expect_gone(page: Page, text: str) -> None:
    expect(bubble(page, text)).to_have_count(0)


@pytest.mark.parametrize("restore", [whole_with_command, whole, rows])
class TestRestoredDatabase:
    def test_pages_that_were_cut_off_show_what_the_server_has(
        self,
        visit: Visit,
        site: Site,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        backup: Backup,
        restore: Callable[[Backup], None],
    ) -> None:
        say(camille, "Avant la sauvegarde")
        client = client_page(visit, camille, conversation)
        company = staff_page(visit, odile, conversation)
        backup.take()
        say(camille, "Écrit par Camille, perdu")
        say(odile, "Écrit par Odile, perdu")
        for page in (client, company):
            expect(bubble(page, "Écrit par Odile, perdu")).to_be_visible()
        company.context.set_offline(True)
        site.stop_web()
        write(client, "Écrit pendant la panne")

        restore(backup)
        site.start_web()
        company.context.set_offline(False)

        for page in (client, company):
            expect(bubble(page, "Avant la sauvegarde")).to_be_visible()
            expect(bubble(page, "Écrit pendant la panne")).to_have_attribute(
                "state", re.compile("sent|read")
            ) if page is client else expect(bubble(page, "Écrit pendant la panne")).to_be_visible()
        expect_gone(client, "Écrit par Odile, perdu")
        expect_gone(company, "Écrit par Camille, perdu")
        say(odile, "Après la restauration")
        for page in (client, company):
            expect(bubble(page, "Après la restauration")).to_be_visible()

        # Nothing that a person wrote is lost: their own page offers it again, under its id.
        lost = bubble(client, "Écrit par Camille, perdu")
        expect(lost).to_contain_text("Le serveur a été restauré sans ce message")
        lost.get_by_role("button", name="Réessayer").click()
        expect(bubble(company, "Écrit par Camille, perdu")).to_be_visible()
        assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == [
            "Avant la sauvegarde",
            "Écrit pendant la panne",
            "Après la restauration",
            "Écrit par Camille, perdu",
        ]

    def test_pages_with_an_open_stream_show_what_comes_next(
        self,
        visit: Visit,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        backup: Backup,
        restore: Callable[[Backup], None],
    ) -> None:
        say(camille, "Avant la sauvegarde")
        client = client_page(visit, camille, conversation)
        company = visit(odile, "/staff/messages")
        wait_until_live(company)
        backup.take()
        for number in range(3):
            say(odile, f"Perdu n° {number}")
        expect(bubble(client, "Perdu n° 2")).to_be_visible()
        expect(row(company, "Carrelage")).to_contain_text("Perdu n° 2")

        restore(backup)
        say(odile, "Après la restauration")

        expect(bubble(client, "Après la restauration")).to_be_visible()
        expect(row(company, "Carrelage")).to_contain_text("Après la restauration")
        for number in range(3):
            expect_gone(client, f"Perdu n° {number}")
        expect(client.locator("message-bubble")).to_have_count(2)

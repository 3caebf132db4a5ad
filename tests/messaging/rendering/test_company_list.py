"""The first HTML of the company's page lists what its address asks for."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import User
from messaging.actions.conversations import change_conversation
from messaging.actions.snooze import snooze
from messaging.models import Conversation
from tests.cast import Say
from tests.messaging.rendering.test_pages import Read, read, words

__all__ = ["read"]

pytestmark = pytest.mark.django_db


def row_of(html: str, conversation: Conversation) -> str:
    """Return what a person reads in the row of a conversation; nothing if it is not listed."""
    found = re.search(rf'<a href="[^"]*" data-id="{conversation.pk}".*?</s-staff-row>', html)
    return words(found.group()) if found else ""


@pytest.fixture
def both(
    conversation: Conversation, other_conversation: Conversation, camille: User, marc: User,
    odile: User, say: Say,
) -> None:  # fmt: skip
    """Odile's waits for an answer; the other one is Marc's."""
    say(camille, "Quand vient le carreleur ?")
    for owner, each in ((odile, conversation), (marc, other_conversation)):
        change_conversation(editor=marc, conversation=each, changes={"assigned_to_id": owner.pk})


@pytest.mark.usefixtures("both")
class TestCompanyList:
    def test_row_says_whose_it_is_what_waits_and_who_follows_it(
        self, read: Read, odile: User, conversation: Conversation
    ) -> None:
        Conversation.objects.update(answer_due_at=timezone.now() - timedelta(minutes=125))

        row = row_of(read(odile, "/staff/messages"), conversation)

        assert "Famille Morel · Villa Lumière" in row
        assert "CH-2041" in row
        assert "Camille : Quand vient le carreleur ?" in row
        assert "En retard de 2 h" in row
        assert "Suivie par Odile Perrin" in row

    @pytest.mark.parametrize(
        ("query", "is_listed"),
        [
            ("", (True, True)),
            ("?folder=mine", (True, False)),
            ("?filter=mine", (True, False)),
            ("?folder=to_answer&sort=answer_due", (True, False)),
            ("?folder=closed", (False, False)),
            ("?folder=lost", (True, True)),
            ("?assigned_to=nobody-at-all", (True, True)),
            ("?q=devis&client=x", (True, True)),
        ],
        ids=["all", "mine", "former", "by clock", "closed", "unknown", "invalid", "search"],
    )
    def test_lists_the_folder_of_the_address(
        self, read: Read, odile: User, conversation: Conversation, other_conversation: Conversation,
        query: str, is_listed: tuple[bool, bool],
    ) -> None:  # fmt: skip
        html = read(odile, f"/staff/messages{query}")

        rows = (row_of(html, conversation), row_of(html, other_conversation))
        assert tuple(row != "" for row in rows) == is_listed

    def test_folder_of_the_address_is_the_title_and_the_current_link(
        self, read: Read, odile: User, conversation: Conversation
    ) -> None:
        snooze(editor=odile, conversation=conversation, until=timezone.now() + timedelta(days=30))

        html = read(odile, "/staff/messages?folder=snoozed")

        assert "<h2>En pause</h2>" in html
        assert 'folder=snoozed" aria-current="page"' in html
        assert "En pause jusqu’au " in row_of(html, conversation)

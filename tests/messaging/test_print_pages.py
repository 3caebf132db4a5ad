"""A whole conversation is printed: for those who may see it, without a gap, in bounded memory."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client as Browser

from attachments.models import Attachment
from core.models import User
from messaging.actions.conversations import change_conversation
from messaging.actions.messages import delete_message
from messaging.actions.notes import write_note
from messaging.conversation.versions import ConversationChanges
from messaging.exporting import rows
from messaging.models import Conversation, HistoryLine, MessageAttachment
from messaging.queries.history import lines_of
from tests.cast import Say

Read = Callable[..., str]


@pytest.fixture
def read(conversation: Conversation) -> Read:
    """`read(camille)` returns the printed page as she gets it."""

    def page(person: User, query: str = "") -> str:
        browser = Browser()
        browser.force_login(person)
        side = "staff" if person.is_company else "client"
        answer = browser.get(f"/{side}/messages/{conversation.pk}/print{query}")
        assert answer.status_code == 200, answer
        return answer.getvalue().decode()

    return page


def test_all_messages_are_printed_once_in_order(
    camille: User, say: Say, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    for number in range(1, 6):
        say(camille, f"<b>Ligne {number}</b> www.exemple.fr/{number}")

    page = read(camille)

    assert re.findall(r"&lt;b&gt;Ligne (\d)", page) == ["1", "2", "3", "4", "5"]
    assert page.count('class="day"') == 1
    assert 'href="http://www.exemple.fr/5"' in page or 'href="https://www.exemple.fr/5"' in page
    assert "Fin de la conversation : 5 messages." in page.replace("\xa0", " ")
    assert "Villa Lumière (CH-2041)" in page
    assert "Odile Perrin (entreprise)" in page


def test_files_are_listed_and_a_deleted_message_keeps_its_place_only(
    camille: User, odile: User, conversation: Conversation, say: Say, read: Read
) -> None:
    message = say(camille, "Voici")
    file = Attachment.objects.create(
        uploader=camille, name="plan <2>.pdf", size=2_500_000, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
    )  # fmt: skip
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=conversation, position=0
    )
    type(message).objects.filter(pk=message.pk).update(attachment_count=1)
    delete_message(remover=odile, message=say(odile, "Un secret"))

    page = read(camille).replace("\xa0", " ")

    assert "plan &lt;2&gt;.pdf" in page
    assert "2,4 Mo" in page.replace("\u202f", " ")
    assert "Un secret" not in page
    assert "Message supprimé le" in page


@pytest.mark.parametrize(
    ("language", "day", "moment", "size"),
    [
        ("fr", "<h2>vendredi 27 novembre 2026</h2>", "vendredi 27 novembre 2026 à 14:05", "840 ko"),
        ("en", "<h2>Friday, November 27, 2026</h2>", "November 27, 2026 at 2:05 PM", "840 kB"),
    ],
)
def test_dates_and_sizes_are_printed_as_the_screen_writes_them(
    language: str, day: str, moment: str, size: str,
    camille: User, conversation: Conversation, say: Say, read: Read,
) -> None:  # fmt: skip
    camille.locale = language
    camille.save()
    message = say(camille, "Voici")
    file = Attachment.objects.create(
        uploader=camille, name="plan.pdf", size=860_000, sha256=bytes(32), kind="pdf"
    )
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=conversation, position=0
    )
    at = datetime(2026, 11, 27, 13, 5, tzinfo=UTC)
    type(message).objects.update(attachment_count=1, created_at=at, edited_at=at)

    page = read(camille).replace("\u202f", " ").replace("\xa0", " ")

    assert day in page
    assert moment in page
    assert size in page
    assert f">{'14:05' if language == 'fr' else '2:05 PM'}</time>" in page


def test_notes_are_printed_for_the_company_that_asks_for_them(
    camille: User, odile: User, conversation: Conversation, say: Say, read: Read
) -> None:
    say(camille, "Bonjour")
    write_note(author=odile, conversation=conversation, body="Client pressé", note_id=uuid4())

    assert "Client pressé" not in read(odile)
    with_notes = read(odile, "?notes=1")
    assert with_notes.index("Bonjour") < with_notes.index("Client pressé")
    assert "Document interne" in with_notes
    assert "Client pressé" not in read(camille, "?notes=1")


def test_page_tells_what_was_done_and_the_internal_one_who_had_it(
    camille: User, odile: User, marc: User, conversation: Conversation, say: Say, read: Read
) -> None:
    say(camille, "Bonjour")
    given: ConversationChanges = {"assigned_to_id": marc.pk}
    change_conversation(editor=odile, conversation=conversation, changes=given)
    change_conversation(editor=odile, conversation=conversation, changes={"status": "closed"})

    for_client, internal = read(camille), read(odile, "?notes=1")

    assert for_client.index("Conversation ouverte par Camille Morel") < for_client.index("Bonjour")
    assert for_client.index("Bonjour") < for_client.index("Close par Odile Perrin")
    assert "a confié la conversation" not in for_client + read(odile)
    assert internal.index("Odile Perrin a confié la conversation à Marc Vidal") < internal.index(
        "Close par Odile Perrin"
    )


def test_export_of_the_company_is_a_line_of_its_own_history(
    camille: User, odile: User, marc: User, conversation: Conversation, read: Read
) -> None:
    read(camille)
    for person, query in ((odile, ""), (odile, "?notes=1"), (marc, "")):
        read(person, query)

    lines = HistoryLine.objects.filter(conversation=conversation, kind="exported")
    assert [line.by for line in lines.order_by("at")] == [odile, marc]
    assert "exported" not in [line.kind for line in lines_of(camille, conversation)]
    assert "Imprimée" not in read(camille)


@pytest.mark.parametrize("side", ["client", "staff"])
def test_page_is_not_for_others(side: str, yanis: User, conversation: Conversation) -> None:
    address = f"/{side}/messages/{conversation.pk}/print"
    stranger, other = Browser(), Browser()
    other.force_login(yanis)

    assert stranger.get(address)["Location"].startswith("/login")
    assert other.get(address).status_code == (404 if side == "client" else 302)

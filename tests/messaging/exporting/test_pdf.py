"""The PDF of a conversation: all that was said, in any script, in parts, for who may read it."""

import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from core.ids import new_id
from core.models import User
from messaging.actions.notes import write_note
from messaging.exporting import snapshot
from messaging.models import Conversation
from tests.cast import Say

Fetch = Callable[..., HttpResponse]


@pytest.fixture
def fetch(conversation: Conversation) -> Fetch:
    """`fetch(camille)` asks for the PDF as she does."""

    def get(person: User, query: str = "") -> Any:
        browser = Browser()
        browser.force_login(person)
        side = "staff" if person.is_company else "client"
        answer: Any = browser.get(f"/{side}/messages/{conversation.pk}/pdf{query}")
        return answer

    return get


def text_of(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer
    document = pypdfium2.PdfDocument(io.BytesIO(answer.getvalue()))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_whole_conversation_is_in_it_with_dates_and_names(
    camille: User, odile: User, say: Say, fetch: Fetch
) -> None:
    say(camille, "L’œuvre « béton » coûte 12 € — d’accord ? 👍😀")
    say(odile, "Oui…")

    answer = fetch(camille)

    text = text_of(answer)
    assert "L’œuvre « béton » coûte 12 € — d’accord ? 👍😀" in text.replace("\r\n", "\n")
    assert "Odile Perrin" in text
    assert "Fin de la conversation : 2 messages." in text.replace("\xa0", " ")
    assert "Carrelage" in answer["Content-Disposition"]


def test_its_times_are_the_companys_wherever_it_is_read(
    camille: User, conversation: Conversation, say: Say
) -> None:
    """As on the printed page and in an export, so that both sides cite the same."""
    sent = timezone.localtime(say(camille, "Bonjour").created_at)
    browser = Browser()
    browser.force_login(camille)
    browser.cookies["time_zone"] = "Indian/Reunion"

    pdf: Any = browser.get(f"/client/messages/{conversation.pk}/pdf")

    assert f"Camille Morel · {sent:%H:%M}" in text_of(pdf)


def test_letters_that_join_are_drawn(camille: User, say: Say, fetch: Fetch) -> None:
    say(camille, "مرحبا بكم في الورشة")

    assert "Camille Morel" in text_of(fetch(camille))


def test_note_is_in_the_pdf_of_the_company_that_asks_for_it_alone(
    camille: User, odile: User, conversation: Conversation, say: Say, fetch: Fetch
) -> None:
    say(camille, "Bonjour")
    write_note(author=odile, conversation=conversation, body="Client pressé", note_id=new_id())

    assert "Client pressé" not in text_of(fetch(camille, "?notes=1"))
    assert "Client pressé" not in text_of(fetch(odile))
    internal = text_of(fetch(odile, "?notes=1"))
    assert "Client pressé" in internal
    assert "Document interne" in internal


def test_long_conversation_is_in_parts_that_the_print_page_lists(
    camille: User, say: Say, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "MESSAGES_A_VOLUME", 2)
    for number in range(1, 6):
        say(camille, f"Ligne {number}")

    whole = fetch(camille)
    parts = [text_of(fetch(camille, f"?part={part}")) for part in (1, 2, 3)]

    assert (whole.status_code, whole["Location"][-6:]) == (302, "/print")
    assert [[n for n in range(1, 6) if f"Ligne {n}" in part] for part in parts] == [
        [1, 2], [3, 4], [5],
    ]  # fmt: skip
    assert "Fin de la partie 1 sur 3." in parts[0]
    assert fetch(camille, "?part=4").status_code == 404
    assert fetch(camille, "?part=x").status_code == 404


def test_other_client_and_wrong_side_get_none(
    camille: User, yanis: User, odile: User, conversation: Conversation, say: Say, fetch: Fetch
) -> None:
    say(camille, "Bonjour")
    browser = Browser()
    browser.force_login(odile)

    assert fetch(yanis).status_code == 404
    assert browser.get(f"/client/messages/{conversation.pk}/pdf").status_code == 302


def test_eleventh_pdf_of_a_minute_is_refused_in_words(
    camille: User, say: Say, fetch: Fetch
) -> None:
    say(camille, "Bonjour")

    answers = [fetch(camille) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]

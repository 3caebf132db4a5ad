"""What is searched follows what is written, whoever changes it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from core.models import Chantier, Client, User
from messaging.actions.messages import delete_message, edit_message
from messaging.actions.notes import delete_note, write_note
from messaging.models import Conversation, SearchEntry
from messaging.search.index import catch_up
from tests.cast import Call, Say

Find = Callable[[str], list[str]]


@pytest.fixture
def find(odile: User, api: Call) -> Find:
    """Give a function: `find("portail")` returns the kinds of what Odile finds."""

    def search(typed: str) -> list[str]:
        answer = api(odile).get("/api/v1/search", {"q": typed})
        assert answer.status_code == 200, answer.content
        return [hit["kind"] for hit in answer.json()["results"]]

    return search


def test_changed_message_is_found_by_its_new_words_alone(
    camille: User, say: Say, find: Find
) -> None:
    message = say(camille, "Le portail")

    edit_message(editor=camille, message=message, body="Le grillage")

    assert find("portail") == []
    assert find("grillage") == ["message"]


def test_deleted_message_is_not_found(camille: User, say: Say, find: Find) -> None:
    message = say(camille, "Le portail")

    delete_message(remover=camille, message=message)

    assert find("portail") == []


def test_deleted_note_is_not_found(odile: User, conversation: Conversation, find: Find) -> None:
    note = write_note(
        author=odile, conversation=conversation, body="Portail à revoir", note_id=uuid4()
    ).note
    assert find("portail") == ["note"]

    delete_note(remover=odile, note=note)

    assert find("portail") == []


def test_conversation_is_found_by_new_names_of_client_chantier_and_people(
    camille: User, morel: Client, villa: Chantier, conversation: Conversation, find: Find
) -> None:
    Client.objects.filter(pk=morel.pk).update(name="Famille Vasseur")
    Chantier.objects.filter(pk=villa.pk).update(reference="CH-7777")
    User.objects.filter(pk=camille.pk).update(name="Camille Ségalen")
    Conversation.objects.filter(pk=conversation.pk).update(subject="Faïence")

    for typed in ("vasseur", "ch7777", "segalen", "faience"):
        assert find(typed) == ["conversation"], typed
    for typed in ("carrelage", "CH-2041"):
        assert find(typed) == [], typed


def test_messages_are_found_beside_new_names(
    camille: User, morel: Client, say: Say, find: Find
) -> None:
    say(camille, "Le portail")

    Client.objects.filter(pk=morel.pk).update(name="Famille Vasseur")

    assert find("vasseur portail") == ["message"]
    assert find("famille portail") == ["message"]


def test_every_row_has_one_entry(camille: User, say: Say, conversation: Conversation) -> None:
    say(camille, "Un")
    say(camille, "Deux")

    assert catch_up(5)

    kinds = SearchEntry.objects.order_by("kind").values_list("kind", flat=True)

    assert [*kinds] == ["conversation", "message", "message"]

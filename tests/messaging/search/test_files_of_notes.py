"""Files of internal notes are found by the company, and never by a client."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import Client, User
from messaging.actions.moving import merge
from messaging.actions.notes import delete_note, edit_note, write_note
from messaging.models import Conversation, Note
from tests.cast import Call

Search = Callable[..., list[dict[str, Any]]]


def noted(author: User, conversation: Conversation, body: str, *names: str) -> Note:
    files = [
        Attachment.objects.create(
            uploader=author, name=name, size=9, sha256=bytes(32), content_type="application/pdf",
            kind=Attachment.Kind.PDF,
        )
        for name in names
    ]  # fmt: skip
    return write_note(
        author=author, conversation=conversation, body=body, note_id=uuid4(),
        attachment_ids=[file.pk for file in files],
    ).note  # fmt: skip


@pytest.fixture
def search(api: Call) -> Search:
    """Give a function: `search(odile, q="devis")` returns what a person finds."""

    def find(person: User, **query: Any) -> list[dict[str, Any]]:
        answer = api(person).get("/api/v1/search", query)
        assert answer.status_code == 200, answer.content
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    return find


def test_file_of_a_note_is_found_with_the_note_that_shows_it(
    odile: User, marc: User, conversation: Conversation, search: Search
) -> None:
    note = noted(odile, conversation, "", "Devis_charpentier.v2.pdf")

    [hit] = search(marc, q="charpentiers")

    assert (hit["kind"], hit["excerpt"]) == ("file", "Devis_charpentier.v2.pdf")
    assert [hit["excerpt"][start:end] for start, end in hit["hits"]] == ["charpentier"]
    assert (hit["note"], hit["message"], hit["seq"]) == (str(note.pk), None, None)
    assert hit["conversation"]["id"] == str(conversation.pk)
    assert hit["author"]["name"] == "Odile Perrin"


def test_client_finds_no_file_of_a_note_by_any_query(
    camille: User, odile: User, morel: Client, conversation: Conversation, search: Search
) -> None:
    noted(odile, conversation, "Marge du lot", "Marge_portail.pdf")
    ways: tuple[dict[str, Any], ...] = (
        {"q": "marge"},
        {"q": "portail"},
        {"q": "marje portail"},
        {"q": "marge", "kind": "file"},
        {"q": "marge", "kind": "note"},
        {"q": "marge", "conversation": conversation.pk},
        {"kind": "file"},
        {"kind": "written"},
        {"has_file": "true"},
        {"author": odile.pk},
        {"conversation": conversation.pk, "kind": "written"},
        {"client": morel.pk, "kind": "file"},
    )

    found = {str(query): search(camille, **query) for query in ways}

    assert {query for query, hits in found.items() if hits} == set()
    assert [hit["excerpt"] for hit in search(odile, q="marge", kind="file")] == [
        "Marge_portail.pdf"
    ]


def test_clients_list_does_not_hold_a_conversation_for_the_file_of_a_note(
    camille: User, odile: User, conversation: Conversation, api: Call
) -> None:
    noted(odile, conversation, "", "marge.pdf")

    def listed(person: User) -> int:
        return len(api(person).get("/api/v1/conversations", {"q": "marge"}).json()["results"])

    assert (listed(odile), listed(camille)) == (1, 0)


def test_filters_find_files_of_notes_as_files(
    odile: User, conversation: Conversation, search: Search
) -> None:
    noted(odile, conversation, "Le devis", "devis.pdf")
    noted(odile, conversation, "", "plan.pdf")
    noted(odile, conversation, "Rien de joint")

    def said(**query: object) -> list[str]:
        return [hit["excerpt"] for hit in search(odile, **query)]

    assert said(kind="file") == ["plan.pdf", "devis.pdf"]
    # A note without a text is found by its file alone.
    assert said(kind="note") == ["Rien de joint", "Le devis"]
    assert said(has_file="true") == ["plan.pdf", "devis.pdf", "Le devis"]
    assert said(q="devis", kind="written") == ["devis.pdf", "Le devis"]


def test_file_of_a_deleted_note_is_not_found(
    odile: User, conversation: Conversation, search: Search
) -> None:
    note = noted(odile, conversation, "Voici", "devis.pdf")
    assert len(search(odile, q="devis")) == 1

    delete_note(remover=odile, note=note)

    assert search(odile, q="devis") == []


def test_file_of_a_note_follows_its_name_and_the_text_beside_it(
    odile: User, morel: Client, conversation: Conversation, search: Search
) -> None:
    note = noted(odile, conversation, "Pour la terrasse", "devis.pdf")
    assert len(search(odile, q="terrasse devis", kind="file")) == 1

    edit_note(editor=odile, note=note, body="Pour le perron")
    Attachment.objects.filter(name="devis.pdf").update(name="avenant.pdf")
    Client.objects.filter(pk=morel.pk).update(name="Famille Vasseur")

    assert search(odile, q="terrasse avenant", kind="file") == []
    for typed in ("perron avenant", "vasseur avenant"):
        [hit] = search(odile, q=typed, kind="file")
        assert (hit["excerpt"], hit["note"]) == ("avenant.pdf", str(note.pk)), typed


def test_note_and_its_file_are_found_where_they_were_moved(
    odile: User, conversation: Conversation, other_conversation: Conversation, search: Search
) -> None:
    noted(odile, other_conversation, "Le devis", "devis.pdf")
    assert len(search(odile, q="devis")) == 2

    merge(editor=odile, source=other_conversation, target=conversation)

    places = {hit["conversation"]["id"] for hit in search(odile, q="devis")}
    assert places == {str(conversation.pk)}

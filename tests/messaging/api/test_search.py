"""Words are found in messages, file names, notes and subjects, by those who may see them."""

from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import User
from messaging.actions.conversations import archive_conversation
from messaging.actions.messages import delete_message
from messaging.actions.notes import write_note
from messaging.models import Conversation, MessageAttachment
from tests.cast import Call, Say

SITE = (
    "Le béton de la dalle est fissuré, voir le repère B-12.",
    "Gros œuvre : les travaux reprennent le 12 novembre.",
    "L’escalier arrive mardi, 1 250,50 € TTC.",
    "Mon numéro : 06.12.34.56.78",
    "La salle de bains aura 12 m² de carreaux.",
    "Une salle, et un bain de soleil.",
)
FOUND = {
    "beton": [0], "BÉTON fissure": [0], "fissuré béton": [0], "béton carreaux": [],
    "b12": [0], "B 12": [0], "b-12": [0], "rep": [0, 1],
    "gros oeuvre": [1], "travail": [1], "travaux": [1], "12/11": [1], "12/11/2026": [],
    "12 novembre": [1], "escaliers": [2], "l'escalier": [2], "1250": [2], "1 250": [2],
    "1250,50": [2], "0612345678": [3], "06 12 34 56 78": [3], "+33 6 12 34 56 78": [3],
    "06 99 99 99 99": [], "carreau": [4], "12 m2": [4], '"salle de bains"': [4],
    "«salle de ba": [4], '"salle de bain"': [],
    "salle bain": [4, 5], "%": [], "' OR 1=1 --": [], "\\": [], "&|!:*()": [],
}  # fmt: skip


def found(caller: Any, kind: str, **query: object) -> list[dict[str, Any]]:
    answer = caller.get("/api/v1/search", {"kind": kind, **query})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def marked(result: dict[str, Any]) -> list[str]:
    return [result["excerpt"][start:end] for start, end in result["hits"]]


def test_words_of_a_building_site_are_found(camille: User, say: Say, api: Call) -> None:
    for body in SITE:
        say(camille, body)

    answers = {
        typed: sorted(message["seq"] - 1 for message in found(api(camille), "message", q=typed))
        for typed in FOUND
    }

    assert answers == FOUND


@pytest.mark.parametrize(
    ("body", "typed", "hits"),
    [
        ("Le béton du BETON", "beton", ["béton", "BETON"]),
        ("Le gros œuvre 🏗️ et l’œuvre", "œuvre", ["œuvre", "œuvre"]),
        ("Repère B-12 ici", "b12", ["B-12"]),
        ("Appelez le 06.12.34.56.78 !", "0612345678", ["06.12.34.56.78"]),
        ("Les travaux", "travail", ["travaux"]),
        ("Un carreau", "carreaux", ["carreau"]),
    ],
    ids=["accents", "ligature", "reference", "phone", "plural", "singular"],
)
def test_hits_are_marked_as_they_are_written(
    body: str, typed: str, hits: list[str], camille: User, say: Say, api: Call
) -> None:
    say(camille, body)

    [message] = found(api(camille), "message", q=typed)

    assert marked(message) == hits


def test_excerpt_of_a_long_message_is_around_the_hit(camille: User, say: Say, api: Call) -> None:
    say(camille, "début " * 200 + "le carrelage\nest posé " + "fin " * 200)

    [message] = found(api(camille), "message", q="carrelage")

    assert len(message["excerpt"]) <= 162
    assert message["excerpt"].startswith("…début")
    assert message["excerpt"].endswith("…")
    assert "le carrelage est posé" in message["excerpt"]
    assert marked(message) == ["carrelage"]


def test_only_what_the_reader_may_see_is_found(
    camille: User,
    bruno: User,
    yanis: User,
    odile: User,
    conversation: Conversation,
    say: Say,
    api: Call,
) -> None:
    say(camille, "Le code du portail")
    delete_message(remover=camille, message=say(camille, "Le portail supprimé"))
    write_note(author=odile, conversation=conversation, body="Portail à revoir", note_id=uuid4())

    counts = {
        person.name: [len(found(api(person), "message", q="portail", **within))
                      for within in ({}, {"conversation": conversation.pk})]
        for person in (bruno, odile)
    }  # fmt: skip

    assert counts == {"Bruno Morel": [1, 1], "Odile Perrin": [1, 1]}
    assert found(api(yanis), "message", q="portail") == []
    address = f"/api/v1/search?q=portail&conversation={conversation.pk}"
    assert api(yanis).get(address).status_code == 404
    [note] = found(api(odile), "note", q="portails")
    assert note["excerpt"] == "Portail à revoir"
    assert note["conversation"]["subject"] == "Carrelage du séjour"
    assert found(api(camille), "note", q="portail") == []


def test_archived_conversation_is_searched_alone(
    camille: User, marc: User, conversation: Conversation, say: Say, api: Call
) -> None:
    say(camille, "Le code du portail")
    archive_conversation(archiver=marc, conversation=conversation)

    assert found(api(camille), "message", q="portail") == []
    assert len(found(api(camille), "message", q="portail", conversation=conversation.pk)) == 1


def test_files_are_found_by_their_names(
    camille: User, yanis: User, conversation: Conversation, say: Say, api: Call
) -> None:
    message = say(camille, "Voici")
    file = Attachment.objects.create(
        uploader=camille, name="Plan_façade-sud.v2.pdf", size=9, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
    )  # fmt: skip
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=conversation, position=0
    )

    [result] = found(api(camille), "file", q="facade plan")

    assert (result["id"], result["message"]) == (str(file.pk), str(message.pk))
    assert result["excerpt"] == "Plan_façade-sud.v2.pdf"
    assert marked(result) == ["Plan", "façade"]
    assert result["conversation"]["subject"] == "Carrelage du séjour"
    assert found(api(yanis), "file", q="facade") == []


def test_conversations_are_found_by_subject_client_and_chantier(
    camille: User, yanis: User, conversation: Conversation, say: Say, api: Call
) -> None:
    say(camille, "Le portail")

    def about(person: User, typed: str) -> list[str]:
        answer = api(person).get("/api/v1/conversations", {"about": typed}).json()
        return [each["subject"] for each in answer["results"]]

    for typed in ("sejour", "carrelages", "lumiere", "ch 2041", "famille"):
        assert about(camille, typed) == ["Carrelage du séjour"], typed
        assert about(yanis, typed) == [], typed
    assert about(camille, "portail") == []
    assert about(camille, "…") == []

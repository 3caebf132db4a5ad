"""`GET /search`: everything at once, with its place, for those who may see it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from core.models import Client, User
from messaging.actions.notes import write_note
from messaging.models import Conversation, Message
from tests.cast import Call, Say


def search(caller: Any, typed: str, **query: object) -> dict[str, Any]:
    answer = caller.get("/api/v1/search", {"q": typed, **query})
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def test_hit_says_where_it_is_and_what_matched(
    camille: User, conversation: Conversation, say: Say, api: Call
) -> None:
    message = say(camille, "Bonjour, le portail est bloqué")

    [hit] = search(api(camille), "portails")["results"]

    assert hit["kind"] == "message"
    assert (hit["id"], hit["message"], hit["seq"]) == (str(message.pk), str(message.pk), 1)
    assert hit["author"]["name"] == "Camille Morel"
    place = hit["conversation"]
    assert (place["id"], place["status"]) == (str(conversation.pk), "open")
    assert place["chantier"]["reference"] == "CH-2041"
    assert [hit["excerpt"][start:end] for start, end in hit["hits"]] == ["portail"]


def test_word_with_an_error_is_marked_as_it_is_written(camille: User, say: Say, api: Call) -> None:
    say(camille, "L’échafaudage gêne")

    [hit] = search(api(camille), "echaffaudage")["results"]

    assert [hit["excerpt"][start:end] for start, end in hit["hits"]] == ["échafaudage"]


def test_note_and_other_client_are_not_found(
    camille: User, yanis: User, odile: User, conversation: Conversation, say: Say, api: Call
) -> None:
    say(camille, "Le portail")
    write_note(author=odile, conversation=conversation, body="Portail cher", note_id=uuid4())

    kinds = {
        person.name: [hit["kind"] for hit in search(api(person), "portail")["results"]]
        for person in (camille, yanis, odile)
    }

    assert kinds == {
        "Camille Morel": ["message"],
        "Yanis Haddad": [],
        "Odile Perrin": ["note", "message"],
    }


def test_other_clients_words_do_not_change_what_is_found(
    camille: User, yanis: User, of_yanis: Conversation, say: Say, api: Call
) -> None:
    """A word with an error is looked for among one's own, whether others have it or not."""
    say(camille, "Le carrelage")
    Message.objects.create(
        conversation=of_yanis, author=yanis, seq=1, version=1, body="Le carelage",
        draft_digest=bytes(32),
    )  # fmt: skip

    # The subject of the conversation is about «carrelage» too.
    assert len(search(api(camille), "carelage")["results"]) == 2
    assert len(search(api(yanis), "carelage")["results"]) == 1


def test_pages_follow_without_a_gap(camille: User, say: Say, api: Call) -> None:
    for number in range(5):
        say(camille, f"Béton {number}")

    seqs, address = [], "/api/v1/search?q=beton&limit=2"
    while address:
        page = api(camille).get(address).json()
        seqs += [hit["seq"] for hit in page["results"]]
        address = page["next"]

    assert seqs == [5, 4, 3, 2, 1]
    answer = api(camille).get("/api/v1/search?q=beton&cursor=none")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "cursor"


def test_pages_go_on_from_what_says_a_date_to_what_was_sent_then(
    camille: User, say: Say, api: Call
) -> None:
    day = timezone.localdate()
    said = say(camille, f"Le {day:%d/%m/%Y}, c'est noté")
    sent = [say(camille, "Un"), say(camille, "Deux")]

    ids, address = [], f"/api/v1/search?q={day:%d/%m/%Y}&limit=1"
    while address:
        page = api(camille).get(address).json()
        ids += [hit["id"] for hit in page["results"] if hit["kind"] == "message"]
        address = page["next"]

    assert ids == [str(message.pk) for message in (said, *reversed(sent))]


def test_hits_of_closed_conversations_are_counted(
    camille: User, marc: User, conversation: Conversation, say: Say, api: Call
) -> None:
    say(camille, "Le portail")
    assert search(api(camille), "portail")["count"] == {"found": 1, "closed": 0, "is_more": False}

    Conversation.objects.filter(pk=conversation.pk).update(status=Conversation.Status.CLOSED)

    page = search(api(camille), "portail")
    assert page["count"] == {"found": 1, "closed": 1, "is_more": False}
    assert page["results"][0]["conversation"]["status"] == "closed"


@pytest.mark.usefixtures("db")
def test_filters_narrow_what_is_found(
    camille: User, odile: User, morel: Client, haddad: Client, conversation: Conversation,
    say: Say, api: Call,
) -> None:  # fmt: skip
    say(camille, "Le portail")
    say(odile, "Quel portail ?")
    today = timezone.localdate()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)

    def seqs(**filters: object) -> list[int]:
        page = search(api(odile), "portail", **filters)
        return [hit["seq"] for hit in page["results"]]

    assert seqs() == [2, 1]
    assert seqs(client=morel.pk) == [2, 1]
    assert seqs(client=haddad.pk) == []
    assert seqs(chantier=conversation.chantier_id) == [2, 1]
    assert seqs(conversation=conversation.pk) == [2, 1]
    assert seqs(author=camille.pk) == [1]
    assert seqs(**{"from": today, "to": today}) == [2, 1]
    assert seqs(to=yesterday) == []
    assert seqs(**{"from": tomorrow}) == []
    assert seqs(has_file="true") == []
    assert seqs(has_file="false") == [2, 1]

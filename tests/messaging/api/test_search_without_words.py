"""`GET /search` without words: all that the filters let through, the newest first."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from attachments.models import Attachment
from core.models import Chantier, Client, User
from messaging.actions.conversations import archive_conversation
from messaging.actions.messages import delete_message
from messaging.actions.notes import write_note
from messaging.models import Conversation, Message, MessageAttachment
from messaging.queries import search_pages
from tests.cast import Call, Say

PARIS = ZoneInfo("Europe/Paris")


def search(caller: Any, **query: object) -> dict[str, Any]:
    answer = caller.get("/api/v1/search", query)
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def texts(caller: Any, **query: object) -> list[str]:
    return [hit["excerpt"] for hit in search(caller, **query)["results"]]


def joined(message: Message, name: str) -> Attachment:
    """Add a file to a message, as one that was sent with it."""
    file = Attachment.objects.create(
        uploader=message.author, name=name, size=9, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
    )  # fmt: skip
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=message.conversation, position=0
    )
    Message.objects.filter(pk=message.pk).update(attachment_count=1)
    return file


def sent_on(day: date, *messages: Message) -> None:
    for number, message in enumerate(messages):
        at = datetime(day.year, day.month, day.day, 9, number, tzinfo=PARIS)
        Message.objects.filter(pk=message.pk).update(created_at=at)


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "facets=true&limit=5", "q=%E2%80%8B"])
def test_neither_words_nor_a_filter_is_refused_in_words(
    query: str, camille: User, api: Call
) -> None:
    answer = api(camille).get(f"/api/v1/search?{query}", headers={"accept-language": "fr"})

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["attr"] == "q"
    assert error["detail"] == "Tapez un mot, ou choisissez un filtre."


def test_signs_without_a_word_find_nothing_with_a_filter_too(
    camille: User, say: Say, api: Call
) -> None:
    say(camille, "Le portail")

    assert texts(api(camille), q="…!", kind="message") == []


def test_all_files_of_a_chantier_in_a_month_are_listed(
    camille: User, odile: User, villa: Chantier, other_conversation: Conversation, say: Say,
    api: Call,
) -> None:  # fmt: skip
    """«All files of the villa in November», with the message that shows each."""
    november, october = say(camille, "Voici le plan"), say(odile, "Et le devis")
    last = say(camille, "Les photos")
    for message, name in ((november, "plan.pdf"), (october, "devis.pdf"), (last, "photo.pdf")):
        joined(message, name)
    sent_on(date(2026, 11, 3), november)
    sent_on(date(2026, 11, 30), last)
    sent_on(date(2026, 10, 31), october)
    elsewhere = Message.objects.create(
        conversation=other_conversation, author=camille, seq=1, version=1, body="",
        draft_digest=bytes(32), attachment_count=1,
    )  # fmt: skip
    joined(elsewhere, "ailleurs.pdf")
    sent_on(date(2026, 11, 10), elsewhere)

    page = search(
        api(odile), kind="file", chantier=villa.pk, **{"from": "2026-11-01", "to": "2026-11-30"}
    )

    assert [(hit["excerpt"], hit["seq"]) for hit in page["results"]] == [
        ("photo.pdf", 3),
        ("plan.pdf", 1),
    ]
    assert page["count"] == {"found": 2, "closed": 0, "is_more": False}
    assert [hit["hits"] for hit in page["results"]] == [[], []]


@pytest.mark.usefixtures("other_conversation")
def test_each_filter_alone_narrows(
    camille: User, odile: User, morel: Client, haddad: Client, villa: Chantier,
    conversation: Conversation, say: Say, api: Call,
) -> None:  # fmt: skip
    """Of a client, chantier, person, day, kind or conversation, and of what has files."""
    asked, answered = say(camille, "Le portail ?"), say(odile, "Oui")
    joined(answered, "portail.pdf")
    write_note(author=odile, conversation=conversation, body="Prévenir Marc", note_id=uuid4())
    sent_on(date(2026, 11, 3), asked, answered)
    staff = api(odile)

    def written(**filters: object) -> list[str]:
        return texts(staff, kind="written", **filters)

    assert written() == ["Prévenir Marc", "portail.pdf", "Oui", "Le portail ?"]
    assert written(client=morel.pk) == written()
    assert written(client=haddad.pk) == []
    assert written(chantier=villa.pk) == written()
    assert written(conversation=conversation.pk) == written()
    assert written(author=camille.pk) == ["Le portail ?"]
    assert written(**{"from": "2026-11-03", "to": "2026-11-03"}) == written()[1:]
    assert written(to="2026-11-02") == []
    assert texts(staff, has_file="true") == ["portail.pdf", "Oui"]
    assert written(has_file="false") == ["Prévenir Marc", "Le portail ?"]
    assert texts(staff, kind="note") == ["Prévenir Marc"]
    assert len(texts(staff, kind="conversation", client=morel.pk)) == 2


def test_client_is_listed_their_own_alone(
    camille: User, yanis: User, odile: User, marc: User, morel: Client, conversation: Conversation,
    other_conversation: Conversation, of_yanis: Conversation, say: Say, api: Call,
) -> None:  # fmt: skip
    """No note, nothing deleted, archived or another client's, whatever the filter says."""
    joined(say(camille, "Le portail"), "plan.pdf")
    delete_message(remover=camille, message=say(camille, "Supprimé"))
    write_note(author=odile, conversation=conversation, body="Portail cher", note_id=uuid4())
    for place in (other_conversation, of_yanis):
        Message.objects.create(
            conversation=place, author=odile, seq=1, version=1, body="Ailleurs",
            draft_digest=bytes(32),
        )  # fmt: skip
    archive_conversation(archiver=marc, conversation=other_conversation)

    assert texts(api(camille), kind="written") == ["plan.pdf", "Le portail"]
    assert texts(api(camille), kind="note") == []
    assert texts(api(camille), client=of_yanis.client_id) == []
    assert texts(api(yanis), kind="written") == ["Ailleurs"]
    assert texts(api(yanis), client=morel.pk) == []
    assert texts(api(yanis), author=camille.pk) == []
    address = f"/api/v1/search?conversation={conversation.pk}"
    assert api(yanis).get(address).status_code == 404


@pytest.mark.parametrize("walked", [2_000, 3], ids=["newest entries", "index of words"])
def test_pages_without_words_follow_without_a_gap(
    walked: int, camille: User, say: Say, api: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while others write, and where several were sent at the same moment."""
    monkeypatch.setattr(search_pages, "WALKED", walked)
    messages = [say(camille, f"Message {number}") for number in range(9)]
    files = [joined(message, f"{message.seq}.pdf") for message in messages[::2]]
    moment = datetime(2026, 11, 3, 9, tzinfo=PARIS)
    Message.objects.filter(seq__lte=6).update(created_at=moment)
    Message.objects.filter(seq__gt=6).update(created_at=moment + timedelta(hours=1))

    ids: list[str] = []
    address: str | None = "/api/v1/search?" + urlencode({"kind": "file", "limit": 2})
    while address:
        page = api(camille).get(address).json()
        ids += [hit["id"] for hit in page["results"]]
        address = page["next"]
        joined(say(camille, "Encore"), "encore.pdf")

    assert len(ids) == len(files)
    assert {*ids} == {str(file.pk) for file in files}


def test_filters_without_words_offer_where_it_was_found(
    camille: User, odile: User, morel: Client, say: Say, api: Call
) -> None:
    say(camille, "Le portail")
    say(odile, "Oui")

    facets = search(api(odile), kind="message", facets="true")["facets"]

    assert facets["clients"] == [{"id": str(morel.pk), "name": "Famille Morel", "count": 2}]
    assert {each["name"] for each in facets["authors"]} == {"Camille Morel", "Odile Perrin"}

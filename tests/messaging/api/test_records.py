"""What a program with `messages:read` reads: all that was said, and nothing of the company."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from core.auth import credentials
from core.models import Chantier, Client, User
from core.outgoing import feed
from messaging.actions import messages
from messaging.actions.notes import write_note
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from messaging.serializers.records import (
    RecordedConversationSerializer,
    RecordedMessageSerializer,
)
from tests.attachments.senders import analysed, get, send
from tests.cast import Call, Say

pytestmark = pytest.mark.django_db
RECORDS = "/api/v1/records"
EDITED = "message.edited"
Read = Callable[..., Any]


@pytest.fixture
def program(db: None) -> APIClient:
    caller = APIClient()
    secret = credentials.issue("GED", ["messages:read"]).secret
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return caller


@pytest.fixture
def read(program: APIClient) -> Read:
    def page(path: str, **query: Any) -> Any:
        answer = program.get(f"{RECORDS}/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return page


def read_all(read: Read, path: str, **query: Any) -> list[Any]:
    rows, after = [], None
    while True:
        page = read(path, **query, **({} if after is None else {"after": after}))
        rows += page["results"]
        after = page["next"]
        if after is None:
            return rows


class TestConversations:
    def test_all_are_read_page_by_page_once_each(
        self, read: Read, camille: User, conversation: Conversation
    ) -> None:
        made = [open_another(camille, conversation.client) for _ in range(6)]

        rows = read_all(read, "conversations", limit=2)

        assert sorted(row["id"] for row in rows) == sorted(
            str(each.pk) for each in (conversation, *made)
        )
        assert set(rows[0]) == set(RecordedConversationSerializer().fields)

    def test_those_of_a_client_or_a_chantier_are_found_by_external_id(
        self, read: Read, program: APIClient, camille: User, conversation: Conversation
    ) -> None:
        Client.objects.filter(pk=conversation.client_id).update(external_id="C-1")
        Chantier.objects.filter(conversations=conversation).update(external_id="CH-1")
        other = Client.objects.create(name="SCI du Port", external_id="C-2")
        open_another(camille, other)

        [of_client] = read("conversations", client="C-1")["results"]
        [of_chantier] = read("conversations", chantier="CH-1")["results"]

        assert of_client == of_chantier
        assert of_client["id"] == str(conversation.pk)
        assert of_client["client"]["external_id"] == "C-1"
        assert of_client["chantier"] == {
            "id": str(conversation.chantier_id), "external_id": "CH-1", "name": "Villa Lumière",
        }  # fmt: skip
        assert program.get(f"{RECORDS}/conversations", {"client": "C-9"}).status_code == 404


class TestMessages:
    def test_they_are_read_from_the_first_one_on(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(7):
            say((camille, odile)[number % 2], f"n° {number}")

        rows = read_all(read, f"conversations/{conversation.pk}/messages", limit=3)

        assert [row["body"] for row in rows] == [f"n° {number}" for number in range(7)]
        assert rows[1]["author"] == {
            "id": str(odile.pk), "external_id": odile.external_id, "name": "Odile Perrin",
            "role": "staff",
        }  # fmt: skip

    def test_message_is_the_same_as_in_its_event(
        self, read: Read, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        messages.edit_message(editor=camille, message=message, body="Bonsoir")

        [row] = read(f"conversations/{conversation.pk}/messages")["results"]

        feed.give_positions()
        told = [feed.shown(each)["data"] for each in feed.events_after(0).filter(kind=EDITED)]
        assert row == told[0]["message"]
        assert set(row) == set(RecordedMessageSerializer().fields)
        assert datetime.fromisoformat(row["created_at"]).tzinfo == UTC

    def test_deleted_one_keeps_its_place_without_text_and_notes_are_not_read(
        self, read: Read, camille: User, marc: User, conversation: Conversation, say: Say
    ) -> None:
        messages.delete_message(remover=camille, message=say(camille, "Le code est 1234"))
        write_note(author=marc, conversation=conversation, body="Client pressé", note_id=uuid4())

        [row] = read(f"conversations/{conversation.pk}/messages")["results"]

        assert (row["seq"], row["body"]) == (1, "")
        assert row["deleted_at"] is not None

    def test_nothing_is_marked_as_read_by_a_program(
        self, read: Read, api: Call, odile: User, camille: User, conversation: Conversation,
        say: Say,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        before = api(odile).get("/api/v1/unread").json()

        read(f"conversations/{conversation.pk}/messages")

        assert api(odile).get("/api/v1/unread").json() == before


class TestFiles:
    def test_file_of_a_message_is_downloaded(
        self, program: APIClient, read: Read, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = sent(api, camille, conversation, "plan.txt", b"Plan du rez")

        [row] = read(f"conversations/{conversation.pk}/messages")["results"]
        answer = program.get(f"{RECORDS}/attachments/{file}")

        assert [each["name"] for each in row["attachments"]] == ["plan.txt"]
        assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
        assert get(answer["Location"])[2] == b"Plan du rez"

    def test_file_of_a_deleted_message_or_of_none_is_not_found(
        self, program: APIClient, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = sent(api, camille, conversation, "plan.txt", b"Plan du rez")
        loose = send(api(camille), "devis.txt", b"Devis")
        messages.delete_message(remover=camille, message=Message.objects.get())

        for each in (file, loose):
            assert program.get(f"{RECORDS}/attachments/{each}").status_code == 404

    def test_file_that_is_not_checked_yet_is_refused_in_words(
        self, program: APIClient, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "plan.txt", b"Plan du rez")
        draft = Draft(body="", attachment_ids=(file,))
        messages.send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        answer = program.get(f"{RECORDS}/attachments/{file}")

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "attachment_not_ready"


def open_another(opener: User, client: Client) -> Conversation:
    return Conversation.objects.create(client=client, subject="Portail", created_by=opener)


def sent(api: Call, author: User, conversation: Conversation, name: str, content: bytes) -> UUID:
    """Send a file in a message, and have it checked."""
    file = send(api(author), name, content)
    draft = Draft(body="", attachment_ids=(file,))
    messages.send_message(author=author, conversation_id=conversation.pk, draft=draft)
    analysed(file)
    return file

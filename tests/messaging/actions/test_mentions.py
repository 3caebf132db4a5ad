"""A note that names a colleague tells them once, and adds them; earlier texts are kept."""

from typing import Any

import pytest

from core.models import User
from messaging.mentions import mentioned_in
from messaging.models import Conversation, Mention, Notice
from tests.cast import Call
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.conversation.test_participants import present
from tests.messaging.desk import told

pytestmark = pytest.mark.django_db


def write(api: Call, author: User, conversation: Conversation, body: str) -> dict[str, Any]:
    answer = api(author).post(of(conversation, "notes"), {"body": body})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def mentioned(api: Call, reader: User) -> list[str]:
    found = api(reader).get(f"{CONVERSATIONS}?folder=mentions").json()["results"]
    return [one["subject"] for one in found]


@pytest.fixture
def other_marc(db: None) -> User:
    return User.objects.create(email="mb@demo.test", name="Marc Blanc", role=User.Role.STAFF)


class TestMention:
    def test_colleague_is_told_added_and_finds_it_until_they_have_read(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        note = write(api, odile, conversation, "@marc tu peux voir pour le carrelage ?")

        assert [one["name"] for one in note["mentions"]] == ["Marc Vidal"]
        assert told(conversation) == [("Marc", "mentioned")]
        assert Notice.objects.get().text == "@marc tu peux voir pour le carrelage ?"
        assert "Marc" in present(conversation)
        assert mentioned(api, marc) == ["Carrelage du séjour"]

        api(marc).put(of(conversation, "read"), {"seq": 0})

        assert mentioned(api, marc) == []

    def test_whole_name_does_not_name_another_of_the_first_name(
        self, odile: User, marc: User, other_marc: User
    ) -> None:
        people = [odile, marc, other_marc]

        assert mentioned_in("@Marc Blanc regarde", people) == [other_marc]
        assert mentioned_in("@marc regarde", people) == [marc, other_marc]
        assert mentioned_in("@Marcel, marc@exemple.fr", people) == []
        assert mentioned_in("@Marc Blanc et @Odile", people) == [other_marc, odile]

    def test_author_is_not_told_of_ones_own_name(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        note = write(api, odile, conversation, "@Odile : rappeler")

        assert note["mentions"] == []
        assert not Notice.objects.exists()

    def test_client_is_never_mentioned(
        self, api: Call, odile: User, camille: User, conversation: Conversation
    ) -> None:
        assert write(api, odile, conversation, "@Camille est pressée")["mentions"] == []

    def test_note_that_is_sent_twice_tells_once(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        draft = {"id": "018f0000-0000-7000-8000-000000000002", "body": "@Marc ?"}
        for _ in range(2):
            api(odile).post(of(conversation, "notes"), draft)

        assert told(conversation) == [("Marc", "mentioned")]


class TestEditing:
    def test_earlier_texts_are_kept_in_order(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        address = of(conversation, f"notes/{write(api, odile, conversation, 'Un')['id']}")
        for body in ("Deux", "Deux", "Trois"):
            assert api(odile).patch(address, {"body": body}).status_code == 200

        texts = [one["body"] for one in api(marc).get(f"{address}/revisions").json()]
        assert texts == ["Un", "Deux"]

    def test_name_that_is_added_tells_and_name_that_goes_takes_the_mention_away(
        self, api: Call, odile: User, marc: User, other_marc: User, conversation: Conversation
    ) -> None:
        note = write(api, odile, conversation, "@Marc Vidal ?")
        address = of(conversation, f"notes/{note['id']}")

        api(odile).patch(address, {"body": "@Marc Vidal et @Marc Blanc ?"})
        assert sorted(told(conversation)) == [("Marc", "mentioned"), ("Marc", "mentioned")]

        edited = api(odile).patch(address, {"body": "@Marc Blanc ?"}).json()
        assert [one["name"] for one in edited["mentions"]] == ["Marc Blanc"]
        assert mentioned(api, marc) == []
        api(odile).patch(address, {"body": "@Marc Vidal ?"})
        assert Notice.objects.filter(recipient=marc).count() == 1

    def test_deleted_note_mentions_nobody(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        note = write(api, odile, conversation, "@Marc ?")
        api(odile).delete(of(conversation, f"notes/{note['id']}"))

        assert not Mention.objects.exists()
        assert mentioned(api, marc) == []

"""Replies that the company reuses: personal and shared, in both languages, counted."""

from typing import Any
from uuid import uuid4

import pytest

from core.models import User
from messaging.canned_variables import VARIABLES
from messaging.models import CannedReply, Conversation, Message
from tests.cast import Call
from tests.in_node import in_node
from tests.messaging.addresses import of

REPLIES = "/api/v1/canned-replies"


@pytest.fixture
def reply(odile: User) -> CannedReply:
    return CannedReply.objects.create(
        owner=odile, shortcut="merci", text_fr="Merci {prenom}.", text_en="Thank you {prenom}."
    )


@pytest.fixture
def shared(marc: User) -> CannedReply:
    return CannedReply.objects.create(
        owner=marc, shortcut="delai", text_fr="Nous revenons vers vous.", is_shared=True
    )


def uses(reply: CannedReply) -> int:
    reply.refresh_from_db()
    return reply.use_count


@pytest.mark.django_db
class TestKeeping:
    def test_reader_has_their_own_and_the_shared_ones(
        self, api: Call, odile: User, marc: User, reply: CannedReply, shared: CannedReply
    ) -> None:
        mine = api(odile).get(REPLIES).json()
        his = api(marc).get(REPLIES).json()

        assert [(one["shortcut"], one["owner"]["name"]) for one in mine] == [
            ("delai", "Marc Vidal"),
            ("merci", "Odile Perrin"),
        ]
        assert [one["shortcut"] for one in his] == ["delai"]

    def test_reply_is_kept_once_under_its_id(self, api: Call, odile: User) -> None:
        draft = {"id": str(uuid4()), "shortcut": "/Relance-Devis", "text_fr": "Avez-vous lu ?"}
        answers = [api(odile).post(REPLIES, draft) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert CannedReply.objects.get().shortcut == "relance-devis"

    @pytest.mark.parametrize(
        ("change", "attr", "code"),
        [
            ({"shortcut": "deux mots"}, "shortcut", "invalid"),
            ({"shortcut": "merci"}, "shortcut", "shortcut_taken"),
            ({"text_fr": "Cher {cleint}"}, "text_fr", "unknown_variable"),
            ({"text_fr": ""}, "text_fr", "required"),
        ],
        ids=["two words", "a word that is taken", "a variable that nobody knows", "no text"],
    )
    def test_reply_is_refused_by_name(
        self,
        api: Call,
        odile: User,
        reply: CannedReply,
        change: dict[str, Any],
        attr: str,
        code: str,
    ) -> None:
        draft = {"shortcut": "bonjour", "text_fr": "Bonjour", **change}
        error = api(odile).post(REPLIES, draft).json()["errors"][0]

        assert (error["attr"], error["code"]) == (attr, code)
        if code == "unknown_variable":
            assert "{cleint}" in error["detail"]
            assert "{client}" in error["detail"]

    def test_two_shared_replies_have_two_shortcuts(
        self, api: Call, odile: User, shared: CannedReply
    ) -> None:
        draft = {"shortcut": "delai", "text_fr": "Bientôt.", "is_shared": True}
        assert api(odile).post(REPLIES, draft).status_code == 409

        assert api(odile).post(REPLIES, {**draft, "is_shared": False}).status_code == 201

    def test_only_its_owner_and_managers_change_a_shared_reply(
        self, api: Call, odile: User, marc: User, shared: CannedReply, reply: CannedReply
    ) -> None:
        for method in ("patch", "delete"):
            assert getattr(api(odile), method)(f"{REPLIES}/{shared.pk}", {}).status_code == 403
            assert getattr(api(marc), method)(f"{REPLIES}/{reply.pk}", {}).status_code == 404
        reply.is_shared = True
        reply.save()
        changed = api(marc).patch(f"{REPLIES}/{reply.pk}", {"text_fr": "Merci beaucoup."})

        assert changed.json()["text_fr"] == "Merci beaucoup."

    def test_page_fills_in_what_the_server_lets_one_write(self) -> None:
        filled: list[str] = in_node(
            "return Object.keys((await import('#messaging/state/replies.js')).VARIABLES)"
        )

        assert filled == list(VARIABLES)


@pytest.mark.django_db
class TestCounting:
    def test_message_counts_each_reply_that_it_was_written_with_once(
        self,
        api: Call,
        odile: User,
        conversation: Conversation,
        reply: CannedReply,
        shared: CannedReply,
    ) -> None:
        draft = {
            "id": str(uuid4()),
            "body": "Merci Camille. Nous revenons vers vous.",
            "canned_replies": [str(reply.pk), str(shared.pk), str(reply.pk)],
        }
        answers = [api(odile).post(of(conversation, "messages"), draft) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 200, 200]
        assert (uses(reply), uses(shared)) == (1, 1)
        assert api(odile).get(REPLIES).json()[0]["use_count"] == 1

    def test_refused_message_counts_nothing(
        self, api: Call, odile: User, archived: Conversation, reply: CannedReply
    ) -> None:
        draft = {"body": "Merci", "canned_replies": [str(reply.pk)]}

        assert api(odile).post(of(archived, "messages"), draft).status_code == 409
        assert uses(reply) == 0

    def test_message_leaves_although_its_reply_was_deleted(
        self, api: Call, odile: User, conversation: Conversation, reply: CannedReply
    ) -> None:
        api(odile).delete(f"{REPLIES}/{reply.pk}")
        draft = {"body": "Merci", "canned_replies": [str(reply.pk)]}

        assert api(odile).post(of(conversation, "messages"), draft).status_code == 201

    def test_colleagues_own_reply_is_not_counted(
        self, api: Call, marc: User, conversation: Conversation, reply: CannedReply
    ) -> None:
        draft = {"body": "Merci", "canned_replies": [str(reply.pk)]}
        api(marc).post(of(conversation, "messages"), draft)

        assert uses(reply) == 0

    def test_client_counts_nothing(
        self, api: Call, camille: User, conversation: Conversation, shared: CannedReply
    ) -> None:
        draft = {"body": "Merci", "canned_replies": [str(shared.pk)]}

        assert api(camille).post(of(conversation, "messages"), draft).status_code == 403
        assert (uses(shared), Message.objects.count()) == (0, 0)

"""Internal notes, which only the company sees."""

from uuid import uuid4

import pytest

from core.models import User
from core.web.errors import NotAllowed
from messaging.actions.notes import write_note
from messaging.models import Conversation, Note
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of, of_note

pytestmark = pytest.mark.django_db

SECRET = "mauvais payeur"


@pytest.fixture
def note(api: Call, odile: User, conversation: Conversation) -> Note:
    api(odile).post(of(conversation, "notes"), {"body": SECRET})
    return Note.objects.get()


class TestANote:
    def test_notes_are_shown_to_the_company_oldest_first(
        self, api: Call, odile: User, marc: User, conversation: Conversation, note: Note
    ) -> None:
        api(marc).post(of(conversation, "notes"), {"body": "À surveiller"})

        shown = api(odile).get(of(conversation, "notes")).json()

        assert [(one["author"]["name"], one["body"]) for one in shown] == [
            ("Odile Perrin", SECRET),
            ("Marc Vidal", "À surveiller"),
        ]

    def test_note_is_shown_to_a_client_nowhere(
        self,
        api: Call,
        camille: User,
        odile: User,
        conversation: Conversation,
        note: Note,
        say: Say,
    ) -> None:
        say(odile, "Bonjour")

        for address in (
            CONVERSATIONS, f"{CONVERSATIONS}?q=payeur", of(conversation),
            of(conversation, "messages"), of(conversation, "changes?since=0"), "/api/v1/unread",
            of(conversation, "notes"), of_note(note),
            f"/client/messages/{conversation.pk}",
        ):  # fmt: skip
            caller = api(camille)
            caller.force_login(camille)
            assert SECRET not in caller.get(address).content.decode()

    def test_note_leaves_the_conversation_as_it_is(
        self, conversation: Conversation, note: Note
    ) -> None:
        """With a version of its own, it would be a gap that a client's screen asks about."""
        version = conversation.version
        conversation.refresh_from_db()

        assert (conversation.version, conversation.last_seq) == (version, 0)

    def test_note_sent_twice_is_kept_once(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        draft = {"id": str(uuid4()), "body": SECRET}
        first = api(odile).post(of(conversation, "notes"), draft)
        again = api(odile).post(of(conversation, "notes"), draft)
        other = api(odile).post(of(conversation, "notes"), {**draft, "body": "Autre"})
        stranger = api(marc).post(of(conversation, "notes"), draft)

        assert first.json() == again.json()
        assert (other.status_code, stranger.status_code) == (409, 409)
        assert Note.objects.count() == 1

    def test_client_writes_no_note(self, camille: User, conversation: Conversation) -> None:
        with pytest.raises(NotAllowed):
            write_note(author=camille, conversation=conversation, body="Moi", note_id=uuid4())

        assert not Note.objects.exists()

    def test_note_is_changed_by_its_author_alone(
        self, api: Call, odile: User, marc: User, note: Note
    ) -> None:
        assert api(marc).patch(of_note(note), {"body": "Non"}).status_code == 403

        answer = api(odile).patch(of_note(note), {"body": "Paie tard"})

        assert (answer.status_code, answer.json()["body"]) == (200, "Paie tard")
        assert answer.json()["edited_at"]

    def test_note_is_deleted_by_its_author_or_a_manager(
        self, api: Call, odile: User, marc: User, conversation: Conversation, note: Note
    ) -> None:
        other = User.objects.create(email="o@demo.test", name="Omar", role=User.Role.STAFF)

        assert api(other).delete(of_note(note)).status_code == 403
        assert api(marc).delete(of_note(note)).status_code == 204
        assert api(odile).get(of(conversation, "notes")).json() == []
        assert api(odile).delete(of_note(note)).status_code == 404

    def test_note_is_found_in_its_own_conversation_only(
        self, api: Call, odile: User, other_conversation: Conversation, note: Note
    ) -> None:
        elsewhere = of(other_conversation, f"notes/{note.pk}")

        assert api(odile).patch(elsewhere, {"body": "Non"}).status_code == 404
        assert api(odile).delete(elsewhere).status_code == 404

    @pytest.mark.parametrize("body", ["", " ", "\x00", "a" * 10_001, None])
    def test_note_obeys_the_rules_of_a_body(
        self, api: Call, odile: User, conversation: Conversation, body: str | None
    ) -> None:
        assert api(odile).post(of(conversation, "notes"), {"body": body}).status_code == 400

"""Who takes part: the client's users; of the company the owners, or else every manager."""

import pytest

from core.models import Chantier, Client, User
from messaging.actions.conversations import change_conversation
from messaging.actions.messages import delete_message
from messaging.actions.reads import read_up_to
from messaging.conversation import unread
from messaging.conversation.lock import lock
from messaging.models import Conversation, Message, Participant
from tests.cast import Call, Say
from tests.messaging.addresses import of
from tests.messaging.conftest import FanOut, Mark

pytestmark = pytest.mark.django_db


def present(conversation: Conversation) -> set[str]:
    rows = Participant.objects.filter(conversation=conversation, left_at=None)
    return {name.split()[0] for name in rows.values_list("user__name", flat=True)}


def assign(conversation: Conversation, editor: User, person: User | None) -> None:
    change_conversation(
        editor=editor,
        conversation=conversation,
        changes={"assigned_to_id": person.pk if person else None},
    )


@pytest.fixture
def nina(morel: Client) -> User:
    """A user whom the Morels add later."""
    return User.objects.create(
        email="nina@demo.test", name="Nina Morel", role=User.Role.CLIENT, client=morel
    )


class TestTheParticipants:
    def test_participants_are_the_clients_users_and_the_responsible_person(
        self, conversation: Conversation
    ) -> None:
        assert present(conversation) == {"Camille", "Bruno", "Odile"}

    def test_deputy_of_the_chantier_is_a_participant(
        self, camille: User, bruno: User, odile: User, marc: User, villa: Chantier, say: Say,
        conversation: Conversation, fan_out: FanOut,
    ) -> None:  # fmt: skip
        villa.deputy = marc
        villa.save()

        say(camille, "Bonjour")
        fan_out()

        assert present(conversation) == {"Camille", "Bruno", "Odile", "Marc"}

    def test_managers_are_participants_when_nobody_owns_it(
        self, marc: User, odile: User, other_conversation: Conversation
    ) -> None:
        assert present(other_conversation) == {"Camille", "Marc"}

    def test_managers_leave_once_someone_is_assigned(
        self, marc: User, odile: User, other_conversation: Conversation
    ) -> None:
        assign(other_conversation, marc, odile)
        assert present(other_conversation) == {"Camille", "Odile"}

        assign(other_conversation, marc, None)
        assert present(other_conversation) == {"Camille", "Marc"}

    def test_managers_return_when_the_owner_left_the_company(
        self, camille: User, odile: User, marc: User, conversation: Conversation, say: Say,
        fan_out: FanOut,
    ) -> None:  # fmt: skip
        User.objects.filter(pk=odile.pk).update(is_active=False)

        say(camille, "Bonjour")
        fan_out()

        assert present(conversation) == {"Camille", "Bruno", "Marc"}

    def test_person_of_the_company_who_wrote_is_a_participant(
        self, camille: User, marc: User, conversation: Conversation, say: Say, fan_out: FanOut,
        mark: Mark,
    ) -> None:  # fmt: skip
        say(marc, "Je suis sur place")
        assert "Marc" in present(conversation)

        say(camille, "Merci")
        fan_out()

        assert mark(marc).unread_count == 1

    def test_user_of_another_client_is_no_participant(
        self, yanis: User, conversation: Conversation, say: Say, camille: User, fan_out: FanOut
    ) -> None:
        say(camille, "Bonjour")
        fan_out()

        assert not Participant.objects.filter(user=yanis).exists()


class TestJoining:
    def test_person_who_joins_late_has_only_what_follows_to_read(
        self, camille: User, conversation: Conversation, say: Say, fan_out: FanOut, nina: User,
        mark: Mark,
    ) -> None:  # fmt: skip
        User.objects.filter(pk=nina.pk).update(is_active=False)
        say(camille, "Un")
        fan_out()
        User.objects.filter(pk=nina.pk).update(is_active=True)

        say(camille, "Deux")
        fan_out()

        assert (mark(nina).unread_count, mark(nina).last_read_seq) == (1, 1)

    def test_person_who_is_assigned_has_nothing_to_read(
        self, camille: User, marc: User, odile: User, conversation: Conversation, say: Say,
        mark: Mark, fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        fan_out()

        assign(conversation, odile, marc)

        assert mark(marc).unread_count == 0

    def test_person_who_returns_has_nothing_to_read_of_the_time_away(
        self, camille: User, marc: User, odile: User, conversation: Conversation, say: Say,
        fan_out: FanOut, mark: Mark,
    ) -> None:  # fmt: skip
        assign(conversation, odile, marc)
        assign(conversation, odile, None)
        say(camille, "Pendant l'absence")
        fan_out()

        assign(conversation, odile, marc)
        unread.recount(lock(conversation.pk))

        assert mark(marc).unread_count == 0

    def test_person_who_joins_by_a_deletion_has_nothing_to_read(
        self, camille: User, conversation: Conversation, say: Say, fan_out: FanOut, mark: Mark,
        morel: Client,
    ) -> None:  # fmt: skip
        first = say(camille, "Un")
        for number in range(4):
            say(camille, f"n° {number}")
        fan_out()
        late = User.objects.create(
            email="late@demo.test", name="Late Morel", role=User.Role.CLIENT, client=morel
        )

        delete_message(remover=camille, message=first)
        fan_out()

        assert mark(late).unread_count == 0

    def test_person_who_joins_by_writing_is_seen_by_everyone(
        self, api: Call, conversation: Conversation, nina: User
    ) -> None:
        before = api(nina).get(of(conversation)).json()["version"]

        api(nina).post(of(conversation, "messages"), {"body": "Bonjour, je suis Nina"})

        told = api(nina).get(of(conversation, f"changes?since={before}")).json()
        assert "Nina Morel" in [person["name"] for person in told["conversation"]["participants"]]


class TestLeaving:
    def test_person_who_left_is_not_counted_and_keeps_the_mark(
        self, camille: User, odile: User, marc: User, conversation: Conversation, say: Say,
        fan_out: FanOut, villa: Chantier, mark: Mark,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        fan_out()
        read_up_to(reader=odile, conversation=conversation, seq=1)
        assign(conversation, marc, None)
        villa.responsible = marc
        villa.save()

        say(camille, "Encore")
        fan_out()

        assert present(conversation) == {"Camille", "Bruno", "Marc"}
        assert (mark(odile).unread_count, mark(odile).last_read_seq) == (0, 1)
        assert mark(odile).left_at is not None

    def test_person_who_moved_to_another_client_sees_nothing(
        self, api: Call, camille: User, bruno: User, haddad: Client, conversation: Conversation,
        say: Say, fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        fan_out()
        bruno.client = haddad
        bruno.save()

        assert api(bruno).get("/api/v1/unread").json() == {"total": 0, "conversations": {}}
        assert api(bruno).get(of(conversation)).status_code == 404
        say(camille, "Encore")
        fan_out()
        assert "Bruno" not in present(conversation)

    def test_messages_of_a_person_who_left_the_company_stay(
        self, api: Call, odile: User, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Je passe mardi")
        User.objects.filter(pk=odile.pk).update(is_active=False)

        history = api(camille).get(of(conversation, "messages")).json()["results"]

        assert [message["author"]["name"] for message in history] == ["Odile Perrin"]
        assert Message.objects.count() == 1

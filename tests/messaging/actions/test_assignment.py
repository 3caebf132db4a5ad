"""Take a conversation from a colleague, knowingly; follow one, or no longer."""

import pytest

from core.models import User
from messaging.models import Conversation, Notice
from tests.cast import Call, Say
from tests.messaging.addresses import of
from tests.messaging.conftest import FanOut
from tests.messaging.conversation.test_participants import present
from tests.messaging.desk import lines, owner_of, told

pytestmark = pytest.mark.django_db


class TestTaking:
    def test_colleague_who_has_it_is_named_and_keeps_it(
        self, api: Call, marc: User, odile: User, conversation: Conversation
    ) -> None:
        answer = api(marc).post(of(conversation, "take"), {})

        [error] = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (409, "followed_by_another")
        assert error["detail"].startswith("Odile Perrin")
        assert owner_of(conversation) == odile

    def test_confirmed_it_is_taken_and_the_colleague_is_told(
        self, api: Call, marc: User, odile: User, conversation: Conversation
    ) -> None:
        answer = api(marc).post(of(conversation, "take"), {"confirmed": True})

        assert answer.json()["assigned_to"]["name"] == "Marc Vidal"
        [line] = lines(conversation, "taken_over")
        assert (line.by, line.details["from"]["name"]) == (marc, "Odile Perrin")
        assert told(conversation) == [("Odile", "taken_over")]

    def test_what_nobody_has_or_is_ones_own_needs_no_confirmation(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        assert api(odile).post(of(conversation, "take"), {}).status_code == 200
        api(odile).patch(of(conversation), {"assigned_to": None})

        assert api(odile).post(of(conversation, "take"), {}).status_code == 200
        assert owner_of(conversation) == odile
        assert not Notice.objects.exists()

    def test_what_belongs_to_a_person_who_left_needs_no_confirmation(
        self, api: Call, marc: User, odile: User, conversation: Conversation
    ) -> None:
        User.objects.filter(pk=odile.pk).update(is_active=False)

        assert api(marc).post(of(conversation, "take"), {}).status_code == 200


class TestFollowing:
    def test_colleague_follows_and_is_counted_from_then_on(
        self, api: Call, marc: User, camille: User, conversation: Conversation, say: Say,
        fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(camille, "Un")
        for _ in range(2):
            assert api(marc).put(of(conversation, "follow")).status_code == 204
        say(camille, "Deux")
        fan_out()

        assert "Marc" in present(conversation)
        assert api(marc).get(of(conversation)).json()["unread_count"] == 1

    def test_colleague_who_follows_no_longer_is_told_no_more_until_they_write(
        self, api: Call, marc: User, camille: User, conversation: Conversation, say: Say,
        fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(marc, "Je passe")
        assert api(marc).delete(of(conversation, "follow")).status_code == 204
        say(camille, "Merci")
        fan_out()
        assert "Marc" not in present(conversation)

        say(marc, "De rien")
        say(camille, "À mardi")
        fan_out()

        assert "Marc" in present(conversation)

    def test_owner_cannot_stop_to_follow(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        answer = api(odile).delete(of(conversation, "follow"))

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "owner_follows")
        assert "Odile" in present(conversation)

    def test_responsible_person_may_stop_once_it_is_somebody_elses(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        api(odile).patch(of(conversation), {"assigned_to": str(marc.pk)})
        assert "Odile" in present(conversation)

        assert api(odile).delete(of(conversation, "follow")).status_code == 204
        assert present(conversation) == {"Camille", "Bruno", "Marc"}

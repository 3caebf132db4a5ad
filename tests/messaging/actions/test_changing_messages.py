"""Editing and deleting messages: the company keeps every earlier text."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message
from messaging.models import Conversation, MessageRevision
from tests.cast import Call, Say
from tests.messaging.addresses import of, of_message

pytestmark = pytest.mark.django_db


class TestAnEdit:
    def test_edit_changes_the_text_for_everyone(
        self, api: Call, camille: User, odile: User, say: Say
    ) -> None:
        message = say(camille, "Lundi")

        answer = api(camille).patch(of_message(message), {"body": " Mardi "})

        assert (answer.status_code, answer.json()["body"]) == (200, "Mardi")
        assert answer.json()["edited_at"]
        assert api(odile).get(of_message(message)).json() == answer.json()

    def test_edit_keeps_every_earlier_text_for_the_company(
        self, api: Call, camille: User, odile: User, say: Say
    ) -> None:
        message = say(camille, "Lundi")
        api(camille).patch(of_message(message), {"body": "Mardi"})
        api(camille).patch(of_message(message), {"body": "Mercredi"})

        revisions = api(odile).get(of_message(message, "revisions")).json()

        assert [revision["body"] for revision in revisions] == ["Lundi", "Mardi"]

    def test_earlier_texts_are_shown_to_no_client(
        self, api: Call, camille: User, yanis: User, say: Say
    ) -> None:
        message = say(camille, "Lundi")

        assert api(camille).get(of_message(message, "revisions")).status_code == 403
        assert api(yanis).get(of_message(message, "revisions")).status_code == 404

    def test_edited_message_has_the_next_version_and_the_same_seq(
        self, api: Call, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Lundi")
        say(camille, "Autre chose")
        conversation.refresh_from_db()

        edited = api(camille).patch(of_message(message), {"body": "Mardi"}).json()

        assert (edited["seq"], edited["version"]) == (1, conversation.version + 1)

    def test_edit_to_the_same_text_is_no_change(self, api: Call, camille: User, say: Say) -> None:
        message = say(camille, "Lundi")

        answer = api(camille).patch(of_message(message), {"body": "Lundi"})

        assert (answer.status_code, answer.json()["version"]) == (200, message.version)
        assert not MessageRevision.objects.exists()

    @pytest.mark.parametrize("who", ["bruno", "odile", "marc"])
    def test_edit_of_anothers_message_is_refused_even_to_a_manager(
        self, request: pytest.FixtureRequest, api: Call, camille: User, say: Say, who: str
    ) -> None:
        message = say(camille, "Lundi")

        answer = api(request.getfixturevalue(who)).patch(of_message(message), {"body": "Jamais"})

        assert answer.status_code == 403
        message.refresh_from_db()
        assert message.body == "Lundi"

    def test_edit_is_possible_for_fifteen_minutes(self, api: Call, camille: User, say: Say) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            message = say(camille, "Lundi")

            clock.shift(timedelta(minutes=15))
            in_time = api(camille).patch(of_message(message), {"body": "Mardi"})
            clock.shift(timedelta(seconds=1))
            too_late = api(camille).patch(of_message(message), {"body": "Mercredi"})

        assert in_time.status_code == 200
        assert too_late.status_code == 409
        assert too_late.json()["errors"][0]["code"] == "edit_window_over"

    def test_edit_of_a_deleted_message_is_refused(self, api: Call, camille: User, say: Say) -> None:
        message = say(camille, "Lundi")
        api(camille).delete(of_message(message))

        answer = api(camille).patch(of_message(message), {"body": "Mardi"})

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "message_deleted")

    def test_edit_in_an_archived_conversation_is_refused(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Lundi")
        api(odile).delete(of(conversation))

        assert api(camille).patch(of_message(message), {"body": "Mardi"}).status_code == 409

    @pytest.mark.parametrize("body", ["", "  ", "\x07", "a" * 10_001])
    def test_edited_body_obeys_the_rules_of_a_body(
        self, api: Call, camille: User, say: Say, body: str
    ) -> None:
        message = say(camille, "Lundi")

        assert api(camille).patch(of_message(message), {"body": body}).status_code == 400


class TestADeletion:
    def test_deletion_leaves_a_tombstone(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        message = say(camille, "Le code est 1234")

        assert api(camille).delete(of_message(message)).status_code == 204

        history = api(odile).get(of(conversation, "messages")).json()["results"]
        assert [shown["seq"] for shown in history] == [1, 2]
        assert (history[1]["body"], bool(history[1]["deleted_at"])) == ("", True)

    def test_deleted_text_is_only_in_the_revisions_of_the_company(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Le code est 1234")
        api(camille).delete(of_message(message))

        for address in ("", "messages", "changes?since=0", f"messages/{message.pk}"):
            assert "1234" not in api(camille).get(of(conversation, address)).content.decode()
        assert api(camille).get("/api/v1/conversations?q=1234").json()["results"] == []
        assert "1234" in api(odile).get(of_message(message, "revisions")).content.decode()

    def test_deletion_done_twice_is_done_once(self, api: Call, camille: User, say: Say) -> None:
        message = say(camille, "Oups")
        api(camille).delete(of_message(message))
        version = api(camille).get(of_message(message)).json()["version"]

        assert api(camille).delete(of_message(message)).status_code == 204
        assert api(camille).get(of_message(message)).json()["version"] == version
        assert MessageRevision.objects.count() == 1

    def test_deletion_of_ones_own_message_is_possible_for_fifteen_minutes(
        self, api: Call, camille: User, say: Say
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            message = say(camille, "Oups")
            clock.shift(timedelta(minutes=15, seconds=1))

            answer = api(camille).delete(of_message(message))

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "edit_window_over")

    def test_deletion_by_a_manager_is_possible_at_any_time(
        self, api: Call, camille: User, marc: User, say: Say
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            message = say(camille, "Un mot de trop")
            clock.shift(timedelta(days=30))

            assert api(marc).delete(of_message(message)).status_code == 204

    @pytest.mark.parametrize("who", ["bruno", "odile"])
    def test_deletion_of_anothers_message_is_refused(
        self, request: pytest.FixtureRequest, api: Call, camille: User, say: Say, who: str
    ) -> None:
        message = say(camille, "Lundi")

        answer = api(request.getfixturevalue(who)).delete(of_message(message))

        assert answer.status_code == 403

    def test_deletion_orders_a_recount(self, camille: User, say: Say) -> None:
        message = say(camille, "Oups")
        fan_out_message(message.pk)

        delete_message(remover=camille, message=message)

        message.refresh_from_db()
        assert message.fanned_out_at is None

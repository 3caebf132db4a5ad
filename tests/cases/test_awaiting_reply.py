"""«À répondre» and the badges follow what is there (CASES, section 4): deletions, «Merci !»."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.models import Conversation, Message
from messaging.thanks import only_thanks
from notifications.inbound_email import intake
from notifications.outbound_email.reply_address import address_for
from tests.cast import Call, Say
from tests.messaging.addresses import UNREAD, of, of_message
from tests.notifications.inbound_email.letters import letter

pytestmark = pytest.mark.django_db

Shown = Callable[[], dict[str, Any]]


@pytest.fixture
def shown(api: Call, odile: User, conversation: Conversation) -> Shown:
    """Return a function that returns the conversation as the company sees it."""
    return lambda: dict(api(odile).get(of(conversation)).json())


@pytest.fixture
def status(api: Call, odile: User, conversation: Conversation) -> Callable[[str], None]:
    """Return a function that closes the conversation or opens it again, as the company."""

    def change(to: str) -> None:
        assert api(odile).patch(of(conversation), {"status": to}).status_code == 200

    return change


def moment(message: Message) -> str:
    return message.created_at.isoformat().replace("+00:00", "Z")


class TestDeletedAnswer:
    def test_question_waits_again_since_it_was_asked(
        self, api: Call, camille: User, odile: User, say: Say, shown: Shown
    ) -> None:
        question = say(camille, "Quand venez-vous ?")
        say(camille, "Mardi ?")
        answer = say(odile, "Mercredi")
        assert shown()["awaiting_reply_since"] is None

        assert api(odile).delete(of_message(answer)).status_code == 204

        assert shown()["awaiting_reply_since"] == moment(question)
        listed = api(odile).get("/api/v1/conversations?awaiting_reply=true").json()["results"]
        assert [one["id"] for one in listed] == [shown()["id"]]

    def test_one_answer_of_two_is_enough(
        self, api: Call, camille: User, odile: User, marc: User, say: Say, shown: Shown
    ) -> None:
        question = say(camille, "Quand venez-vous ?")
        answers = [say(odile, "Mercredi"), say(marc, "À 8 h")]

        api(marc).delete(of_message(answers[1]))
        assert shown()["awaiting_reply_since"] is None

        api(marc).delete(of_message(answers[0]))
        assert shown()["awaiting_reply_since"] == moment(question)

    def test_question_deleted_after_its_answer_leaves_the_next_one_waiting(
        self, api: Call, camille: User, odile: User, marc: User, say: Say, shown: Shown
    ) -> None:
        first, second = say(camille, "Un"), say(camille, "Deux")
        answer = say(odile, "Réponse")

        api(camille).delete(of_message(first))
        api(marc).delete(of_message(answer))
        assert shown()["awaiting_reply_since"] == moment(second)

        api(camille).delete(of_message(second))
        assert shown()["awaiting_reply_since"] is None

    def test_note_answers_nothing_and_an_assignment_changes_nothing(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        shown: Shown,
    ) -> None:  # fmt: skip
        question = say(camille, "Quand venez-vous ?")

        note = api(odile).post(of(conversation, "notes"), {"body": "À voir"}).json()
        api(odile).patch(of(conversation), {"assigned_to": str(odile.pk)})
        api(odile).delete(of(conversation, f"notes/{note['id']}"))

        assert shown()["awaiting_reply_since"] == moment(question)

    def test_badge_is_right_at_once_before_any_worker(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        answers = [say(odile, "Mercredi"), say(odile, "À 8 h")]
        for answer in answers:
            fan_out_message(answer.pk)
        assert api(camille).get(UNREAD).json()["total"] == 2

        api(odile).delete(of_message(answers[0]))

        assert api(camille).get(UNREAD).json()["total"] == 1
        assert api(camille).get(of(conversation)).json()["unread_count"] == 1


class TestClosedAndReopened:
    def test_question_waits_again_when_the_company_reopens(
        self, camille: User, say: Say, shown: Shown, status: Callable[[str], None]
    ) -> None:
        question = say(camille, "Quand venez-vous ?")
        status("closed")
        assert shown()["awaiting_reply_since"] is None

        status("open")

        assert shown()["awaiting_reply_since"] == moment(question)

    def test_answer_by_email_to_a_closed_conversation_waits_since_then(
        self, camille: User, conversation: Conversation, say: Say, shown: Shown,
        status: Callable[[str], None],
    ) -> None:  # fmt: skip
        say(camille, "Un vieux message, réglé par téléphone")
        status("closed")

        intake.receive(letter(address_for(camille, conversation), "Et la cave ?").as_bytes())

        by_email = Message.objects.get(by_email=True)
        assert (shown()["status"], shown()["awaiting_reply_since"]) == ("open", moment(by_email))

    def test_deleting_the_message_that_reopened_leaves_nothing_waiting(
        self, api: Call, camille: User, say: Say, shown: Shown, status: Callable[[str], None]
    ) -> None:
        say(camille, "Réglé par téléphone")
        status("closed")
        later = say(camille, "Et la cave ?")
        assert shown()["awaiting_reply_since"] == moment(later)

        api(camille).delete(of_message(later))

        assert shown()["awaiting_reply_since"] is None

    def test_answer_deleted_in_a_closed_conversation_waits_only_once_it_is_reopened(
        self, api: Call, camille: User, odile: User, say: Say, shown: Shown,
        status: Callable[[str], None],
    ) -> None:  # fmt: skip
        question = say(camille, "Quand venez-vous ?")
        answer = say(odile, "Mercredi")
        status("closed")

        api(odile).delete(of_message(answer))
        assert shown()["awaiting_reply_since"] is None

        status("open")
        assert shown()["awaiting_reply_since"] == moment(question)


class TestThanks:
    def test_thanks_reopen_and_are_marked_and_the_conversation_closes_again_in_one_request(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        shown: Shown, status: Callable[[str], None],
    ) -> None:  # fmt: skip
        say(odile, "C'est fait")
        status("closed")

        thanks = say(camille, "Merci !")

        reopened = shown()
        assert (reopened["status"], reopened["closed_up_to_seq"]) == ("open", thanks.seq - 1)
        assert reopened["last_message"]["is_thanks"]
        assert reopened["awaiting_reply_since"] == moment(thanks)

        status("closed")

        assert (shown()["status"], shown()["awaiting_reply_since"]) == ("closed", None)
        assert shown()["closed_up_to_seq"] == thanks.seq

    def test_later_question_does_not_wait_since_the_thanks(
        self, camille: User, say: Say, shown: Shown, status: Callable[[str], None]
    ) -> None:
        with time_machine.travel("2026-03-02 09:00:00+01:00", tick=False) as clock:
            status("closed")
            say(camille, "Merci !")
            status("closed")
            clock.shift(timedelta(days=90))

            question = say(camille, "Le joint se fend.")

            assert shown()["awaiting_reply_since"] == moment(question)

    def test_only_a_client_says_thanks(
        self, odile: User, api: Call, conversation: Conversation
    ) -> None:
        sent = api(odile).post(of(conversation, "messages"), {"body": "Merci !"}).json()

        assert sent["is_thanks"] is False

    @pytest.mark.parametrize(
        "body",
        [
            "Merci !", "merci beaucoup", "Parfait, merci", "Ok merci bonne journée 👍",
            "Merciii 🙏", "Merci Odile !", "Merci à toute l’équipe !",
            "C'est noté, merci.\nBonne soirée",
            "Je vous remercie pour votre réactivité.", "Merci !\n\nCamille Morel",
            "D’accord, merci", "Thank you very much!", "Thanks a lot, have a great day",
        ],
    )  # fmt: skip
    def test_text_is_only_thanks(self, body: str) -> None:
        assert only_thanks(body, author="Camille Morel")

    @pytest.mark.parametrize(
        "body",
        [
            "", "👍", "Bonjour", "Merci ?", "Merci, et pour mardi ?", "Merci de me rappeler",
            "Merci d’avance", "Non merci", "Oui merci", "Merci mais le joint fuit",
            "Merci, à demain", "Merci, bon pour accord", "Merci au 06 12 34 56 78", "Merci " * 30,
            "Sans merci", "Merci voir https://exemple.fr", "Thanks but no", "Merci Odile de passer",
        ],
    )  # fmt: skip
    def test_text_is_more_than_thanks(self, body: str) -> None:
        assert not only_thanks(body, author="Camille Morel")


@pytest.mark.django_db(transaction=True)
def test_migration_finds_the_questions_that_wait_unseen(
    camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    before = [("messaging", "0006_words_of_file_names")]
    question = say(camille, "Quand venez-vous ?")
    rows = Conversation.objects.filter(pk=conversation.pk)
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    # As deleting the answer left it.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_conversation SET awaiting_reply_since = NULL")

    # To the last ones of all apps: others build on this migration.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert rows.get().awaiting_reply_since == question.created_at
    assert rows.get().closed_up_to_seq == 0

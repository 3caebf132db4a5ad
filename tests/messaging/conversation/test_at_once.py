"""Actions at the same moment, each on a connection of its own."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from core.models import Chantier, User
from messaging.actions.conversations import archive_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import MessageDeleted, delete_message, edit_message, send_message
from messaging.actions.reads import read_up_to
from messaging.conversation import unread
from messaging.conversation.idempotency import Draft
from messaging.conversation.lock import lock
from messaging.models import Conversation, Message, Participant
from tests.at_once import at_once
from tests.cast import Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.files import announced

pytestmark = pytest.mark.django_db(transaction=True)


def post(person: User, address: str, body: dict[str, Any]) -> Callable[[], Any]:
    def deed() -> Any:
        caller = APIClient()
        caller.force_authenticate(person)
        return caller.post(address, body)

    return deed


def seqs_and_versions(conversation: Conversation) -> list[tuple[int, int]]:
    return list(conversation.messages.order_by("seq").values_list("seq", "version"))


class TestSendingAtOnce:
    def test_same_message_sent_fifty_times_is_one_message_and_one_answer(
        self, camille: User, conversation: Conversation
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Le carreau est fendu"}

        answers = at_once(*[post(camille, of(conversation, "messages"), draft)] * 50)

        assert Message.objects.count() == 1
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] * 49 + [201]
        assert len({answer.content for answer in answers}) == 1

    def test_same_message_with_a_file_sent_ten_times_is_one_message_with_its_file(
        self, camille: User, conversation: Conversation
    ) -> None:
        for _ in range(5):
            file = announced(camille)
            draft = {"id": str(uuid4()), "body": "Voici", "attachments": [str(file)]}

            answers = at_once(*[post(camille, of(conversation, "messages"), draft)] * 10)

            assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
            shown = [[each["id"] for each in answer.json()["attachments"]] for answer in answers]
            assert shown == [[str(file)]] * 10

    def test_twenty_messages_sent_at_once_get_a_seq_each(
        self, camille: User, odile: User, marc: User, conversation: Conversation
    ) -> None:
        people = [camille, odile, marc]
        deeds = [
            post(people[number % 3], of(conversation, "messages"), {"body": f"n° {number}"})
            for number in range(20)
        ]

        for _ in range(3):
            assert {answer.status_code for answer in at_once(*deeds)} == {201}

        found = seqs_and_versions(conversation)
        conversation.refresh_from_db()
        assert [seq for seq, _ in found] == list(range(1, 61))
        versions = [version for _, version in found]
        assert versions == sorted(set(versions))
        assert conversation.last_seq == 60
        assert conversation.version >= versions[-1]
        assert conversation.last_message == Message.objects.get(seq=60)

    def test_one_message_id_in_two_conversations_is_kept_once(
        self, camille: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        for _ in range(5):
            draft = {"id": str(uuid4()), "body": "Bonjour"}
            answers = at_once(
                post(camille, of(conversation, "messages"), draft),
                post(camille, of(other_conversation, "messages"), draft),
            )

            assert sorted(answer.status_code for answer in answers) == [201, 409]
            assert Message.objects.filter(pk=draft["id"]).count() == 1

    def test_no_message_comes_after_the_archiving(
        self, camille: User, odile: User, conversation: Conversation
    ) -> None:
        def archive() -> None:
            archive_conversation(archiver=odile, conversation=conversation)

        sends = [post(camille, of(conversation, "messages"), {"body": "Bonjour"})] * 5
        at_once(archive, *sends)

        conversation.refresh_from_db()
        late = conversation.messages.filter(version__gt=conversation.version)
        assert conversation.archived_at is not None
        assert not late.exists()
        assert not conversation.messages.filter(created_at__gt=conversation.archived_at).exists()


class TestOpeningAtOnce:
    def test_same_conversation_opened_ten_times_is_one(
        self, camille: User, marc: User, villa: Chantier
    ) -> None:
        first = {"id": str(uuid4()), "body": "Bonjour", "attachments": [str(announced(camille))]}
        draft = {
            "id": str(uuid4()),
            "subject": "Carrelage",
            "chantier": str(villa.pk),
            "message": first,
        }

        answers = at_once(*[post(camille, CONVERSATIONS, draft)] * 10)

        assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
        assert (Conversation.objects.count(), Message.objects.count()) == (1, 1)
        assert len({answer.json()["id"] for answer in answers}) == 1


class TestReadingAtOnce:
    def test_marks_read_at_once_end_at_the_furthest(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(20):
            say(camille, f"n° {number}")

        def read(seq: int) -> Callable[[], object]:
            return lambda: read_up_to(reader=odile, conversation=conversation, seq=seq)

        at_once(*[read(seq) for seq in range(1, 16)])

        mark = Participant.objects.get(conversation=conversation, user=odile)
        assert (mark.last_read_seq, mark.unread_count) == (15, 5)

    def test_reading_and_sending_at_once_end_at_the_true_counter(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        def send() -> object:
            sent = send_message(
                author=camille, conversation_id=conversation.pk, draft=Draft(body="Bonjour")
            )
            return fan_out_message(sent.message.pk)

        def read() -> object:
            return read_up_to(reader=odile, conversation=conversation, seq=10)

        at_once(*[send, read] * 8)

        mark = Participant.objects.get(conversation=conversation, user=odile)
        told = mark.unread_count
        with transaction.atomic():
            unread.recount(lock(conversation.pk))
        mark.refresh_from_db()
        assert told == mark.unread_count == 8 - mark.last_read_seq

    def test_editing_and_deleting_at_once_ends_deleted_and_keeps_every_text(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Lundi")

        def edit() -> object:
            try:
                return edit_message(editor=camille, message=message, body="Mardi")
            except MessageDeleted:
                return None

        def delete() -> object:
            return delete_message(remover=camille, message=message)

        at_once(edit, delete)

        message.refresh_from_db()
        assert (message.body, message.deleted_at is None) == ("", False)
        assert "Lundi" in message.revisions.values_list("body", flat=True)

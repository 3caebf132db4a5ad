"""After any actions in any order, the counters and «à répondre» are what a plain model says."""

import random
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from rest_framework.exceptions import APIException

from core.ids import new_id
from core.models import Client, User
from messaging.actions import notes, reads
from messaging.actions.conversations import change_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.reads import mark_unread_from
from messaging.conversation.idempotency import Draft
from messaging.conversation.lock import lock
from messaging.models import Conversation, Message, Participant

pytestmark = pytest.mark.django_db

DEEDS = 120


def messages_of(conversation_id: UUID) -> list[Message]:
    return list(Message.objects.filter(conversation=conversation_id))


def unread_by_hand(participant: Participant, messages: list[Message]) -> int:
    """The expected counters: counted message by message, without the database."""
    read_up_to = participant.last_read_seq
    if participant.unread_from_seq is not None:
        read_up_to = min(read_up_to, participant.unread_from_seq - 1)
    return sum(
        1
        for message in messages
        if message.seq > read_up_to
        and message.deleted_at is None
        and message.author_id != participant.user_id
    )


def awaiting_by_hand(
    conversation: Conversation, messages: list[Message], settled: int
) -> datetime | None:
    """The expected wait: read message by message, without the database."""
    since = None
    for message in sorted(messages, key=lambda each: each.seq):
        if message.deleted_at is not None or message.seq <= settled:
            continue
        since = None if message.author.is_company else since or message.created_at
    return since if conversation.status == "open" else None


class Life:
    """People who do things at random."""

    def __init__(self, seed: int, people: list[User], conversations: list[Conversation]) -> None:
        self.chance = random.Random(seed)
        self.people = people
        self.company = [person for person in people if person.is_company]
        self.manager = next(one for one in people if one.role == User.Role.MANAGER)
        self.conversations = conversations
        self.told: list[str] = []
        # The last seq at the last closing, by conversation: those messages are settled.
        self.settled = {conversation.pk: 0 for conversation in conversations}

    def do_something(self) -> None:
        deeds: list[Callable[[User, Conversation], object]] = [
            self.send, self.send, self.send, self.read, self.read, self.mark_unread, self.edit,
            self.delete, self.delete_answer, self.assign, self.close, self.reopen, self.send_email,
            self.write_note, self.delete_note, self.leave_or_come_back, self.count_one,
        ]  # fmt: skip
        deed = self.chance.choice(deeds)
        person, conversation = (
            self.chance.choice(self.people),
            self.chance.choice(self.conversations),
        )
        self.told.append(f"{person.name} {deed.__name__}")
        try:
            deed(person, conversation)
        except APIException as refusal:
            self.told[-1] += f" (refused: {refusal.get_codes()})"

    def send(self, person: User, conversation: Conversation) -> None:
        if person.is_company or person.client_id == conversation.client_id:
            send_message(
                author=person, conversation_id=conversation.pk, draft=Draft(body="Bonjour")
            )

    def read(self, person: User, conversation: Conversation) -> None:
        seq = self.chance.randint(0, 20)
        mark = reads.read_up_to(reader=person, conversation=conversation, seq=seq)
        # The answer is exact at once, before any fan-out.
        if mark.pk and mark.left_at is None:
            assert mark.unread_count == unread_by_hand(mark, messages_of(conversation.pk))

    def mark_unread(self, person: User, conversation: Conversation) -> None:
        seq = self.chance.randint(1, 20)
        mark = mark_unread_from(reader=person, conversation=conversation, seq=seq)
        assert mark.unread_count == unread_by_hand(mark, messages_of(conversation.pk))

    def edit(self, person: User, conversation: Conversation) -> None:
        if message := self.some_message(conversation):
            edit_message(editor=message.author, message=message, body="Bonsoir")

    def delete(self, person: User, conversation: Conversation) -> None:
        if message := self.some_message(conversation):
            delete_message(remover=message.author, message=message)

    def delete_answer(self, person: User, conversation: Conversation) -> None:
        answers = conversation.messages.select_related("author").filter(deleted_at=None)
        answer = answers.exclude(author__role=User.Role.CLIENT).order_by("-seq").first()
        if answer:
            delete_message(remover=self.manager, message=answer)

    def send_email(self, person: User, conversation: Conversation) -> None:
        if person.client_id == conversation.client_id:
            draft = Draft(body="Par e-mail", by_email=True)
            send_message(author=person, conversation_id=conversation.pk, draft=draft)

    def write_note(self, person: User, conversation: Conversation) -> None:
        notes.write_note(
            author=self.manager, conversation=conversation, body="À voir", note_id=new_id()
        )

    def delete_note(self, person: User, conversation: Conversation) -> None:
        if note := conversation.notes.filter(deleted_at=None).first():
            notes.delete_note(remover=self.manager, note=note)

    def assign(self, person: User, conversation: Conversation) -> None:
        colleague = self.chance.choice([*self.company, None])
        change_conversation(
            editor=self.company[0],
            conversation=conversation,
            changes={"assigned_to_id": colleague.pk if colleague else None},
        )

    def close(self, person: User, conversation: Conversation) -> None:
        change_conversation(
            editor=self.manager, conversation=conversation, changes={"status": "closed"}
        )
        last = conversation.messages.order_by("seq").last()
        # A closing of a closed conversation changes nothing, and no message came in between.
        self.settled[conversation.pk] = last.seq if last else 0

    def reopen(self, person: User, conversation: Conversation) -> None:
        if lock(conversation.pk).conversation.status == "closed":
            change_conversation(
                editor=self.manager, conversation=conversation, changes={"status": "open"}
            )
            self.settled[conversation.pk] = 0

    def leave_or_come_back(self, person: User, conversation: Conversation) -> None:
        is_active = User.objects.get(pk=person.pk).is_active
        User.objects.filter(pk=person.pk).update(is_active=not is_active)

    def count_one(self, person: User, conversation: Conversation) -> None:
        if pending := list(Message.objects.filter(fanned_out_at=None)):
            fan_out_message(self.chance.choice(pending).pk)

    def count_all(self) -> None:
        pending = list(Message.objects.filter(fanned_out_at=None))
        self.chance.shuffle(pending)
        for message in pending:
            fan_out_message(message.pk)

    def some_message(self, conversation: Conversation) -> Message | None:
        messages = list(conversation.messages.select_related("author"))
        return self.chance.choice(messages) if messages else None


def assert_wait_is_right(life: Life, conversation: Conversation) -> None:
    conversation.refresh_from_db()
    messages = list(conversation.messages.select_related("author"))
    expected = awaiting_by_hand(conversation, messages, life.settled[conversation.pk])
    assert conversation.awaiting_reply_since == expected, life.told[-12:]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counters_are_those_of_a_plain_model(
    seed: int,
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
    morel: Client,
    conversation: Conversation,
    other_conversation: Conversation,
) -> None:
    lea = User.objects.create(email="lea@demo.test", name="Léa", role=User.Role.STAFF)
    life = Life(seed, [camille, bruno, odile, marc, lea], [conversation, other_conversation])
    checked = 0

    for _ in range(DEEDS):
        life.do_something()
        for talk in life.conversations:
            assert_wait_is_right(life, talk)
        if life.chance.random() < 0.2:
            life.count_all()
            for talk in life.conversations:
                messages = messages_of(talk.pk)
                for participant in talk.participants.select_related("user"):
                    expected = (
                        unread_by_hand(participant, messages) if participant.left_at is None else 0
                    )
                    assert participant.unread_count == expected, (participant.user, life.told[-12:])
                    checked += participant.unread_count > 0

    assert checked > 5
    assert {one.split(" ")[-1] for one in life.told} >= {"delete_answer", "reopen", "send_email"}

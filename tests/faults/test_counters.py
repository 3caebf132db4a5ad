"""Badges and «à répondre» equal a recount of the rows, after random actions in a random order."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from pytest_django import Settings

from core.ids import new_id
from core.models import User
from core.web.errors import Refusal
from messaging.actions.conversations import change_conversation
from messaging.actions.messages import delete_message, edit_message
from messaging.actions.reads import mark_unread_from, read_up_to
from messaging.conversation import unread
from messaging.models import Conversation, Message, Participant
from messaging.queries.conversations import pending_messages
from messaging.queries.unread import unread_for
from notifications.inbound_email import intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.outbound_email.reply_address import address_for
from tests.cast import Call
from tests.notifications.inbound_email.letters import letter
from workers.engine import execute
from workers.models import CounterAudit
from workers.monitoring import unread_audit
from workers.registry import MESSAGES

IS_FULL = os.environ.get("FAULTS") == "full"
STEPS = 10_000 if IS_FULL else 100
# Steps between two rounds of the worker.
BACKLOG = 5


@dataclass
class Screen:
    """The conversation as a person's device knew it when it was last connected."""

    version: int = 0
    messages: dict[str, tuple[str, bool]] = field(default_factory=dict)


class Office:
    """People who act at random, and a worker that handles some messages twice."""

    def __init__(
        self, call: Call, conversation: Conversation, people: list[User], seed: int = 0
    ) -> None:
        self.call = call
        self.conversation = conversation
        self.people = people
        self.random = random.Random(seed)
        self.manager = next((p for p in people if p.role == User.Role.MANAGER), people[0])
        # The last seq when the conversation was closed: those messages are settled.
        self.settled = 0
        self.screens = {person.pk: Screen() for person in people}

    def step(self) -> None:
        person = self.random.choice(self.people)
        steps: list[Callable[[User], object]] = [
            self.send, self.send, self.read, self.mark_unread, self.edit, self.delete, self.assign,
            self.reconnect, self.delete_answer, self.send_email, self.note, self.close, self.reopen,
        ]  # fmt: skip
        # Random actions may be refused: too late, not theirs, not a participant.
        with suppress(Refusal):
            self.random.choice(steps)(person)

    def work(self) -> None:
        for message in pending_messages():
            execute.execute(MESSAGES, message.pk)
            if self.random.random() < 0.2:
                execute.execute(MESSAGES, message.pk)

    def send(self, person: User) -> None:
        path = f"/api/v1/conversations/{self.conversation.pk}/messages"
        draft = {"id": str(new_id()), "body": "Bonjour"}
        assert self.call(person).post(path, draft).status_code == 201
        if self.random.random() < 0.2:
            assert self.call(person).post(path, draft).status_code == 200

    def read(self, person: User) -> None:
        seq = self.random.randint(1, self.last_seq())
        mark = read_up_to(reader=person, conversation=self.conversation, seq=seq)
        # A pending message is in no counter yet.
        if mark.pk and not pending_messages().exists():
            assert mark.unread_count == recount_of(mark)

    def mark_unread(self, person: User) -> None:
        seq = self.random.randint(1, self.last_seq())
        mark_unread_from(reader=person, conversation=self.conversation, seq=seq)

    def edit(self, person: User) -> None:
        edit_message(editor=person, message=self.any_message(), body="Corrigé")

    def delete(self, person: User) -> None:
        delete_message(remover=person, message=self.any_message())

    def delete_answer(self, person: User) -> None:
        answers = Message.objects.filter(conversation=self.conversation, deleted_at=None)
        answer = answers.exclude(author__role=User.Role.CLIENT).order_by("-seq").first()
        if answer:
            self.delete_by_api(answer)
            assert not Message.objects.filter(pk=answer.pk, deleted_at=None).exists()

    def delete_by_api(self, message: Message) -> None:
        path = f"/api/v1/conversations/{self.conversation.pk}/messages/{message.pk}"
        assert self.call(self.manager).delete(path).status_code == 204
        # Right at once, except for messages that no worker has counted yet.
        if not pending_messages().exclude(pk=message.pk).exists():
            self.check_badges()

    def check_badges(self) -> None:
        for row in unread.with_recount(Participant.objects.filter(left_at=None)):
            assert unread_for(row.user).get(self.conversation.pk, 0) == row.recount

    def send_email(self, person: User) -> None:
        if not person.is_company:
            to = address_for(person, self.conversation)
            assert intake.receive(letter(to).as_bytes()) == InboundStatus.ACCEPTED

    def note(self, person: User) -> None:
        path = f"/api/v1/conversations/{self.conversation.pk}/notes"
        caller = self.call(self.manager)
        note = caller.post(path, {"body": "À surveiller"}).json()
        if self.random.random() < 0.5:
            assert caller.delete(f"{path}/{note['id']}").status_code == 204

    def close(self, person: User) -> None:
        if self.change_status("closed"):
            self.settled = self.last_seq() if self.conversation.last_seq else 0

    def reopen(self, person: User) -> None:
        if self.change_status("open"):
            self.settled = 0

    def change_status(self, status: str) -> bool:
        self.conversation.refresh_from_db()
        before = self.conversation.status
        path = f"/api/v1/conversations/{self.conversation.pk}"
        assert self.call(self.manager).patch(path, {"status": status}).status_code == 200
        return before != status

    def check_wait(self) -> None:
        """Compare the wait with one that is read off the messages, the newest first."""
        self.conversation.refresh_from_db()
        waiting = None
        rows = Message.objects.filter(conversation=self.conversation, deleted_at=None)
        for message in rows.select_related("author").order_by("-seq"):
            if message.author.is_company or message.seq <= self.settled:
                break
            waiting = message.created_at
        expected = waiting if self.conversation.status == "open" else None
        assert self.conversation.awaiting_reply_since == expected

    def assign(self, person: User) -> None:
        assigned = self.random.choice([None, *(p.pk for p in self.people if p.is_company)])
        change_conversation(
            editor=person, conversation=self.conversation, changes={"assigned_to_id": assigned}
        )

    def reconnect(self, person: User) -> None:
        """Fetch the changes that a device missed. Then it must show what the database holds."""
        screen, is_complete = self.screens[person.pk], False
        path = f"/api/v1/conversations/{self.conversation.pk}/changes"
        while not is_complete:
            changes = self.call(person).get(path, {"since": screen.version}).json()
            screen.version, is_complete = changes["version"], changes["complete"]
            for message in changes["messages"]:
                is_deleted = message["deleted_at"] is not None
                screen.messages[message["id"]] = (message["body"], is_deleted)
        assert screen.messages == self.messages()
        unread = self.call(person).get("/api/v1/unread").json()
        assert unread["total"] == sum(unread_for(person).values())

    def messages(self) -> dict[str, tuple[str, bool]]:
        rows = Message.objects.filter(conversation=self.conversation)
        values = rows.values_list("pk", "body", "deleted_at")
        return {str(pk): (body, deleted_at is not None) for pk, body, deleted_at in values}

    def last_seq(self) -> int:
        self.conversation.refresh_from_db()
        return max(1, self.conversation.last_seq)

    def any_message(self) -> Message:
        seq = self.random.randint(1, self.last_seq())
        return Message.objects.get(conversation=self.conversation, seq=seq)


def recount_of(mark: Participant) -> int:
    return int(unread.with_recount(Participant.objects.filter(pk=mark.pk)).get().recount)


@pytest.fixture
def people(camille: User, bruno: User, odile: User, marc: User) -> list[User]:
    return [camille, bruno, odile, marc]


@pytest.fixture(autouse=True)
def no_limit(settings: Settings) -> None:
    settings.MESSAGES_PER_MINUTE = 10**9


# In one transaction PostgreSQL would keep ten thousand versions of the conversation's row.
@pytest.mark.django_db(transaction=IS_FULL)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_badge_equals_a_recount_of_the_rows(
    api: Call, people: list[User], conversation: Conversation, seed: int
) -> None:
    office = Office(api, conversation, people, seed)
    camille = people[0]
    office.send(camille)
    for number in range(STEPS):
        office.step()
        office.check_wait()
        if number % BACKLOG == 0:
            office.work()
            for row in unread.with_recount(Participant.objects.filter(left_at=None)):
                badge = unread_for(row.user).get(conversation.pk, 0)
                assert badge == row.unread_count == row.recount, f"step {number}"


class TestUnreadAudit:
    def test_audit_of_correct_counters_finds_nothing(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        office = Office(api, conversation, [camille])
        office.send(camille)
        office.work()

        unread_audit.audit()

        assert CounterAudit.objects.get().drifts == []

    def test_audit_repairs_and_records_a_wrong_counter(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        office = Office(api, conversation, [camille])
        office.send(camille)
        office.work()
        right = Participant.objects.get(user=odile).unread_count
        Participant.objects.filter(user=odile).update(unread_count=7)

        unread_audit.audit()

        [drift] = CounterAudit.objects.get().drifts
        assert (drift["user"], drift["was"], drift["is"]) == (str(odile.pk), 7, right)
        assert Participant.objects.get(user=odile).unread_count == right

    def test_audit_ignores_a_message_that_is_still_to_be_counted(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        Office(api, conversation, [camille]).send(camille)

        unread_audit.audit()

        assert CounterAudit.objects.get().drifts == []

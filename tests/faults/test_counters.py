"""Whatever people do, in whatever order: each badge is what a recount of the rows gives."""

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
from tests.cast import Call
from workers.engine import execute
from workers.models import CounterAudit
from workers.monitoring import unread_audit
from workers.registry import MESSAGES

IS_FULL = os.environ.get("FAULTS") == "full"
STEPS = 10_000 if IS_FULL else 100
# How many steps between two looks of a worker, at most.
BACKLOG = 5


@dataclass
class Screen:
    """What a person's device last knew of the conversation, cut off since then."""

    version: int = 0
    messages: dict[str, tuple[str, bool]] = field(default_factory=dict)


class Office:
    """People who do something at random; workers that come by now and then, sometimes twice."""

    def __init__(
        self, call: Call, conversation: Conversation, people: list[User], seed: int = 0
    ) -> None:
        self.call = call
        self.conversation = conversation
        self.people = people
        self.random = random.Random(seed)
        self.screens = {person.pk: Screen() for person in people}

    def step(self) -> None:
        person = self.random.choice(self.people)
        steps: list[Callable[[User], object]] = [
            self.send, self.send, self.read, self.mark_unread, self.edit, self.delete, self.assign,
            self.reconnect,
        ]  # fmt: skip
        # A refusal is an answer too: too late, not theirs, not a participant.
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
        # Before a worker has come, a message may be in nobody's counter yet.
        if mark.pk and not pending_messages().exists():
            assert mark.unread_count == recount_of(mark)

    def mark_unread(self, person: User) -> None:
        seq = self.random.randint(1, self.last_seq())
        mark_unread_from(reader=person, conversation=self.conversation, seq=seq)

    def edit(self, person: User) -> None:
        edit_message(editor=person, message=self.any_message(), body="Corrigé")

    def delete(self, person: User) -> None:
        delete_message(remover=person, message=self.any_message())

    def assign(self, person: User) -> None:
        assigned = self.random.choice([None, *(p.pk for p in self.people if p.is_company)])
        change_conversation(
            editor=person, conversation=self.conversation, changes={"assigned_to_id": assigned}
        )

    def reconnect(self, person: User) -> None:
        """A device that was away asks for the changes since then, and shows what there is."""
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
def test_every_badge_is_a_recount(
    api: Call, people: list[User], conversation: Conversation, seed: int
) -> None:
    office = Office(api, conversation, people, seed)
    camille = people[0]
    office.send(camille)
    for number in range(STEPS):
        office.step()
        if number % BACKLOG == 0:
            office.work()
            for row in unread.with_recount(Participant.objects.filter(left_at=None)):
                badge = unread_for(row.user).get(conversation.pk, 0)
                assert badge == row.unread_count == row.recount, f"step {number}"


class TestTheHourlyAudit:
    def test_finds_nothing_where_nothing_is_wrong(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        office = Office(api, conversation, [camille])
        office.send(camille)
        office.work()

        unread_audit.audit()

        assert CounterAudit.objects.get().drifts == []

    def test_repairs_and_shows_a_wrong_counter(
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

    def test_waits_for_what_is_still_to_be_counted(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        Office(api, conversation, [camille]).send(camille)

        unread_audit.audit()

        assert CounterAudit.objects.get().drifts == []

"""Fixtures of the tests of messaging."""

from collections.abc import Callable

import pytest

from core.models import Chantier, Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation, Message, Participant

FanOut = Callable[[], None]
Mark = Callable[[User], Participant]


@pytest.fixture
def other_conversation(camille: User, morel: Client) -> Conversation:
    """Another conversation of the Morels', about a free subject."""
    opening = Opening(subject="Facture de mars", client=morel.pk)
    return open_conversation(opener=camille, opening=opening).conversation


@pytest.fixture
def of_yanis(yanis: User, haddad: Client) -> Conversation:
    """A conversation of the other client."""
    opening = Opening(subject="Bardage", client=haddad.pk)
    return open_conversation(opener=yanis, opening=opening).conversation


@pytest.fixture
def bureaux(haddad: Client) -> Chantier:
    """The other client's chantier."""
    return Chantier.objects.create(client=haddad, name="Bureaux Haddad")


@pytest.fixture
def fan_out() -> FanOut:
    """`fan_out()` does what a worker does for every pending message."""

    def run() -> None:
        for message_id in Message.objects.filter(fanned_out_at=None).values_list("pk", flat=True):
            fan_out_message(message_id)

    return run


@pytest.fixture
def mark(conversation: Conversation) -> Mark:
    """`mark(camille)` returns Camille's row of Participant in the conversation."""

    def read(person: User) -> Participant:
        return Participant.objects.get(conversation=conversation, user=person)

    return read

"""What webhooks deliver, and messages that make something to deliver."""

from collections.abc import Callable

import pytest

from core.models import User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from tests.notifications.webhook_receiver import Receiver

Work = Callable[[], None]


def bodies(receiver: Receiver) -> list[str]:
    """Return the texts of the messages that the receiver accepted, in order."""
    told = [event for event in receiver.accepted if event["type"] == "message.created"]
    return [event["data"]["message"]["body"] for event in told]


@pytest.fixture
def other(conversation: Conversation, camille: User) -> Conversation:
    opening = Opening(subject="Portail", client=camille.own_client_id)
    return open_conversation(opener=camille, opening=opening).conversation


def write(author: User, conversation: Conversation, body: str) -> None:
    send_message(author=author, conversation_id=conversation.pk, draft=Draft(body=body))

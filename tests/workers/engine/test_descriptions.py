"""What the dashboard calls the subject of a job."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from core.models import Chantier, User
from messaging.models import Conversation, Message
from notifications.models import Channel, Delivery
from tests.cast import Say
from workers.engine import descriptions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_message_about_a_chantier_is_called_by_its_name(
    say: Say, camille: User, villa: Chantier
) -> None:
    message = say(camille, "Bonjour")

    described = descriptions.messages([str(message.pk)])[str(message.pk)]

    assert described.words == (
        "Message of Camille Morel, “Carrelage du séjour”, chantier Villa Lumière"
    )


def test_message_about_a_free_subject_is_called_by_the_subject(
    say: Say, camille: User, conversation: Conversation
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(chantier=None)
    message = say(camille, "Bonjour")

    described = descriptions.messages([str(message.pk)])[str(message.pk)]

    assert described.words == "Message of Camille Morel, “Carrelage du séjour”"


@pytest.mark.parametrize(("channel", "name"), [(Channel.PUSH, "Push"), (Channel.EMAIL, "Email")])
def test_delivery_is_called_by_its_channel(
    say: Say, camille: User, odile: User, channel: Channel, name: str
) -> None:
    delivery = _delivery(say(camille, "Bonjour"), odile, channel)

    described = descriptions.deliveries([str(delivery.pk)])[str(delivery.pk)]

    assert described.words == (
        f"{name} to Odile Perrin: message of Camille Morel, “Carrelage du séjour”"
    )
    assert described.link == f"/staff/messages/{delivery.conversation_id}#m-{delivery.message_id}"


def _delivery(message: Message, recipient: User, channel: Channel) -> Delivery:
    return Delivery.objects.create(
        message=message,
        conversation_id=message.conversation_id,
        seq=message.seq,
        recipient=recipient,
        channel=channel,
        due_at=timezone.now(),
    )

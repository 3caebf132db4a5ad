"""The event `delivery.updated`, which open screens show."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

from core.realtime.publish import Audience, Event, publish
from messaging.models import Message
from notifications.delivery.status import PersonState, states_of
from notifications.serializers import PersonStateSerializer


def publish_deliveries(messages: Iterable[Message]) -> None:
    """Tell the authors of messages how far each message has come, once this is committed.

    The event has no version, since nothing of the conversation changed. A screen that missed it
    asks `GET …/deliveries`.
    """
    unique = {message.pk: message for message in messages}
    transaction.on_commit(partial(_publish, unique))


def _publish(messages: dict[UUID, Message]) -> None:
    for message_id, states in states_of(messages.values()).items():
        message = messages[message_id]
        publish(_delivery_updated(message, states), to=_audience(message))


def _delivery_updated(message: Message, states: list[PersonState]) -> Event:
    data: dict[str, object] = {
        "conversation": message.conversation_id,
        "message": message.pk,
        "deliveries": PersonStateSerializer(states, many=True).data,
    }
    return Event("delivery.updated", data)


def _audience(message: Message) -> Audience:
    if message.author.is_company:
        return Audience(company=True)
    author: UUID = message.author_id
    return Audience(user_ids=(author,))

"""Publish events to the open screens after the commit.

An event is published as the bytes of a server-sent event, which `core.realtime.hub` copies to the
streams. An event can be lost: the browser then sees a gap in the versions and asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.utils.encoders import JSONEncoder

from core import background_sender
from core.valkey import key, valkey


@dataclass(frozen=True)
class Event:
    """An event: its name (`message.created`) and its JSON object."""

    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Audience:
    """The receivers of an event: people by their ids, and the whole company by one flag."""

    user_ids: tuple[UUID, ...] = field(default=())
    company: bool = False

    @property
    def channels(self) -> list[str]:
        named = [user_channel(user_id) for user_id in self.user_ids]
        return [*named, company_channel()] if self.company else named


def user_channel(user_id: UUID) -> str:
    return key("user", user_id)


def company_channel() -> str:
    return key("company")


def publish(*events: Event, to: Audience) -> None:
    """Publish events, in order, once the surrounding transaction has committed."""
    if channels := to.channels:
        transaction.on_commit(partial(background_sender.send, partial(_send, events, channels)))


def frame(event: Event) -> bytes:
    """Return the event as a server-sent event (WHATWG HTML, 9.2)."""
    return f"event: {event.name}\ndata: {_json(event.data)}\n\n".encode()


# More than the time-out of requests: only the thread of `background_sender` waits for it.
PATIENCE_SECONDS = 2.0

_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _send(events: Iterable[Event], channels: list[str]) -> None:
    with valkey(PATIENCE_SECONDS).pipeline(transaction=False) as pipeline:
        for payload in map(frame, events):
            for channel in channels:
                pipeline.publish(channel, payload)
        pipeline.execute()

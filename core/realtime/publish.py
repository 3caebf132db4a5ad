"""Publish events to the open screens after the commit.

An event is published as the bytes of a server-sent event, which `core.realtime.hub` copies to the
streams. An event can be lost while Valkey is away: `resync` then follows, and browsers ask.
"""

import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import transaction
from rest_framework.utils.encoders import JSONEncoder

from core import background_sender
from core.valkey import key, valkey

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Event:
    """An event: its name (`message.created`) and its JSON object."""

    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Audience:
    """The receivers of an event: people by their ids, and the whole company by one flag.

    Beside the company there are only people of clients.
    """

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


def rights_channel() -> str:
    """Of the processes that hold streams, not of any stream."""
    return key("rights")


def publish(*events: Event, to: Audience, deduplication_id: str = "") -> None:
    """Publish events, in order, once the surrounding transaction has committed.

    `deduplication_id` names what they tell, for `publish_if_missed`.
    """
    if to.channels:
        transaction.on_commit(partial(_send_soon, _Call(events, to, deduplication_id)))


def publish_if_missed(*events: Event, to: Audience, deduplication_id: str) -> None:
    """Publish events like `publish`, unless Valkey took those of this id within the last minute.

    Each web process read them then, or lost its connection and sends `resync`.
    """
    if to.channels:
        transaction.on_commit(
            partial(_send_soon, _Call(events, to, deduplication_id, is_again=True))
        )


def publish_rights_changed(user_ids: Iterable[UUID]) -> None:
    """Let the open streams of these people be checked at once, after the commit."""
    if payload := ",".join(map(str, user_ids)):
        transaction.on_commit(partial(background_sender.send, partial(_send_internal, payload)))


def publish_epoch_changed() -> None:
    """Let all open streams be checked at once, and told the epoch of the database."""
    transaction.on_commit(partial(background_sender.send, partial(_send_internal, EVERYBODY)))


def publish_resync() -> None:
    """Let all screens ask for what changed, where telling each change would be long."""
    transaction.on_commit(partial(background_sender.send, _send_resync))


def frame(event: Event) -> bytes:
    """Return the event as a server-sent event (WHATWG HTML, 9.2)."""
    return f"event: {event.name}\ndata: {_json(event.data)}\n\n".encode()


# More than the time-out of requests: only the thread of `background_sender` waits for it.
PATIENCE_SECONDS = 2.0

# In place of the people whose rights changed.
EVERYBODY = "*"
# In place of people: events were lost, and nobody knows whose.
EVERY_STREAM = "resync"

_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


# At most so many calls of `publish` become one message of a channel.
TOGETHER = 50

# How long Valkey keeps an id. What is published again after that does no harm.
DEDUPLICATION_SECONDS = 60


class _Call(NamedTuple):
    """What one call is to publish."""

    events: Iterable[Event]
    to: Audience
    deduplication_id: str
    is_again: bool = False


# The calls that `background_sender` has not sent yet.
_waiting: deque[_Call] = deque()
# They are the parent's to send.
os.register_at_fork(after_in_child=_waiting.clear)


def _send_soon(call: _Call) -> None:
    _waiting.append(call)
    background_sender.send(_send_waiting)


def _send_waiting() -> None:
    """Send the events that wait, several of a channel as one message.

    Every web process reads every message, and writes it to each stream by a system call. Measured,
    for one message sent: 3.2 to read in place of 5.3 at 150 a second, 1.4 at 300.
    """
    taken = [_waiting.popleft() for _ in range(min(TOGETHER, len(_waiting)))]
    written = list(_written(_without_known(taken)))
    messages: list[tuple[str, bytes]] = []
    # Somebody of the company reads two channels: what is said on one must not overtake the other.
    for _, several in groupby(written, key=lambda each: each[0].to.company):
        messages += _by_channel(several).items()
    if messages:
        with valkey(PATIENCE_SECONDS).pipeline(transaction=False) as pipeline:
            for channel, payload in messages:
                pipeline.publish(channel, payload)
            for call, _ in written:
                if call.deduplication_id:
                    pipeline.set(_deduplication_key(call), 1, ex=DEDUPLICATION_SECONDS)
            pipeline.execute()


def _without_known(calls: list[_Call]) -> list[_Call]:
    """Leave out the calls that publish again what Valkey took already."""
    again = [call for call in calls if call.is_again]
    if not again:
        return calls
    found = valkey(PATIENCE_SECONDS).mget([_deduplication_key(call) for call in again])
    known = {call.deduplication_id for call, it in zip(again, found, strict=True) if it}
    return [call for call in calls if not (call.is_again and call.deduplication_id in known)]


def _deduplication_key(call: _Call) -> str:
    return key("published", call.deduplication_id)


def _written(calls: Iterable[_Call]) -> Iterator[tuple[_Call, bytes]]:
    for call in calls:
        try:
            yield call, b"".join(map(frame, call.events))
        except Exception:
            # A defect in one event must not take the others along.
            logger.exception("event_failed", names=[event.name for event in call.events])


def _by_channel(written: Iterable[tuple[_Call, bytes]]) -> dict[str, bytes]:
    payloads: defaultdict[str, bytes] = defaultdict(bytes)
    for call, payload in written:
        for channel in call.to.channels:
            payloads[channel] += payload
    return payloads


def _send_resync() -> None:
    # It covers the events of the calls that were dropped.
    _waiting.clear()
    _send_internal(EVERY_STREAM)


background_sender.after_drops(_send_resync)


def _send_internal(payload: str) -> None:
    valkey(PATIENCE_SECONDS).publish(rights_channel(), payload)

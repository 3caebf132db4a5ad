"""Listen to the events that are published."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from redis.client import PubSub

from core.realtime.publish import company_channel, user_channel
from core.valkey import valkey


@pytest.fixture
def listening() -> Iterator[PubSub]:
    """A subscriber to the events of every person and of the company."""
    with valkey().pubsub() as subscriber:  # type: ignore[no-untyped-call]
        subscriber.psubscribe(user_channel("*"), company_channel())  # type: ignore[arg-type]
        while subscriber.get_message(timeout=1) is None or len(subscriber.patterns) < 2:
            pass
        subscriber.get_message(timeout=1)
        yield subscriber


def events_in(payload: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the data of each event in what a channel published."""
    for event in payload.decode().split("\n\n")[:-1]:
        lines = dict(line.partition(": ")[::2] for line in event.splitlines())
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"])

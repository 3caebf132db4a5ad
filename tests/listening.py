"""Listen to the events that are published."""

from collections.abc import Iterator

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

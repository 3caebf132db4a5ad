"""Ten times the messages and files take no more memory: what is written leaves at once."""

import gc
import tracemalloc

import pytest

from messaging.exporting import archive, snapshot
from messaging.models import Conversation
from tests.bench.long_thread import fill
from tests.messaging.exporting.making import make

pytestmark = pytest.mark.django_db


def peak_bytes(messages: int, gigabytes: float) -> int:
    """Return the most memory that Python's objects took while an export was made."""
    marc = fill(messages, gigabytes)
    conversation = Conversation.objects.latest("created_at")
    gc.collect()
    tracemalloc.start()
    try:
        make(marc, "conversation", conversation.pk)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_peak_does_not_grow_with_the_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MESSAGES_A_VOLUME", 50)
    monkeypatch.setattr(archive, "PART_BYTES", 5 * 1024 * 1024)
    peak_bytes(100, 0.01)

    small, large = peak_bytes(100, 0.01), peak_bytes(1000, 0.1)

    assert large < 1.5 * small, (small, large)

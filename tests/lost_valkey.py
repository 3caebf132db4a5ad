"""A Valkey that is somewhere else than it should be, for one test."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from core import background_sender
from core.jobs import enqueue
from core.valkey import valkey


@contextmanager
def valkey_at(port: int, settings: Settings) -> Iterator[None]:
    """Look for Valkey, the cache as well as the broker, at a port of loopback."""
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
    _look_again()
    try:
        yield
        background_sender.flush()
    finally:
        # Without the pause of the sender that has just failed.
        background_sender._start_afresh()
        _look_again()


def _look_again() -> None:
    valkey.cache_clear()
    enqueue.broker.cache_clear()

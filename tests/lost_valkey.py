"""Take Valkey away from one test."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from core import background_sender
from core.jobs import enqueue
from core.valkey import forget_clients


@contextmanager
def valkey_at(port: int, settings: Settings) -> Iterator[None]:
    """Have this process look for Valkey, as a store and as the broker, at a port of loopback."""
    before = settings.REDIS_URL, settings.CELERY_BROKER_URL
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
    _look_again()
    try:
        yield
        background_sender.flush()
    finally:
        # A new sender, since the old one still pauses after its last failure.
        background_sender._start_afresh()
        settings.REDIS_URL, settings.CELERY_BROKER_URL = before
        _look_again()


def _look_again() -> None:
    forget_clients()
    enqueue.broker.cache_clear()

"""Run several functions at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Call all functions at the same moment, each in a thread with its own database connection."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], T]) -> T:
        try:
            start.wait(timeout=30)
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))

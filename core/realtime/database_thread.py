"""Query the database from the event loop, on a thread with one lasting connection.

The streams of a process have two: one opens streams, one confirms those that are open. So they
never take more than two connections, whatever their number.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import close_old_connections, connections, reset_queries

T = TypeVar("T")

# PostgreSQL ends a statement after 15 s. One that is frozen ends nothing.
PATIENCE_SECONDS = 20.0


class DatabaseThread:
    """A thread that runs one query after another."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, query: Callable[[], T]) -> T:
        """Return what the query returns. Raises TimeoutError after PATIENCE_SECONDS."""
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._executor, partial(_run, query))
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)

    def close(self) -> None:
        """Close the connection and end the thread."""
        self._executor.submit(connections.close_all)
        self._executor.shutdown()


def _run(query: Callable[[], T]) -> T:
    # As Django does before a request: a connection that broke, or is too old, is replaced.
    close_old_connections()
    try:
        return query()
    finally:
        reset_queries()

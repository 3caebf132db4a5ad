"""Close the database connections of a worker's own threads in the processes that it forks.

A pool process inherits the sockets of its parent. If they stayed open there, PostgreSQL would not
notice the parent's death, and would keep its locks: the sweep lock and the locks of rows.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    connection,
    connections,
)

DATABASE_ERRORS = (DatabaseError, InterfaceError)


class ThreadConnection:
    """The connection of one thread, closed in every forked process."""

    def __init__(self) -> None:
        self.wrapper: Any = None
        os.register_at_fork(after_in_child=self.forget_in_child)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Adopt the calling thread's connection, and close it at the end."""
        self.wrapper = connections[DEFAULT_DB_ALIAS]
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Close the calling thread's connection, with any transaction that is open."""
        try:
            connection.close()
        except DATABASE_ERRORS:
            connection.connection = None

    def forget_in_child(self) -> None:
        """Close the socket in a forked process only: the server still serves the parent."""
        if self.wrapper is not None and self.wrapper.connection is not None:
            os.close(self.wrapper.connection.fileno())
            self.wrapper.connection = None

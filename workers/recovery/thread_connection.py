"""Database connections of a worker's own threads, which outlive no fork.

A pool process inherits the sockets of its parent. Were they left open there, PostgreSQL would not
see the parent die, and keep what its connections hold: the sweep lock, the locks of rows.
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
    """The connection of one thread; in a forked process it is forgotten."""

    def __init__(self) -> None:
        self.wrapper: Any = None
        os.register_at_fork(after_in_child=self.forget_in_child)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Be the calling thread's connection, closed at the end."""
        self.wrapper = connections[DEFAULT_DB_ALIAS]
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Close the calling thread's connection: with it goes whatever was left open."""
        try:
            connection.close()
        except DATABASE_ERRORS:
            connection.connection = None

    def forget_in_child(self) -> None:
        """In a forked process: forget the parent's connection without a word to the server."""
        if self.wrapper is not None and self.wrapper.connection is not None:
            os.close(self.wrapper.connection.fileno())
            self.wrapper.connection = None

"""Define the database engine `core.database`, which `settings.DATABASES` names."""

import select
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base, operations

# Of one statement, in PostgreSQL's protocol.
MOST_PARAMETERS = 65_535


class DatabaseOperations(operations.DatabaseOperations):
    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """Return how many rows one INSERT takes; `bulk_create` makes several of more."""
        return max(1, min(len(objs), MOST_PARAMETERS // max(1, len(fields))))


class DatabaseWrapper(base.DatabaseWrapper):
    """Check a lasting connection by its socket, without a round trip to the server.

    Django sends `SELECT 1` at each request and waits for the answer. A server that stopped, or
    that ended this connection, has sent a message which waits in the socket. A server that
    vanished without one is noticed by the first query, which fails as `SELECT 1` would.
    """

    ops_class = DatabaseOperations
    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Close the connection if the server ended it; the next query then opens another."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        # What waits to be read may also be a notice: then the connection is still usable.
        if self._has_unread() and not self.is_usable():
            self.close()
        self.health_check_done = True

    def _has_unread(self) -> bool:
        if self.connection.closed:
            return True
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

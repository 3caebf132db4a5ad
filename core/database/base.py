"""The database engine `core.database`: see `settings.DATABASES`."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks before each request whether the server has hung up.

    Django asks `SELECT 1`, a round trip that every request waits for. A server that has ended, or
    that has ended this connection, has said so: its last words are there to be read. One that
    left without a word is noticed by the first query, as it would be by the question.
    """

    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Close the connection if the server has hung up, so that the next query opens another."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        # A notice is no farewell.
        if self._has_unread() and not self.is_usable():
            self.close()
        self.health_check_done = True

    def _has_unread(self) -> bool:
        if self.connection.closed:
            return True
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

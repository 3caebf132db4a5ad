"""Count the connections of others to the database while something runs."""

import threading

import psycopg

from tests.site import address_of_test_database

NAME = "connection-count"
SQL = f"""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
        AND application_name <> '{NAME}'
"""  # noqa: S608  (of our own words)
EVERY_SECONDS = 0.02


class ConnectionCount:
    """While it is entered: `most`, the largest number of connections beyond those at its start."""

    def __init__(self, address: str = "") -> None:
        self.address = address or address_of_test_database()

    def __enter__(self) -> "ConnectionCount":
        self.own = psycopg.connect(
            # Behind a pooler nothing may be prepared.
            self.address, application_name=NAME, autocommit=True, prepare_threshold=None
        )  # fmt: skip
        self.most, self.before = 0, self.count()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()
        self.own.close()

    def count(self) -> int:
        row = self.own.execute(SQL).fetchone()
        assert row is not None
        return int(row[0])

    def watch(self) -> None:
        while not self.stopped.wait(EVERY_SECONDS):
            self.most = max(self.most, self.count() - self.before)

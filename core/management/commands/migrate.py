"""`manage.py migrate`, which may take long, and never lets the site wait long for a lock."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

from core import environment, installation

# A table that waits to be locked lets every later request wait behind it.
LOCK_SECONDS = 2.0
# In which the requests that waited are answered.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 15.0
WAIT_SECONDS = 600.0
# PostgreSQL ends the one of two waiting for each other that looks first. A request looks after a
# second, so it goes on.
DEADLOCK_SECONDS = 0.05
MAY_SET = "SELECT has_parameter_privilege(current_user, 'deadlock_timeout', 'SET')"
# The limits of the site's own transactions, which a migration may pass.
NO_LIMIT = ("statement_timeout", "idle_in_transaction_session_timeout")


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-seconds",
            type=float,
            default=LOCK_SECONDS,
            help="give a lock up after so long, and try again (%(default)s)",
        )
        parser.add_argument(
            "--wait-seconds",
            type=float,
            default=WAIT_SECONDS,
            help="try again for so long (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.connection = connections[options["database"]]
        self.lock_seconds: float = options["lock_seconds"]
        deadline = time.monotonic() + options["wait_seconds"]
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                self._set_limits()
                self.has_applied = False
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    # The transaction of its migration is undone. Those before it are recorded.
                    self._may_try_again(error, deadline)
                    if self.has_applied:
                        pause = FIRST_PAUSE_SECONDS
                else:
                    if not (options["plan"] or options["check_unapplied"]):
                        self._record(options["verbosity"])
                    return
                self.stdout.write(
                    f"\n  Somebody else holds a lock that it needs: trying again in {pause:g} s."
                )
                self.stdout.flush()
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        finally:
            self._reset_limits()

    def _record(self, verbosity: int) -> None:
        """Say which installation this becomes: a dump of an earlier version does not tell."""
        here = environment.current()
        if installation.record() and here.is_lasting and verbosity:
            self.stdout.write(
                f"  This database belongs to {here.address} from now on. Is it a copy? Say so"
                " before a worker starts: `manage.py installation --copy REASON`."
            )

    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        if action == "apply_start":
            # One that is not atomic builds indexes or fills rows beside the running site, and
            # locks no table. A cut would leave half of it.
            self._set("lock_timeout", self.lock_seconds if migration.atomic else 0)
        elif action == "apply_success":
            self.has_applied = True
        super().migration_progress_callback(action, migration, fake)

    def _may_try_again(self, error: OperationalError, deadline: float) -> None:
        """Raise the error, unless it is that of a lock and there is time left."""
        if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise error
        if self.connection.in_atomic_block:
            raise error
        if time.monotonic() >= deadline:
            raise CommandError(
                f"A lock was not free within {self.lock_seconds:g} s, however often it was tried:"
                " somebody's transaction lasts. Look for it in pg_stat_activity, or give more time"
                " by --wait-seconds. What was applied stays; run `migrate` again."
            ) from error

    def _set_limits(self) -> None:
        for name in NO_LIMIT:
            self._set(name, 0)
        self._set("lock_timeout", self.lock_seconds)
        if self._may_set_deadlock_timeout():
            self._set("deadlock_timeout", DEADLOCK_SECONDS)

    def _may_set_deadlock_timeout(self) -> bool:
        """Only a superuser may, or a role that was granted it."""
        with self.connection.cursor() as cursor:
            cursor.execute(MAY_SET)
            return bool(cursor.fetchone()[0])

    def _set(self, name: str, seconds: float) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [name, str(round(seconds * 1000))])

    def _reset_limits(self) -> None:
        if self.connection.connection is None or self.connection.needs_rollback:
            return
        with self.connection.cursor() as cursor:
            for name in (*NO_LIMIT, "lock_timeout"):
                cursor.execute(f"RESET {name}")
            if self._may_set_deadlock_timeout():
                cursor.execute("RESET deadlock_timeout")

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from workers.backups.errors import BackupError
from workers.backups.keys import keys_of_settings
from workers.backups.restore import restore
from workers.backups.store import Store, place_named


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and an empty bucket: the newest one, or that of "
        "--at. Migrates it, begins a new epoch, and compares it with what was backed up."
    )
    # There is no database yet to check.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", nargs="?", help="default: BACKUP_PLACE")
        parser.add_argument(
            "--at", help="the newest backup that is not after this time, or the id of one"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="lose what the database has; asks for its name. Other files of the bucket stay",
        )
        parser.add_argument("--yes", action="store_true", help="with --replace: do not ask")

    def handle(self, *args: Any, place: str | None, at: str | None, **options: Any) -> None:
        if options["replace"] and not options["yes"]:
            _confirm()
        began = time.monotonic()
        try:
            store = Store(place_named(place), keys_of_settings())
            restored = restore(store, at, replace=options["replace"], say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for line in restored.remarks:
            self.stderr.write(line)
        for line in restored.differences:
            self.stdout.write(f"  {line}")
        if restored.differences:
            raise CommandError(
                f"The database is restored, with {len(restored.differences)} differences."
            )
        made = restored.manifest
        self.stdout.write(
            f"{made.id} is restored: {len(made.tables)} tables and {made.objects} files are as "
            f"they were ({time.monotonic() - began:.1f} s). Start everything."
        )


def _confirm() -> None:
    name = connection.settings_dict["NAME"]
    if not sys.stdin.isatty():
        raise CommandError(f"--replace loses all of {name}: add --yes, as nobody can be asked.")
    if input(f"This loses all of the database {name}. Type its name to go on: ") != name:
        raise CommandError("That is not its name: nothing was changed.")

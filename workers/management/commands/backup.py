import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import installation
from workers.backups.errors import BackupError
from workers.backups.keys import keys_of_settings
from workers.backups.retention import Keep
from workers.backups.store import Store, place_named
from workers.backups.take import Taken, take
from workers.backups.verify import verify


class Command(BaseCommand):
    help = (
        "Back up the database and the files, while everything runs, into a folder or "
        "s3://bucket/prefix; then remove old backups. --verify checks the newest one instead, by "
        "restoring it into an empty database and reading each file."
    )
    # They import all views, and take longer than a small backup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        keep = Keep()
        parser.add_argument("place", nargs="?", help="default: BACKUP_PLACE")
        parser.add_argument(
            "--encrypt", action="store_true", help="refuse to go on without BACKUP_KEY"
        )
        for name in ("daily", "weekly", "monthly"):
            number = getattr(keep, name)
            text = f"keep the last of so many of these periods ({number})"
            parser.add_argument(f"--keep-{name}", type=int, default=number, help=text)
        parser.add_argument("--verify", action="store_true", help="check a backup; take none")
        parser.add_argument("--at", help="with --verify: the newest not after this time, or its id")
        parser.add_argument(
            "--database", default="", help="with --verify: the address of an empty database"
        )

    def handle(self, *args: Any, place: str | None, **options: Any) -> None:
        try:
            store = Store(place_named(place), keys_of_settings(must_encrypt=options["encrypt"]))
            if not options["verify"] and (options["at"] or options["database"]):
                raise CommandError("--at and --database belong to --verify.")
            if options["verify"]:
                self._verify(store, options["at"], options["database"])
            else:
                if not place and installation.is_copy():
                    raise CommandError(
                        "This is a copy: its backups would lie among those of the original, in "
                        "BACKUP_PLACE. Name another place, or make it the original by "
                        "`manage.py installation --original`."
                    )
                names = ("daily", "weekly", "monthly")
                self._take(store, Keep(*(options[f"keep_{name}"] for name in names)))
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _take(self, store: Store, keep: Keep) -> None:
        began = time.monotonic()
        taken = take(store, keep, self._say)
        for key in taken.manifest.missing:
            self.stderr.write(f"The bucket does not have {key}, which a row names.")
        self.stdout.write(words_of(taken, store, time.monotonic() - began))
        if taken.removed.problem:
            self.stderr.write(f"Old backups were not removed: {taken.removed.problem}")
        if taken.removed.unreadable:
            self.stderr.write(
                f"{taken.removed.unreadable} backups cannot be read with these keys: no file of an "
                "old backup is removed while they are there."
            )

    def _verify(self, store: Store, at: str | None, database: str) -> None:
        began = time.monotonic()
        verified = verify(store, at, database=database, say=self._say)
        for line in verified.differences:
            self.stdout.write(f"  {line}")
        if verified.differences:
            raise CommandError(
                f"{verified.manifest.id} is not whole: {len(verified.differences)} differences."
            )
        self.stdout.write(
            f"{verified.manifest.id} is whole: {len(verified.manifest.tables)} tables and "
            f"{verified.manifest.objects} files are as they were "
            f"({time.monotonic() - began:.1f} s)."
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)


def words_of(taken: Taken, store: Store, seconds: float) -> str:
    made, removed = taken.manifest, taken.removed
    rows = sum(table.rows for table in made.tables.values())
    lines = [
        f"{made.id} is in {store.place.words}{', encrypted' if made.key_number else ''} "
        f"({seconds:.1f} s):",
        f"  database {_megabytes(made.database_bytes)}, {rows} rows",
        f"  {made.objects} files, {_megabytes(made.objects_bytes)}; new ones: {taken.new_files}, "
        f"{_megabytes(taken.new_files_bytes)}",
    ]
    if removed.backups or removed.interrupted:
        lines.append(
            f"  removed: {removed.backups} old backups, {removed.interrupted} interrupted ones, "
            f"{removed.objects} of their files"
        )
    return "\n".join(lines)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from core.auth import invitations
from core.importing.people import import_people
from core.importing.report import sentences, told
from core.importing.tables import UnreadableFile


class Command(BaseCommand):
    help = "Import clients, people and chantiers from a CSV or XLSX, and say what became of each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say it, and store nothing")
        parser.add_argument(
            "--invite",
            action="store_true",
            help="email a link to choose a password to those never invited and never logged in",
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            imported = import_people(file.read_bytes(), is_dry_run=options["dry_run"])
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        for sentence in sentences(imported):
            self.stdout.write(sentence)
        for wrong in imported.wrong:
            self.stdout.write(f"  {told(wrong)}")
        if options["invite"] and not options["dry_run"]:
            count = len(invitations.invite_new(imported.people))
            self.stdout.write(
                ngettext("%(count)d person is invited.", "%(count)d people are invited.", count)
                % {"count": count}
            )

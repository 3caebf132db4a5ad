from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from attachments import storage_audit


class Command(BaseCommand):
    help = "List the rows without objects and the objects without rows. Fails when there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--delete", action="store_true", help="delete the objects that no row knows"
        )

    def handle(self, *args: Any, delete: bool, **options: Any) -> None:
        audit = storage_audit.audit()
        for attachment_id, keys in audit.missing.items():
            self.stdout.write(f"row without objects: {attachment_id} misses {', '.join(keys)}")
        for key in audit.unknown:
            self.stdout.write(f"object without row: {key}")
        if delete and not storage_audit.delete_unknown(audit):
            raise CommandError("A backup runs, and nothing is deleted: try again after it.")
        if not audit.is_clean:
            raise CommandError(
                f"{len(audit.missing)} rows without objects, "
                f"{len(audit.unknown)} objects without rows"
            )
        self.stdout.write("Rows and objects agree.")

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core.auth import credentials
from core.credential_models import MachineCredential


class Command(BaseCommand):
    help = "Print a new credential for a program, such as an ERP. It is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="which program has it")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=MachineCredential.Scope.values,
            dest="scopes",
            help="what it opens; give it once for each",
        )
        parser.add_argument("--days", type=int, help="how long it is valid (default: for ever)")

    def handle(self, *args: Any, name: str, scopes: list[str], **options: Any) -> str:
        days = options["days"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        return credentials.issue(name, scopes, expires_at=expires_at).secret

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import demo as core_demo
from core.models import User
from messaging import demo


class Command(BaseCommand):
    help = "Load a company, its clients and six months of conversations, to look around in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there are people already"
        )
        parser.add_argument(
            "--force", action="store_true", help="load outside DEBUG too; the password is public"
        )
        parser.add_argument(
            "--size",
            type=float,
            default=settings.DEMO_SIZE,
            help="a share of the 60 conversations (0 to 1)",
        )

    def handle(self, *args: Any, if_empty: bool, force: bool, size: float, **options: Any) -> None:
        if if_empty and User.objects.exists():
            self.stdout.write("There are people here already: no demo data loaded.")
        else:
            self._check(force=force)
            self.stdout.write("Loading the demo data (half a minute)...")
            demo.load(now=timezone.now(), size=size)
        if core_demo.exists():
            self._introduce()

    def _introduce(self) -> None:
        self.stdout.write("Log in as one of these, with the password " + core_demo.PASSWORD)
        for line in core_demo.logins():
            self.stdout.write(f"  {line}")

    def _check(self, *, force: bool) -> None:
        if not (settings.DEBUG or force):
            raise CommandError(
                "The demo's logins have a public password, so they are not loaded outside DEBUG: "
                "set DEBUG=true, or give --force if nobody else can reach this installation."
            )
        if core_demo.exists():
            raise CommandError(
                "The demo data is here already: use it, or start again with an empty database."
            )

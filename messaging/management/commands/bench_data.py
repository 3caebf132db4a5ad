"""Load a million messages, to measure with."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.demo.bulk import Size, load
from messaging.models import Conversation


class Command(BaseCommand):
    help = "Load a million made-up messages into an empty database, to measure with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--messages", type=int, default=Size.messages)
        parser.add_argument("--conversations", type=int, default=Size.conversations)
        parser.add_argument("--clients", type=int, default=Size.clients)
        parser.add_argument(
            "--force", action="store_true", help="load outside DEBUG too: never where people write"
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if not (settings.DEBUG or force):
            raise CommandError(
                "This writes a million made-up messages. Add --force where nobody writes."
            )
        if Conversation.objects.exists():
            raise CommandError("There are conversations here already. Use an empty database.")
        began = time.monotonic()
        size = Size(*(options[name] for name in ("messages", "conversations", "clients")))
        load(size, self.stdout.write)
        self.stdout.write(f"Loaded in {time.monotonic() - began:.0f} s.")

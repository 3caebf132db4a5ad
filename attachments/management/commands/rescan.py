from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from attachments import actions, queries
from attachments.scanning import verdict


class Command(BaseCommand):
    help = (
        "Check again, in the background, the files that were checked by older rules. People "
        "can still open them. What is dangerous is taken back, and the message says so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=_moment, help="only files that arrived since then (2026-11-01)"
        )
        parser.add_argument(
            "--all", action="store_true", help="also those that the rules of today let pass"
        )
        parser.add_argument("--per-minute", type=int, default=60, help="how many (default 60)")

    def handle(self, *args: Any, since: datetime | None, **options: Any) -> None:
        gate = verdict.GATE + 1 if options["all"] else verdict.GATE
        ids = list(queries.checked_before(gate, since=since).values_list("pk", flat=True))
        pace = timedelta(minutes=1) / max(1, options["per_minute"])
        count = actions.request_check_again(ids, pace=pace)
        minutes = count * pace / timedelta(minutes=1)
        self.stdout.write(f"{count} files will be checked again, within {minutes:.0f} minutes.")


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ArgumentTypeError(f"{text} is no day: write it as 2026-11-01")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment

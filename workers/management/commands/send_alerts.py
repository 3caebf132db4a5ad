from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workers.monitoring import alerts, health, telling
from workers.monitoring.causes import ActiveAlert
from workers.monitoring.telling import Told
from workers.registry import JOB_TYPES


class Command(BaseCommand):
    help = (
        "Open and send the alerts, unless a worker is alive: it does so itself. Or tell that "
        "PostgreSQL is away, which no row can say. Beat runs it."
    )
    # They import all views, and take longer than the command.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database-away-since", type=datetime.fromisoformat)
        parser.add_argument("--database-back-at", type=datetime.fromisoformat)
        parser.add_argument("--detail", default="", help="what PostgreSQL said")

    def handle(
        self,
        *args: Any,
        database_away_since: datetime | None,
        database_back_at: datetime | None,
        detail: str,
        **options: Any,
    ) -> None:
        if database_away_since:
            alert = ActiveAlert("database_away", detail=detail)
            self._tell(Told(alert, database_away_since, database_back_at))
        elif not health.workers_alive().exists():
            alerts.watch(JOB_TYPES)

    def _tell(self, told: Told) -> None:
        opened, ended = ([], [told]) if told.ended_at else ([told], [])
        if not telling.tell(opened, ended):
            raise CommandError("Nobody heard of it.")

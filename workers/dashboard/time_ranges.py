"""The periods of the dashboard and the width of their steps."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """A span of time that ends now, in steps.

    Periods with steps of an hour or more read `TaskHour`, the others `TaskRun`.
    """

    name: str
    span: timedelta
    step: timedelta

    @property
    def reads_hours(self) -> bool:
        return self.step >= timedelta(hours=1)

    @property
    def steps(self) -> int:
        return self.span // self.step

    def start(self) -> datetime:
        """Return the beginning of the first step. Steps begin at round times."""
        step_seconds = int(self.step.total_seconds())
        now = int(timezone.now().timestamp())
        last = now - now % step_seconds
        first = last - (self.steps - 1) * step_seconds
        return datetime.fromtimestamp(first, timezone.get_default_timezone())


PERIODS = {
    period.name: period
    for period in (
        Period("1h", timedelta(hours=1), timedelta(minutes=1)),
        Period("24h", timedelta(hours=24), timedelta(minutes=15)),
        Period("7d", timedelta(days=7), timedelta(hours=1)),
        Period("30d", timedelta(days=30), timedelta(hours=6)),
    )
}

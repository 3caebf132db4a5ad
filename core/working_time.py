"""Count in working hours: when they begin, when so many have passed. Pure: no clock, no database.

Public holidays of France come from `holidays`, for one region (`HOLIDAYS_REGION`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

# After so many days without an hour of work there is none: the rows say nonsense.
HORIZON = timedelta(days=400)


@dataclass(frozen=True, order=True)
class Period:
    """Hours of one weekday, 0 is Monday."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True)
class WorkingTime:
    """The hours of a week, and the days without work. Without any period, every hour counts."""

    periods: tuple[Period, ...]
    zone: tzinfo
    # First and last day.
    closures: tuple[tuple[date, date], ...] = ()
    # A code of `holidays.France.subdivisions`, or empty.
    region: str = ""

    def is_open(self, moment: datetime) -> bool:
        """Tell whether people work at a moment. The last minute of a period is outside of it."""
        return self.opens_at(moment) == moment

    def opens_at(self, moment: datetime) -> datetime:
        """Return the moment, or the next one at which people work."""
        return next((max(start, moment) for start, _end in self._spans(moment)), moment)

    def after(self, moment: datetime, working: timedelta) -> datetime:
        """Return when so much working time has passed since a moment."""
        for start, end in self._spans(moment):
            begin = max(start, moment)
            if working <= end - begin:
                return begin + working
            working -= end - begin
        return moment + working

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much working time passed between two moments."""
        passed = timedelta()
        for start, finish in self._spans(begin):
            if start >= end:
                return passed
            passed += min(finish, end) - max(start, begin)
        # Without periods, or past the horizon.
        return passed if self.periods else end - begin

    def shortest_day(self) -> timedelta:
        """Return the working time of the weekday with the least of it, among those with any."""
        by_day: dict[int, timedelta] = {}
        for period in self.periods:
            length = _since_midnight(period.ends_at) - _since_midnight(period.starts_at)
            by_day[period.weekday] = by_day.get(period.weekday, timedelta()) + length
        return min(by_day.values(), default=timedelta(days=1))

    def is_day_off(self, day: date) -> bool:
        """Tell whether nobody works on a day: a public holiday, or a closure of the company."""
        if any(first <= day <= last for first, last in self.closures):
            return True
        return day in _holidays_of(self.region, day.year)

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the periods of work that end after a moment, in order, in UTC.

        In UTC, since the difference of two moments of one zone ignores the change of the clocks.
        """
        if not self.periods:
            return
        day = moment.astimezone(self.zone).date()
        last = day + HORIZON
        while day <= last:
            if not self.is_day_off(day):
                for period in sorted(self.periods):
                    if period.weekday == day.weekday():
                        start, end = self._at(day, period.starts_at), self._at(day, period.ends_at)
                        if end > moment:
                            yield start, end
            day += timedelta(days=1)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)


def _since_midnight(hour: time) -> timedelta:
    return timedelta(hours=hour.hour, minutes=hour.minute, seconds=hour.second)


@lru_cache(maxsize=64)
def _holidays_of(region: str, year: int) -> frozenset[date]:
    # Not imported with the module: 3 MB of calendars in processes that count no hours.
    import holidays

    return frozenset(holidays.country_holidays("FR", subdiv=region or None, years=year))

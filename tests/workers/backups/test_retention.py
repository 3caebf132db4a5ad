"""Which backups stay, and what goes with those that do not."""

from datetime import UTC, datetime, timedelta

from workers.backups.manifest import new_id, time_of
from workers.backups.retention import Keep, kept

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def each_night(days: int) -> list[str]:
    return [new_id(NOW - timedelta(days=day, hours=10)) for day in range(days)]


def days_ago(ids: set[str]) -> list[int]:
    return sorted((NOW - time_of(each)).days for each in ids)


def test_days_weeks_and_months_keep_the_last_of_each() -> None:
    stay = kept(each_night(400), Keep(daily=3, weekly=3, monthly=3), NOW)

    # Three nights; Sundays 22 and 15 of November; the last nights of October and of September.
    assert days_ago(stay) == [0, 1, 2, 7, 14, 29, 60]


def test_all_of_the_last_day_stay() -> None:
    ids = [new_id(NOW - timedelta(hours=hours)) for hours in range(30)]

    stay = kept(ids, Keep(daily=1, weekly=0, monthly=0), NOW)

    assert len(stay) == 24


def test_newest_stays_however_old_it_is_and_whatever_is_asked() -> None:
    ids = [new_id(NOW - timedelta(days=days)) for days in (900, 800)]

    assert days_ago(kept(ids, Keep(0, 0, 0), NOW)) == [800]


def test_night_belongs_to_its_day_in_our_time_zone() -> None:
    """23:30 UTC is half past midnight in Paris: both belong to the 20th."""
    late = new_id(datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    noon = new_id(datetime(2026, 11, 20, 11, tzinfo=UTC))

    assert kept([late, noon], Keep(daily=2, weekly=0, monthly=0), NOW) == {noon}

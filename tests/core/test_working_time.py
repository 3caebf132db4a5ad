"""Working hours: nights, weekends, holidays, closures, and the change of the clocks."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.working_time import Period, WorkingTime

PARIS = ZoneInfo("Europe/Paris")
WEEK = tuple(
    Period(weekday, start, end)
    for weekday in range(5)
    for start, end in ((time(8), time(12)), (time(14), time(18)))
)
HOURS = WorkingTime(WEEK, PARIS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


class TestOpening:
    @pytest.mark.parametrize(
        ("asked", "opens"),
        [
            ("2026-11-18 10:00", "2026-11-18 10:00"),
            ("2026-11-18 12:00", "2026-11-18 14:00"),
            ("2026-11-18 13:59", "2026-11-18 14:00"),
            ("2026-11-18 18:00", "2026-11-19 08:00"),
            # Friday evening, and a Saturday.
            ("2026-11-20 18:30", "2026-11-23 08:00"),
            ("2026-11-21 10:00", "2026-11-23 08:00"),
            # Armistice is a Wednesday, Christmas a Friday.
            ("2026-11-11 10:00", "2026-11-12 08:00"),
            ("2026-12-24 18:00", "2026-12-28 08:00"),
        ],
    )
    def test_work_begins_again_at_the_next_working_hour(self, asked: str, opens: str) -> None:
        assert HOURS.opens_at(at(asked)) == at(opens)
        assert HOURS.is_open(at(asked)) == (asked == opens)

    def test_easter_monday_and_ascension_are_days_off(self) -> None:
        assert HOURS.is_day_off(date(2026, 4, 6))
        assert HOURS.is_day_off(date(2026, 5, 14))
        assert not HOURS.is_day_off(date(2026, 4, 3))

    def test_good_friday_is_a_day_off_in_moselle_alone(self) -> None:
        assert WorkingTime(WEEK, PARIS, region="57").is_day_off(date(2026, 4, 3))

    def test_closed_weeks_of_august_are_passed_over(self) -> None:
        closed = WorkingTime(WEEK, PARIS, closures=((date(2026, 8, 3), date(2026, 8, 21)),))

        assert closed.opens_at(at("2026-07-31 18:00")) == at("2026-08-24 08:00")


class TestCounting:
    @pytest.mark.parametrize(
        ("since", "hours", "then"),
        [
            ("2026-11-18 08:00", 4, "2026-11-18 12:00"),
            ("2026-11-18 10:00", 4, "2026-11-18 16:00"),
            ("2026-11-18 16:30", 4, "2026-11-19 10:30"),
            ("2026-11-20 17:00", 4, "2026-11-23 11:00"),
            ("2026-11-21 23:00", 4, "2026-11-23 12:00"),
            ("2026-11-10 17:00", 2, "2026-11-12 09:00"),
            # The clocks go back in the night of this Sunday.
            ("2026-10-23 17:00", 2, "2026-10-26 09:00"),
        ],
    )
    def test_hours_pass_while_people_work(self, since: str, hours: int, then: str) -> None:
        assert HOURS.after(at(since), timedelta(hours=hours)) == at(then)
        assert HOURS.between(at(since), at(then)) == timedelta(hours=hours)

    def test_night_shift_that_spans_the_change_of_the_clocks_has_its_real_length(self) -> None:
        nights = WorkingTime((Period(6, time(1), time(5)),), PARIS)

        assert nights.between(at("2026-10-25 00:00"), at("2026-10-25 12:00")).seconds == 5 * 3600

    def test_without_any_period_every_hour_counts(self) -> None:
        always = WorkingTime((), PARIS)

        assert always.after(at("2026-11-21 23:00"), timedelta(hours=4)) == at("2026-11-22 03:00")
        assert always.is_open(at("2026-11-22 03:00"))
        assert always.between(at("2026-11-21 00:00"), at("2026-11-22 00:00")) == timedelta(days=1)

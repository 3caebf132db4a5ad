"""The rules, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from messaging.mentions import mentions
from notifications.models import Channel, EmailMode
from notifications.planning import rules
from notifications.planning.rules import DueFacts, Preferences, RecipientFacts, Skip, Wait

# 10:00 in Paris.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = Preferences(quiet_from=time(20), quiet_until=time(7))


def due_times(person: RecipientFacts, now: datetime = NOW) -> dict[str, timedelta]:
    planned = rules.plan(person, sent_at=now, now=now)
    return {step.channel.value: step.due_at - now for step in planned}


def skips(person: RecipientFacts, now: datetime = NOW) -> dict[str, Skip | None]:
    planned = rules.plan(person, sent_at=now, now=now)
    return {step.channel.value: step.skip for step in planned}


class TestPlan:
    def test_a_push_is_due_at_once_and_an_email_after_ten_minutes(self) -> None:
        assert due_times(RecipientFacts()) == {"push": 0 * SECOND, "email": 10 * MINUTE}

    def test_presence_delays_a_push_by_five_seconds_and_never_cancels_it(self) -> None:
        assert due_times(RecipientFacts(is_present=True))["push"] == 5 * SECOND

    def test_a_person_without_a_device_is_emailed_after_a_minute(self) -> None:
        assert due_times(RecipientFacts(has_device=False))["email"] == MINUTE

    def test_push_that_no_device_could_take_is_skipped_at_once(self) -> None:
        assert skips(RecipientFacts(has_any_device=False)) == {
            "push": Skip.NO_DEVICE,
            "email": None,
        }

    @pytest.mark.parametrize(
        ("person", "now"),
        [
            (RecipientFacts(has_any_device=False, is_present=True), NOW),
            (RecipientFacts(NIGHT, has_any_device=False), NOW + 12 * HOUR),
        ],
    )
    def test_push_of_later_waits_for_a_device(self, person: RecipientFacts, now: datetime) -> None:
        assert skips(person, now) == {"push": None, "email": None}

    def test_delay_that_the_person_chose_wins(self) -> None:
        preferences = Preferences(email_delay=2 * HOUR)
        assert due_times(RecipientFacts(preferences, has_device=False))["email"] == 2 * HOUR

    def test_the_second_message_of_a_burst_goes_with_the_next_push(self) -> None:
        assert due_times(RecipientFacts(last_push_at=NOW - 2 * SECOND))["push"] == 3 * SECOND

    def test_a_message_goes_with_the_push_that_is_about_to_leave(self) -> None:
        assert due_times(RecipientFacts(last_push_at=NOW + 3 * SECOND))["push"] == 3 * SECOND

    def test_a_push_that_waits_for_an_hour_holds_no_other_back(self) -> None:
        assert due_times(RecipientFacts(last_push_at=NOW + HOUR))["push"] == 5 * SECOND

    @pytest.mark.parametrize(
        "person", [RecipientFacts(has_read=True), RecipientFacts(is_muted=True)]
    )
    def test_nobody_is_told_of_what_they_read_or_muted(self, person: RecipientFacts) -> None:
        assert due_times(person) == {}

    def test_a_mention_reaches_through_mute(self) -> None:
        person = RecipientFacts(is_muted=True, is_mentioned=True)
        assert due_times(person).keys() == {"push", "email"}

    def test_unwanted_channels_are_left_out(self) -> None:
        assert due_times(RecipientFacts(Preferences(push=False))).keys() == {"email"}
        assert due_times(RecipientFacts(Preferences(email=EmailMode.NEVER))).keys() == {"push"}

    def test_quiet_hours_hold_a_push_until_their_end_and_an_email_ten_minutes_more(self) -> None:
        evening = datetime(2026, 11, 18, 21, 30, tzinfo=rules.PARIS)
        push, email = rules.plan(RecipientFacts(NIGHT), sent_at=evening, now=evening)

        morning = evening.replace(day=19, hour=7, minute=0)
        assert (push.due_at, push.is_digest) == (morning, True)
        assert email.due_at == morning + rules.EMAIL_DELAY

    def test_an_email_that_quiet_hours_overtake_is_due_at_their_end(self) -> None:
        dusk = datetime(2026, 11, 18, 19, 55, tzinfo=rules.PARIS)
        push, email = rules.plan(RecipientFacts(NIGHT), sent_at=dusk, now=dusk)

        assert push.due_at == dusk
        assert email.due_at == dusk.replace(day=19, hour=7, minute=0)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("local", "end"),
        [
            ("2026-11-18 19:59", None),
            ("2026-11-18 20:00", "2026-11-19 07:00"),
            ("2026-11-19 06:59", "2026-11-19 07:00"),
            ("2026-11-19 07:00", None),
            # In the night when the clocks change.
            ("2026-10-24 23:00", "2026-10-25 07:00"),
        ],
    )
    def test_quiet_hours_are_paris_time_over_midnight(self, local: str, end: str | None) -> None:
        moment = datetime.fromisoformat(local).replace(tzinfo=rules.PARIS)

        found = rules.quiet_hours_end(NIGHT, moment)

        assert (found.strftime("%Y-%m-%d %H:%M") if found else None) == end

    def test_quiet_hours_within_a_day_end_on_that_day(self) -> None:
        siesta = Preferences(quiet_from=time(12), quiet_until=time(14))
        noon = datetime(2026, 11, 18, 12, 30, tzinfo=rules.PARIS)
        assert rules.quiet_hours_end(siesta, noon) == noon.replace(hour=14, minute=0)


class TestAskAgain:
    @pytest.mark.parametrize(
        ("due", "skip"),
        [
            (DueFacts(has_read=True), Skip.READ),
            (DueFacts(is_deleted=True), Skip.DELETED),
            (DueFacts(is_muted=True), Skip.MUTED),
            (DueFacts(has_access=False), Skip.NO_ACCESS),
            (DueFacts(Preferences(push=False, email=EmailMode.NEVER)), Skip.UNWANTED),
        ],
    )
    def test_both_channels_skip_a_delivery_for_the_same_reasons(
        self, due: DueFacts, skip: Skip
    ) -> None:
        assert rules.ask_push(due, NOW) == skip
        assert rules.ask_email(due, NOW) == skip

    def test_a_display_stops_the_email_but_not_the_push(self) -> None:
        due = DueFacts(was_displayed=True)
        assert rules.ask_email(due, NOW) == Skip.DISPLAYED
        assert rules.ask_push(due, NOW) is None

    def test_mode_always_emails_also_what_was_displayed(self) -> None:
        due = DueFacts(Preferences(email=EmailMode.ALWAYS), was_displayed=True)
        assert rules.ask_email(due, NOW) is None

    def test_mode_always_emails_nothing_that_was_read(self) -> None:
        due = DueFacts(Preferences(email=EmailMode.ALWAYS), has_read=True)
        assert rules.ask_email(due, NOW) == Skip.READ

    @pytest.mark.parametrize(("sent", "wait"), [(1, HOUR), (2, 24 * HOUR), (7, 24 * HOUR)])
    def test_emails_back_off_while_nothing_is_read(self, sent: int, wait: timedelta) -> None:
        due = DueFacts(emails_unread=sent, last_email_at=NOW)

        assert rules.ask_email(due, NOW + MINUTE) == Wait(NOW + wait)
        assert rules.ask_email(due, NOW + wait) is None

    def test_resent_email_waits_for_no_back_off(self) -> None:
        due = DueFacts(emails_unread=2, last_email_at=NOW)
        assert rules.ask_email(replace(due, is_resent=True), NOW) is None

    def test_push_that_quiet_hours_overtake_waits_for_the_morning(self) -> None:
        evening = datetime(2026, 11, 18, 21, 30, tzinfo=rules.PARIS)
        decision = rules.ask_push(DueFacts(NIGHT), evening)
        assert decision == Wait(evening.replace(day=19, hour=7, minute=0), is_digest=True)


class TestAlerts:
    def test_the_first_of_a_burst_is_heard_and_its_updates_are_not(self) -> None:
        assert rules.alerts(NOW, None)
        assert not rules.alerts(NOW, NOW - 2 * SECOND)
        assert rules.alerts(NOW, NOW - 6 * SECOND)


class TestMentions:
    @pytest.mark.parametrize(
        "body", ["@Odile tu peux ?", "vu avec @odile perrin.", "(@ODILE)", "@Odile\nBonjour"]
    )
    def test_mention_by_first_or_full_name_is_found(self, body: str) -> None:
        assert mentions(body, "Odile Perrin")

    @pytest.mark.parametrize("body", ["Odile", "a@odile.fr", "@Odilette", "@Perrin"])
    def test_text_without_a_mention_has_none(self, body: str) -> None:
        assert not mentions(body, "Odile Perrin")

    def test_mention_without_accents_is_found(self) -> None:
        assert mentions("@Helene ?", "Hélène Roy")


def test_channels_are_push_and_email() -> None:
    assert {channel.value for channel in Channel} == {"push", "email"}

"""The planning rules at the exact moment or value where their answer changes."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from messaging.mentions import mentions
from notifications.planning import rules
from notifications.planning.rules import (
    BURST,
    EMAIL_BACK_OFF,
    PARIS,
    Decision,
    DueFacts,
    Preferences,
    RecipientFacts,
    Wait,
)

Ask = Callable[[DueFacts, datetime], Decision]

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=PARIS)
EVENING = NOW.replace(hour=21, minute=30)
MORNING = datetime(2026, 11, 19, 7, 0, tzinfo=PARIS)
INSTANT = timedelta(microseconds=1)
NIGHT = Preferences(quiet_from=time(20), quiet_until=time(7))
SIESTA = Preferences(quiet_from=time(12), quiet_until=time(14))


def push_due_at(last_push_at: datetime) -> datetime:
    person = RecipientFacts(last_push_at=last_push_at)
    return rules.plan(person, sent_at=NOW, now=NOW)[0].due_at


class TestBurst:
    def test_push_makes_a_sound_again_after_exactly_one_burst(self) -> None:
        assert not rules.alerts(NOW, NOW - BURST + INSTANT)
        assert rules.alerts(NOW, NOW - BURST)

    def test_message_waits_a_whole_burst_after_a_push_that_left_this_instant(self) -> None:
        assert push_due_at(NOW) == NOW + BURST

    def test_message_joins_a_push_that_is_due_in_an_instant(self) -> None:
        assert push_due_at(NOW + INSTANT) == NOW + INSTANT


class TestQuietHours:
    @pytest.mark.parametrize(
        "preferences",
        [
            Preferences(quiet_from=time(8)),
            Preferences(quiet_until=time(12)),
            Preferences(quiet_from=time(8), quiet_until=time(8)),
        ],
    )
    def test_quiet_hours_without_a_start_an_end_or_a_length_are_none(
        self, preferences: Preferences
    ) -> None:
        assert rules.quiet_hours_end(preferences, NOW) is None

    @pytest.mark.parametrize(
        ("local", "is_quiet"),
        [
            (time(10), False),
            (time(11, 59, 59), False),
            (time(12), True),
            (time(13, 59, 59), True),
            (time(14), False),
            (time(20), False),
        ],
    )
    def test_quiet_hours_within_a_day_hold_from_their_start_until_before_their_end(
        self, local: time, is_quiet: bool
    ) -> None:
        moment = datetime.combine(NOW, local, PARIS)

        end = rules.quiet_hours_end(SIESTA, moment)

        assert end == (NOW.replace(hour=14) if is_quiet else None)

    @pytest.mark.parametrize("ask", [rules.ask_push, rules.ask_email])
    def test_delivery_due_in_quiet_hours_waits_for_the_morning_digest(self, ask: Ask) -> None:
        assert ask(DueFacts(NIGHT), EVENING) == Wait(MORNING, is_digest=True)


class TestBackOff:
    def test_email_that_backs_off_is_no_digest(self) -> None:
        decision = rules.ask_email(DueFacts(emails_unread=1, last_email_at=NOW), NOW)

        assert isinstance(decision, Wait)
        assert not decision.is_digest

    @pytest.mark.parametrize(("sent", "pause"), [(1, EMAIL_BACK_OFF[0]), (2, EMAIL_BACK_OFF[1])])
    def test_back_off_ends_at_the_exact_end_of_its_pause(self, sent: int, pause: timedelta) -> None:
        due = DueFacts(emails_unread=sent, last_email_at=NOW)

        assert rules.ask_email(due, NOW + pause - INSTANT) == Wait(NOW + pause)
        assert rules.ask_email(due, NOW + pause) is None

    def test_email_does_not_back_off_once_the_last_one_was_read(self) -> None:
        assert rules.ask_email(DueFacts(emails_unread=0, last_email_at=NOW), NOW) is None

    def test_first_email_does_not_back_off(self) -> None:
        assert rules.ask_email(DueFacts(emails_unread=1, last_email_at=None), NOW) is None


class TestMute:
    def test_delivery_with_a_mention_is_sent_in_a_muted_conversation(self) -> None:
        due = DueFacts(is_muted=True, is_mentioned=True)

        assert rules.ask_push(due, NOW) is None
        assert rules.ask_email(due, NOW) is None

    def test_message_without_a_mention_is_not_planned_in_a_muted_conversation(self) -> None:
        assert rules.plan(RecipientFacts(is_muted=True), sent_at=NOW, now=NOW) == []

    def test_delivery_without_a_mention_is_skipped_in_a_muted_conversation(self) -> None:
        assert rules.ask_push(DueFacts(is_muted=True), NOW) == rules.Skip.MUTED


class TestMentions:
    @pytest.mark.parametrize("name", ["", " "])
    def test_lone_at_sign_mentions_nobody(self, name: str) -> None:
        assert not mentions("@ 18 h @", name)

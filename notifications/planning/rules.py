"""Who is interrupted, by which channel and when. Pure: no clock, no database, no network.

The rules are asked when a message is fanned out (`plan`), and again when a delivery is due
(`ask_push`, `ask_email`). In between, the person may have read the message, muted the conversation
or changed their quiet hours.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifications.models import Channel, EmailMode

PARIS = ZoneInfo("Europe/Paris")

# Messages this close together are one burst: one push with a sound, then silent updates of it.
BURST = timedelta(seconds=5)
# A person who looks at a page has this long to read it there. The push still leaves if they do not.
PRESENCE_DELAY = timedelta(seconds=5)
EMAIL_DELAY = timedelta(minutes=10)
# For a person without a device that shows pushes.
EMAIL_DELAY_WITHOUT_DEVICE = timedelta(minutes=1)
# The pause after the first email of a conversation in which nothing is read, and after later ones.
EMAIL_BACK_OFF = (timedelta(hours=1), timedelta(hours=24))


class Skip(StrEnum):
    """Why a delivery that was planned is not sent."""

    READ = "read"
    DELETED = "deleted"
    DISPLAYED = "displayed"
    MUTED = "muted"
    UNWANTED = "unwanted"
    NO_ACCESS = "no_access"
    NO_DEVICE = "no_device"
    # Held back on a copy until it was too old.
    HELD_BACK = "held_back"


@dataclass(frozen=True)
class Preferences:
    """How a person wants to be told."""

    push: bool = True
    email: str = EmailMode.UNREAD
    email_delay: timedelta | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None


@dataclass(frozen=True)
class RecipientFacts:
    """The facts about a person in a conversation when a message is fanned out."""

    preferences: Preferences = field(default_factory=Preferences)
    is_muted: bool = False
    is_mentioned: bool = False
    has_read: bool = False
    is_present: bool = False
    has_any_device: bool = True
    # At least one that displays its pushes.
    has_device: bool = True
    # When the last push of this conversation was sent, or is due.
    last_push_at: datetime | None = None


@dataclass(frozen=True)
class Planned:
    channel: Channel
    due_at: datetime
    is_digest: bool = False
    # Not sent, and known at once.
    skip: Skip | None = None


@dataclass(frozen=True)
class DueFacts:
    """The facts about one delivery when it is due."""

    preferences: Preferences = field(default_factory=Preferences)
    is_muted: bool = False
    is_mentioned: bool = False
    has_read: bool = False
    is_deleted: bool = False
    has_access: bool = True
    was_displayed: bool = False
    is_resent: bool = False
    # Emails of this conversation that were sent, and of which nothing was read.
    emails_unread: int = 0
    last_email_at: datetime | None = None


@dataclass(frozen=True)
class Wait:
    until: datetime
    is_digest: bool = False


Decision = Skip | Wait | None


def plan(person: RecipientFacts, *, sent_at: datetime, now: datetime) -> list[Planned]:
    """Return what to deliver: nothing if the message is read, or muted without a mention."""
    if person.has_read or (person.is_muted and not person.is_mentioned):
        return []
    wanted: list[tuple[Channel, datetime]] = []
    if person.preferences.push:
        wanted.append((Channel.PUSH, _push_due_at(person, now)))
    if person.preferences.email != EmailMode.NEVER:
        wanted.append((Channel.EMAIL, _email_due_at(person, sent_at)))
    planned = [
        _outside_quiet_hours(person.preferences, channel, due_at) for channel, due_at in wanted
    ]
    return planned if person.has_any_device else [_without_device(each, now) for each in planned]


def email_delay(preferences: Preferences, has_device: bool) -> timedelta:
    if preferences.email_delay is not None:
        return preferences.email_delay
    return EMAIL_DELAY if has_device else EMAIL_DELAY_WITHOUT_DEVICE


def ask_push(due: DueFacts, now: datetime) -> Decision:
    """Decide if a push that is due is sent (None), skipped, or waits."""
    if not due.preferences.push:
        return Skip.UNWANTED
    return _ask(due) or _wait_for_morning(due.preferences, now)


def ask_email(due: DueFacts, now: datetime) -> Decision:
    """Decide if an email that is due is sent (None), skipped, or waits."""
    if due.preferences.email == EmailMode.NEVER:
        return Skip.UNWANTED
    if skip := _ask(due):
        return skip
    if due.preferences.email == EmailMode.UNREAD and not due.is_resent:
        if due.was_displayed:
            return Skip.DISPLAYED
        if (free_at := _back_off_ends_at(due)) and free_at > now:
            return Wait(free_at)
    return _wait_for_morning(due.preferences, now)


def alerts(earliest_sent_at: datetime, last_push_at: datetime | None) -> bool:
    """Tell if a push makes a sound, or silently updates the earlier one of the same burst."""
    return last_push_at is None or earliest_sent_at - last_push_at >= BURST


def quiet_hours_end(preferences: Preferences, moment: datetime) -> datetime | None:
    """Return when the quiet hours around a moment end; None outside of them. In Paris time."""
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None or end is None or start == end:
        return None
    local = moment.astimezone(PARIS)
    at = local.time()
    is_quiet = start <= at < end if start < end else at >= start or at < end
    if not is_quiet:
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, PARIS)


def _push_due_at(person: RecipientFacts, now: datetime) -> datetime:
    due_at = now + PRESENCE_DELAY if person.is_present else now
    if person.last_push_at is None:
        return due_at
    if person.last_push_at > now:
        # The message leaves with the push that is due soon. A later one waits because a push
        # service asked us to wait, and must not hold back the person's other devices.
        return max(due_at, min(person.last_push_at, now + BURST))
    return max(due_at, person.last_push_at + BURST)


def _email_due_at(person: RecipientFacts, sent_at: datetime) -> datetime:
    # After quiet hours the push leaves first. The email then waits as at any other hour.
    told_at = quiet_hours_end(person.preferences, sent_at) or sent_at
    return told_at + email_delay(person.preferences, person.has_device)


def _outside_quiet_hours(preferences: Preferences, channel: Channel, due_at: datetime) -> Planned:
    morning = quiet_hours_end(preferences, due_at)
    return Planned(channel, morning or due_at, is_digest=morning is not None)


def _without_device(planned: Planned, now: datetime) -> Planned:
    """Skip a push that is due. A later one waits: until then the person may add a device."""
    if planned.channel == Channel.PUSH and planned.due_at <= now:
        return replace(planned, skip=Skip.NO_DEVICE)
    return planned


def _ask(due: DueFacts) -> Skip | None:
    """Apply the rules that are the same for every channel."""
    if not due.has_access:
        return Skip.NO_ACCESS
    if due.is_deleted:
        return Skip.DELETED
    if due.has_read:
        return Skip.READ
    if due.is_muted and not due.is_mentioned:
        return Skip.MUTED
    return None


def _wait_for_morning(preferences: Preferences, now: datetime) -> Wait | None:
    morning = quiet_hours_end(preferences, now)
    return Wait(morning, is_digest=True) if morning else None


def _back_off_ends_at(due: DueFacts) -> datetime | None:
    if due.emails_unread == 0 or due.last_email_at is None:
        return None
    step = min(due.emails_unread, len(EMAIL_BACK_OFF)) - 1
    return due.last_email_at + EMAIL_BACK_OFF[step]

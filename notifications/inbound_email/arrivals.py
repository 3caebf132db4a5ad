"""Keep in rows which emails of a mailbox are still to be received.

Flags do not say it: somebody who opens an email in a mail program marks it as seen. UIDs do. They
only grow while UIDVALIDITY is the same (RFC 3501, 2.3.1.1), so all above the last one are new.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.db import Error as DatabaseError
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from core.jobs.lease import Lease, acquire_locked, due, due_again, error_text, lock_due
from core.web.errors import Unavailable
from notifications.models import MailboxEmail, MailboxState

# Longer than the task that polls (55 s).
LEASE = timedelta(seconds=60)
# Of an email whose own content fails, or ends its worker: one attempt a minute.
MAX_ATTEMPTS = 5
# While something of ours is away, no attempt counts, for so long.
OUTAGES = (OSError, DatabaseError, BotoCoreError, ClientError, RedisError, Unavailable)
LONGEST_OUTAGE = timedelta(days=3)
# First at each poll, later less often.
PATIENT_AFTER, PAUSE = timedelta(minutes=5), timedelta(minutes=10)
# After UIDVALIDITY has changed, what came since the last poll and a margin is looked at again.
MARGIN = timedelta(days=2)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Window:
    """What a mail server says of a folder that was opened."""

    uid_validity: int
    last_uid: int
    # Returns the UIDs that match the criteria of a SEARCH.
    search: Callable[[str], list[int]]


@dataclass(frozen=True)
class Arrival:
    """An email that this worker has, until it is done or failed."""

    row: MailboxEmail
    lease: Lease

    @property
    def uid(self) -> int:
        return self.row.uid

    @property
    def is_worn_out(self) -> bool:
        """Tell if all attempts have failed."""
        age = timezone.now() - self.row.created_at
        return self.lease.attempts > MAX_ATTEMPTS or age > LONGEST_OUTAGE

    def done(self) -> None:
        self.lease.leased_rows().delete()

    def failed(self, error: Exception) -> None:
        """Let go of the email; it comes again at a next poll."""
        now = timezone.now()
        pause = PAUSE if now - self.row.created_at > PATIENT_AFTER else timedelta(0)
        counted = self.lease.attempts - (1 if isinstance(error, OUTAGES) else 0)
        columns = due_again(now + pause, error_text(error))
        self.lease.leased_rows().update(**columns, attempts=counted)


@transaction.atomic
def note(mailbox: str, window: Window) -> None:
    """Write a row for each email that is new since the last call.

    The first time, what is unseen is new: the rest was there before us.
    """
    state = MailboxState.objects.filter(pk=mailbox).select_for_update().first()
    if state is None or not _continues(state, window):
        new = _after_a_break(state, window)
        state = _started_anew(mailbox, window)
    else:
        new = [uid for uid in window.search(f"UID {state.last_uid + 1}:*") if uid > state.last_uid]
    MailboxEmail.objects.bulk_create(
        [MailboxEmail(mailbox=state, uid=uid) for uid in sorted(set(new))], ignore_conflicts=True
    )
    state.last_uid = max([window.last_uid, state.last_uid, *new])
    state.polled_at = timezone.now()
    state.save(update_fields=["last_uid", "polled_at"])


def acquired(mailbox: str, *, at_most: int) -> Iterator[Arrival]:
    """Acquire what is due, one at a time: what failed lately comes last."""
    rows = MailboxEmail.objects.filter(mailbox=mailbox)
    ids = list(due(rows).order_by("due_at", "uid").values_list("pk", flat=True)[:at_most])
    for key in ids:
        with transaction.atomic():
            row = lock_due(rows, key)
            leases = acquire_locked(rows, [row], lasting=LEASE) if row else []
        if row and leases:
            yield Arrival(row, leases[0])


def _continues(state: MailboxState, window: Window) -> bool:
    """Tell if UIDs mean what they meant. A folder that was restored may even keep UIDVALIDITY."""
    return state.uid_validity == window.uid_validity and window.last_uid >= state.last_uid


def _after_a_break(state: MailboxState | None, window: Window) -> list[int]:
    """Return what may be new after the first look, or after UIDVALIDITY has changed.

    What was received before is known by its Message-ID.
    """
    unseen = window.search("UNSEEN")
    if state is None:
        return unseen
    logger.warning("mailbox_uids_changed", mailbox=state.mailbox)
    since = state.polled_at - MARGIN
    day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    return [*unseen, *window.search(f"SINCE {day}")]


def _started_anew(mailbox: str, window: Window) -> MailboxState:
    MailboxEmail.objects.filter(mailbox=mailbox).delete()
    state, _ = MailboxState.objects.update_or_create(
        mailbox=mailbox,
        defaults={"uid_validity": window.uid_validity, "last_uid": window.last_uid},
    )
    return state

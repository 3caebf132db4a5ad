"""Acquire what is due: the deliveries of one person that leave together, as one batch.

A batch that was tried before is acquired again as it was: same messages, same tag, same
Message-ID. A worker that was killed may have sent it already. Then the second one replaces the
first on the device, and a mail program recognises it.

A push that was tried before takes newer messages along, as a new batch: of two pushes of one
conversation the older text could arrive last.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.ids import new_id
from core.jobs.lease import NOT_DUE, acquire_locked
from core.models import User
from notifications import queries
from notifications.delivery import outgoing
from notifications.models import Channel, Delivery, Preference
from notifications.planning import rules
from notifications.planning.recheck import ConversationFacts, facts_by_conversation
from notifications.planning.rules import Skip

# Longer than a sending may last. Push: all devices at once in 8 s (`webpush.DEADLINE_SECONDS`), and
# 8 s again for a shorter text. Email: each step of SMTP has 10 s, and the task ends after 55 s.
LEASES = {Channel.PUSH: timedelta(seconds=20), Channel.EMAIL: timedelta(seconds=60)}
# The 15 pauses between them add up to 43 to 87 minutes (computed from `lease.backoff_after`).
MAX_ATTEMPTS = 16


@dataclass(frozen=True)
class Batch:
    """What one person is sent now by one channel.

    `deliveries` is never empty, and sorted by conversation and seq.
    """

    id: UUID
    channel: Channel
    recipient: User
    deliveries: list[Delivery]
    # The fewest of its deliveries: a message that joins a batch has all its attempts.
    attempts: int

    @property
    def preference(self) -> Preference:
        return Preference.of(self.recipient)


@transaction.atomic
def acquire(recipient_id: UUID, conversation_id: UUID, channel: Channel) -> Batch | None:
    """Lease what is due to one person in one conversation. Return None if nothing is to be sent."""
    if not _alone_with(recipient_id, channel):
        return None
    rows = _open_rows(recipient_id, channel).filter(conversation=conversation_id)
    chosen = _together(list(rows), recipient_id)
    if not chosen:
        return None
    if min(row.attempts for row in chosen) >= MAX_ATTEMPTS:
        _dead_letter(chosen)
        return None
    facts = facts_by_conversation(chosen)
    wanted = [row for row in chosen if _is_wanted(row, facts[row.conversation_id])]
    return _sealed(wanted, channel) if wanted else None


def _alone_with(recipient_id: UUID, channel: Channel) -> bool:
    """Try to be the only worker that decides for this person and channel, in this transaction.

    Locked rows alone are not enough: two workers would each take half of one email.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"notifications:{recipient_id}:{channel}"],
        )
        return bool(cursor.fetchone()[0])


def _open_rows(recipient_id: UUID, channel: Channel) -> QuerySet[Delivery]:
    rows = queries.pending_deliveries().filter(
        recipient=recipient_id, channel=channel, due_at__isnull=False
    )
    return (
        rows.select_for_update(skip_locked=True, of=("self",))
        .select_related("message__author", "conversation__chantier", "recipient__preference")
        .order_by("conversation", "seq")
    )


def _together(rows: list[Delivery], recipient_id: UUID) -> list[Delivery]:
    """Choose which of a conversation's open rows leave together.

    None while another worker is sending.
    """
    now = timezone.now()
    if any(row.is_leased for row in rows):
        return []
    due = [row for row in rows if row.due_at and row.due_at <= now]
    if not due:
        return []
    if due[0].channel == Channel.PUSH:
        return _pushed_together(rows, due, recipient_id)
    return _emailed_together(rows, due, recipient_id)


def _emailed_together(
    rows: list[Delivery], due: list[Delivery], recipient_id: UUID
) -> list[Delivery]:
    """Choose an email that was tried before, as it was; else all rows, due or not."""
    tried = next((row.envelope for row in due if row.envelope), None)
    if tried is not None:
        return list(_open_rows(recipient_id, Channel(due[0].channel)).filter(envelope=tried))
    return [row for row in rows if row.envelope is None]


def _pushed_together(
    rows: list[Delivery], due: list[Delivery], recipient_id: UUID
) -> list[Delivery]:
    """Choose all rows, due or not, tried before or not.

    What left with them before comes along, and a digest takes the digests of other conversations.
    """
    conversation = rows[0].conversation_id
    with_them = Q(envelope__in={row.envelope for row in rows if row.envelope})
    if any(row.is_digest for row in due):
        with_them |= Q(is_digest=True)
    others = _open_rows(recipient_id, Channel.PUSH).filter(with_them)
    elsewhere = [row for row in others if row.conversation_id != conversation]
    if any(row.is_leased for row in elsewhere):
        return []
    return sorted([*rows, *elsewhere], key=lambda row: (row.conversation_id, row.seq))


def _dead_letter(rows: list[Delivery]) -> None:
    """Give up on deliveries that ended their worker at every attempt."""
    dead = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    dead.update(status=Delivery.Status.DEAD, **NOT_DUE)
    outgoing.failures_written(row.pk for row in rows)


def _is_wanted(row: Delivery, facts: ConversationFacts) -> bool:
    """Ask the rules again. A row that does not leave now is skipped or postponed here."""
    now = timezone.now()
    ask = rules.ask_push if row.channel == Channel.PUSH else rules.ask_email
    decision = ask(facts.of(row), now)
    if decision is None:
        return True
    if isinstance(decision, Skip):
        row.status, row.reason, row.due_at = _status_without_more(row), decision, None
    else:
        row.due_at = max(decision.until, now)
        row.is_digest = row.is_digest or decision.is_digest
    row.leased_until = None
    row.save(update_fields=["status", "reason", "due_at", "is_digest", "leased_until"])
    return False


def _status_without_more(row: Delivery) -> Delivery.Status:
    """Return how a delivery ends that is tried no more: some of the devices may have it."""
    if row.displayed_at:
        return Delivery.Status.DISPLAYED
    return Delivery.Status.SENT if row.sent_at else Delivery.Status.SKIPPED


def _sealed(rows: list[Delivery], channel: Channel) -> Batch:
    """Lease the rows under one batch id: the one of their earlier attempt, or a new one."""
    batch_id = _id_of_earlier(rows) or new_id()
    leases = acquire_locked(
        queries.pending_deliveries(),
        rows,
        lasting=LEASES[channel],
        envelope=batch_id,
        status=Delivery.Status.SENDING,
        due_at=timezone.now(),
    )
    return Batch(
        id=batch_id,
        channel=channel,
        recipient=rows[0].recipient,
        deliveries=rows,
        attempts=min(lease.attempts for lease in leases),
    )


def _id_of_earlier(rows: list[Delivery]) -> UUID | None:
    """Return the id under which exactly these rows were tried before."""
    known = {row.envelope for row in rows}
    return rows[0].envelope if len(known) == 1 else None

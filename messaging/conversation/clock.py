"""The clock of the answer: how long a client may wait, in working hours, and who hears of it then.

It starts with `awaiting_reply_since` and ends with it.
"""

from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.utils import timezone

from core.company_hours import company_hours, is_absent
from core.jobs.lease import reset_attempts
from messaging.models import Conversation, Escalation


class Clock(TypedDict):
    """Columns of a conversation that go with `awaiting_reply_since`."""

    answer_amber_at: datetime | None
    answer_due_at: datetime | None
    escalation_step: int


def clock_since(since: datetime | None) -> Clock:
    """Return the clock of a question that waits since then; stopped for None."""
    if since is None:
        return {"answer_amber_at": None, "answer_due_at": None, "escalation_step": 0}
    hours, within = company_hours(), settings.ANSWER_WITHIN
    return {
        "answer_amber_at": hours.after(since, within / 2),
        "answer_due_at": hours.after(since, within),
        "escalation_step": 0,
    }


def order_escalation(conversation: Conversation) -> None:
    """Order the escalation of a locked conversation whose clock was set; cancel it if it stopped.

    At once if the owner is absent, so that somebody else takes it.
    """
    if conversation.answer_due_at is None:
        Escalation.objects.filter(pk=conversation.pk).delete()
        return
    owner = conversation.assigned_to
    is_unattended = owner is not None and is_absent(owner)
    due_at = timezone.now() if is_unattended else conversation.answer_due_at
    Escalation.objects.update_or_create(
        conversation=conversation, defaults={**reset_attempts(due_at)}
    )


# With the question itself, in the statement of `versions.append`: a question waits for no more.
ORDER = """
    ordered AS (
        INSERT INTO messaging_escalation
            (conversation_id, due_at, leased_until, attempts, last_error)
        VALUES (
            %(conversation)s,
            CASE WHEN EXISTS (
                SELECT FROM core_availability
                WHERE user_id = %(owner)s AND is_absent
                    AND (absent_until IS NULL OR absent_until > %(now)s)
            ) THEN %(now)s ELSE %(answer_due_at)s END,
            NULL, 0, ''
        )
        ON CONFLICT (conversation_id) DO UPDATE
        SET due_at = EXCLUDED.due_at, leased_until = NULL, attempts = 0, last_error = ''
    )
"""
CANCEL = "cancelled AS (DELETE FROM messaging_escalation WHERE conversation_id = %(conversation)s)"

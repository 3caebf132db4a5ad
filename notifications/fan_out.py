"""Count messages as unread, and plan whom to tell of them: in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.jobs.enqueue import QUEUES, Job, enqueue
from core.telemetry import tracing
from messaging.actions.fan_out import FannedOut, fan_out_message, fan_out_messages
from notifications.delivery import events
from notifications.planning import planner

STEP = Job.FAN_OUT_MESSAGE.value
QUEUE = QUEUES[Job.FAN_OUT_MESSAGE].value


def fan_out(message_id: UUID) -> None:
    """Count a message as unread for its participants, and plan whom to tell of it.

    Both happen in one transaction, so a message that is counted is also told. Those of its
    conversation that wait as well are taken with it.
    """
    with tracing.continued(STEP, QUEUE, [message_id]) as step, transaction.atomic():
        done = fan_out_message(message_id)
        if done is not None:
            _tell([done], step)


def fan_out_together(message_ids: Sequence[UUID]) -> set[UUID]:
    """Do what `fan_out` does, for messages of different conversations in one transaction.

    Return the ids of those that are done; the others are left to `fan_out`.
    """
    with tracing.continued(STEP, QUEUE, message_ids) as step, transaction.atomic():
        done = fan_out_messages(message_ids)
        _tell(done, step)
    return {message.pk for each in done for message in each.messages}


def _tell(done: Sequence[FannedOut], step: tracing.Span) -> None:
    step.took(message.pk for each in done for message in each.messages)
    planned = planner.plan_all((each.messages, each.participants) for each in done)
    now = timezone.now()
    for row in planned:
        # The sweeper of workers enqueues the others when they are due.
        if row.due_at and row.due_at <= now:
            enqueue(Job.DELIVER, delivery_id=row.pk)
    # A person with an open page counts as told already.
    told = {row.message_id for row in planned if row.was_present}
    if told:
        events.publish_deliveries(
            message for each in done for message in each.messages if message.pk in told
        )

"""Count what a copy holds back, and let go of it when the copy becomes the original.

What is older than some hours does not leave then: nobody wants a notification of last month.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from core import installation
from core.jobs.enqueue import Job
from core.jobs.lease import NOT_DUE, due
from core.models import PasswordReset
from notifications import dispatch
from notifications.outbound_email import forwarding
from notifications.webhooks import delivery as webhooks
from workers.engine.job_types import JobType
from workers.models import Alert, DeadLetter

# The alert that says that this is a copy.
CODE = "copy"
TOO_OLD = "Held back on a copy, then too old."

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Held:
    """Rows of a job that are due and may not leave."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class LetGo:
    """What was held back of a job: what leaves now, and what does not any more."""

    leaving: int
    dropped: int


def held(job_types: Iterable[JobType]) -> dict[JobType, Held]:
    """Return what is held back at the moment, without the jobs that have nothing waiting."""
    counted = {each: _counted(each) for each in job_types if each.is_held()}
    return {job_type: found for job_type, found in counted.items() if found.count}


@transaction.atomic
def adopt(job_types: Iterable[JobType], *, within: timedelta) -> dict[JobType, LetGo]:
    """Make this copy the original, and let leave what was due within a time.

    Return what becomes of the rest by job, without those that had nothing waiting. The rows become
    due for the workers once this process has committed and theirs have noticed.
    """
    moment = timezone.now() - within
    waiting = held(job_types)
    gone = {job_type: _drop(job_type, moment) for job_type in waiting if _grows_old(job_type)}
    installation.become_original()
    # Nobody was told of it, so nobody needs to hear that it is over.
    Alert.objects.filter(code=CODE).delete()
    found = {
        job_type: LetGo(leaving=_counted(job_type).count, dropped=gone.get(job_type, 0))
        for job_type in waiting
    }
    for job_type, each in found.items():
        logger.info(
            "held_back_let_go",
            job=job_type.job.value,
            leaving=each.leaving,
            dropped=each.dropped,
        )
    return found


def _counted(job_type: JobType) -> Held:
    asked = due(job_type.pending_rows()).aggregate(count=Count("pk"), oldest_at=Min("due_at"))
    return Held(**asked)


def _grows_old(job_type: JobType) -> bool:
    """Tell whether it is too late for a job some day: a file is checked at any time."""
    return job_type.job != Job.ANALYSE_ATTACHMENT


def _drop(job_type: JobType, moment: datetime) -> int:
    drop = DROPS.get(job_type.job)
    return drop(moment) if drop else _give_up(job_type, moment)


def _give_up(job_type: JobType, moment: datetime) -> int:
    """Give rows up as a person discards them: a dead letter that is settled says why."""
    rows: QuerySet[DeadLetter] = due(job_type.pending_rows()).filter(due_at__lt=moment)
    late = dict(rows.values_list("pk", "attempts"))
    now = timezone.now()
    DeadLetter.objects.bulk_create(
        [
            DeadLetter(
                job=job_type.job.value,
                subject=str(key),
                attempts=attempts,
                reason=TOO_OLD,
                died_at=now,
                settled_at=now,
            )
            for key, attempts in late.items()
        ],
        ignore_conflicts=True,
    )
    job_type.pending_rows().filter(pk__in=list(late)).update(last_error=TOO_OLD, **NOT_DUE)
    return len(late)


def _drop_resets(moment: datetime) -> int:
    """Delete the rows: who still wants a link asks again."""
    count, _by_model = due(PasswordReset.objects.all()).filter(due_at__lt=moment).delete()
    return count


# Jobs whose rows have a way of their own to say that nothing was sent.
DROPS: dict[Job, Callable[[datetime], int]] = {
    Job.DELIVER: dispatch.skip_due_before,
    Job.FORWARD_EMAIL: forwarding.refuse_due_before,
    Job.SEND_PASSWORD_RESET: _drop_resets,
    Job.SEND_WEBHOOK: webhooks.give_up_due_before,
}

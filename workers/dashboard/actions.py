"""Let managers act on the background work. Each act writes a row that says who did it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, TypedDict

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core import background_sender
from core.audit.record import Action, Thing, record
from core.jobs.enqueue import broker, enqueue
from core.models import User
from core.web.errors import NotAllowed, Refusal, Unavailable
from workers.dashboard.task_row import task_id_of
from workers.engine import execute
from workers.engine.job_types import JobType
from workers.models import (
    DeadLetter,
    Periodic,
    QueuePause,
    TaskAction,
    TaskProgress,
    WorkerCommand,
    WorkerProcess,
)
from workers.records import recorder

Verb = TaskAction.Verb
# Jobs that one act may touch.
AT_MOST = 1_000
WAKE_UPS_AT_MOST = 200


class NothingToRetry(Refusal):
    default_code = "nothing_to_retry"
    default_detail = _("Nothing is left to do here: it is done, or a worker holds it right now.")


class NothingToCancel(Refusal):
    default_code = "nothing_to_cancel"
    default_detail = _("This is not running, or may not be cut: it ends by itself.")


class NotConfirmed(Refusal):
    default_code = "not_confirmed"
    default_detail = _("Type the name of the queue to empty it.")


class UnknownTarget(Refusal):
    status_code = 404
    default_code = "not_found"
    default_detail = _("There is no such thing (any more).")


# The ids of rows, as text, by the type of their job.
JobsByType = Mapping[JobType, list[str]]


class NoteChanges(TypedDict, total=False):
    note: str
    owner: User | None


def retry(*, actor: User, jobs: JobsByType, target: dict[str, Any]) -> int:
    """Give jobs all their attempts again, from now; return how many.

    `target` is what was asked for, as JSON, for the log. Raises NotAllowed, or NothingToRetry when
    each of them is done or leased by a worker.
    """
    _require_manager(actor)
    count = 0
    with transaction.atomic():
        for job_type, keys in jobs.items():
            count += _requeue(job_type, keys[: AT_MOST - count])
        if not count:
            raise NothingToRetry
        _log(actor, Verb.RETRY, target, count=count)
    return count


@transaction.atomic
def discard(*, actor: User, jobs: JobsByType, target: dict[str, Any], reason: str) -> int:
    """Take dead jobs off the list, with a reason; their work stays undone. Return how many.

    Raises NotAllowed, or UnknownTarget when none of them is a dead letter.
    """
    _require_manager(actor)
    count = sum(_settle(job_type, keys) for job_type, keys in jobs.items())
    if not count:
        raise UnknownTarget
    _log(actor, Verb.DISCARD, target, count=count, reason=reason)
    return count


@transaction.atomic
def cancel(*, actor: User, job_type: JobType, subject: str) -> None:
    """Ask running work to end at its next step.

    Raises NotAllowed, or NothingToCancel for work that does not run or is not cancellable.
    """
    _require_manager(actor)
    running = job_type.pending_rows().filter(
        pk=job_type.key_of(subject), leased_until__gt=timezone.now()
    )
    if not job_type.is_cancellable or not running.exists():
        raise NothingToCancel
    TaskProgress.objects.update_or_create(
        job=job_type.job.value, subject=subject, defaults={"cancelled_by": actor}
    )
    _log(actor, Verb.CANCEL, {"task": task_id_of(job_type.job.value, subject)})


@transaction.atomic
def note(*, actor: User, job_type: JobType, subject: str, changes: NoteChanges) -> None:
    """Write a note on a dead letter, or give it an owner. Raises NotAllowed or UnknownTarget."""
    _require_manager(actor)
    letters = DeadLetter.objects.filter(job=job_type.job.value, subject=subject, settled_at=None)
    if not letters.update(**changes):
        raise UnknownTarget
    _log(actor, Verb.NOTE, {"task": task_id_of(job_type.job.value, subject)})


@transaction.atomic
def pause(*, actor: User, queue: str) -> None:
    """Let no worker take from a queue. Running jobs end, the others wait in their rows."""
    _require_manager(actor)
    QueuePause.objects.get_or_create(queue=queue, defaults={"paused_by": actor})
    _log(actor, Verb.PAUSE, {"queue": queue})


@transaction.atomic
def resume(*, actor: User, queue: str) -> None:
    _require_manager(actor)
    QueuePause.objects.filter(queue=queue).delete()
    _log(actor, Verb.RESUME, {"queue": queue})


def purge(*, actor: User, queue: str, confirm: str) -> int:
    """Remove the wake-ups of a queue from the broker; return how many. No job is lost.

    Raises NotAllowed, NotConfirmed unless `confirm` is the name of the queue, or Unavailable
    without a broker.
    """
    _require_manager(actor)
    if confirm != queue:
        raise NotConfirmed
    try:
        with broker().connection_for_write() as connected:
            channel: Any = connected.default_channel
            count = int(channel.queue_purge(queue) or 0)
    except background_sender.UNREACHABLE as error:
        raise Unavailable from error
    _log(actor, Verb.PURGE, {"queue": queue}, count=count)
    return count


@transaction.atomic
def command_worker(*, actor: User, worker: WorkerProcess, command: WorkerCommand) -> None:
    """Tell a worker to take no more tasks, to take them again, or to stop.

    It obeys at its next heartbeat, within three seconds.
    """
    _require_manager(actor)
    verbs = {"quiet": Verb.QUIET, "resume": Verb.UNQUIET, "stop": Verb.STOP}
    WorkerProcess.objects.filter(pk=worker.pk).update(order=command)
    _log(actor, verbs[command.value], {"worker": str(worker)})


@transaction.atomic
def run_now(*, actor: User, job_type: JobType, name: str) -> None:
    """Make periodic work due at once."""
    _require_manager(actor)
    if not execute.requeue(job_type, [name]):
        raise NothingToRetry
    enqueue(job_type.job, **job_type.arguments_of(name))
    _log(actor, Verb.RUN_NOW, {"schedule": name})


@transaction.atomic
def enable(*, actor: User, name: str, is_enabled: bool) -> None:
    """Let periodic work run, or not. Raises NotAllowed or UnknownTarget."""
    _require_manager(actor)
    if not Periodic.objects.filter(name=name).update(is_enabled=is_enabled):
        raise UnknownTarget
    _log(actor, Verb.ENABLE if is_enabled else Verb.DISABLE, {"schedule": name})


def _require_manager(actor: User) -> None:
    if actor.role != User.Role.MANAGER:
        raise NotAllowed


def _requeue(job_type: JobType, keys: Iterable[str]) -> int:
    requeued = execute.requeue(job_type, [job_type.key_of(key) for key in keys])
    # Removed, not settled: the row may fail for good once more.
    DeadLetter.objects.filter(job=job_type.job.value, subject__in=map(str, requeued)).delete()
    # The sweeper finds the others.
    for key in requeued[:WAKE_UPS_AT_MOST]:
        enqueue(job_type.job, **job_type.arguments_of(key))
    return len(requeued)


def _settle(job_type: JobType, keys: Iterable[str]) -> int:
    letters = DeadLetter.objects.filter(
        job=job_type.job.value, subject__in=list(keys), settled_at=None
    )
    return letters.update(settled_at=timezone.now())


def _log(
    actor: User, verb: TaskAction.Verb, target: dict[str, Any], *, count: int = 1, reason: str = ""
) -> None:
    action = TaskAction.objects.create(
        actor=actor, verb=verb, target=target, count=count, reason=reason
    )
    with translation.override(settings.LANGUAGE_CODE):
        thing = Thing(action._meta.label_lower, str(action.pk), str(verb.label))
    details = {"verb": verb, "target": target, "count": count, "reason": reason}
    record(actor, Action.TASKS_DECIDED, thing, details)
    tell = partial(recorder.tell_screens, at_once=True)
    transaction.on_commit(partial(background_sender.send, tell))

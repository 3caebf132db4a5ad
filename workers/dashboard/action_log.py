"""Say in words what people did to the background work, and to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.models import User
from workers.dashboard.labels import ByJob, queue_title, title_of
from workers.dashboard.task_words import STATE_WORDS
from workers.engine.job_types import Description, JobType, Text
from workers.engine.periodic import PeriodicTasks
from workers.models import TaskAction, TaskRun

Words = Mapping[str, Text]


@dataclass(frozen=True)
class ActionRow:
    """What a person did. `target` is what was asked, `target_words` says it to people."""

    id: int
    actor: User
    verb: str
    words: Text
    at: datetime
    target: dict[str, Any]
    target_words: Text
    count: int
    reason: str


def newest() -> QuerySet[TaskAction]:
    return TaskAction.objects.select_related("actor").order_by("-at", "-pk")


def on_task(task_ids: Iterable[str]) -> QuerySet[TaskAction]:
    """Return what was done to a task, by its id as a job or those of its attempts."""
    wanted = Q()
    for task_id in task_ids:
        wanted |= Q(target__task=task_id) | Q(target__ids__contains=[task_id])
        job, _separator, name = task_id.partition(":")
        if job == "run_periodic":
            wanted |= Q(target__schedule=name)
    return newest().filter(wanted)


def in_words(
    actions: Iterable[TaskAction], job_types: ByJob, periodic: PeriodicTasks
) -> list[ActionRow]:
    """Describe actions, with one query for each job type, and one for attempts."""
    found = list(actions)
    tasks = _tasks_in_words({each for action in found for each in _ids(action.target)}, job_types)
    return [
        ActionRow(
            id=action.pk,
            actor=action.actor,
            verb=action.verb,
            words=action.get_verb_display(),
            at=action.at,
            target=action.target,
            target_words=_target(action.target, tasks, job_types, periodic),
            count=action.count,
            reason=action.reason,
        )
        for action in found
    ]


def _ids(target: dict[str, Any]) -> list[str]:
    """Return the first of the tasks that an action names: the only one that is described."""
    ids = target.get("ids") or ([target["task"]] if "task" in target else [])
    return [str(each) for each in ids[:1]]


def _tasks_in_words(task_ids: Iterable[str], job_types: ByJob) -> Words:
    """Return words by the id of a job, `JOB:ROW`, or of an attempt."""
    jobs = {each: tuple(each.split(":", 1)) for each in task_ids if ":" in each}
    runs = TaskRun.objects.filter(pk__in=[each for each in task_ids if ":" not in each])
    jobs |= {str(run.pk): (run.name, run.subject) for run in runs.only("name", "subject")}
    words: dict[str, Text] = {}
    for name in {job for job, _subject in jobs.values()}:
        title = title_of(name, job_types)
        subjects = [subject for job, subject in jobs.values() if job == name]
        rows = _described(name, subjects, job_types)
        for task_id, (job, subject) in jobs.items():
            if job == name:
                words[task_id] = rows[subject].words if subject in rows else title
    return words


def _described(name: str, subjects: Iterable[str], job_types: ByJob) -> Mapping[str, Description]:
    if name not in job_types:
        return {}
    # A retry of several tasks leaves out those whose ids are none, and logs what was asked.
    return job_types[name].describe([each for each in subjects if _is_key(job_types[name], each)])


def _is_key(job_type: JobType, subject: str) -> bool:
    try:
        return bool(job_type.key_of(subject))
    except ValueError:
        return False


def _target(
    target: dict[str, Any], tasks: Words, job_types: ByJob, periodic: PeriodicTasks
) -> Text:
    if queue := target.get("queue"):
        return _("Queue “%(queue)s”") % {"queue": queue_title(queue)}
    if worker := target.get("worker"):
        return _("Worker %(worker)s") % {"worker": worker}
    if name := target.get("schedule"):
        return periodic.by_name[name].label if name in periodic.by_name else name
    if ids := target.get("ids"):
        first, others = tasks.get(str(ids[0]), str(ids[0])), len(ids) - 1
        if not others:
            return first
        return _("%(first)s, and %(others)d more") % {"first": first, "others": others}
    if "filters" in target:
        return _filters(target["filters"] or {}, job_types)
    task = str(target.get("task", ""))
    return tasks.get(task, task)


def _filters(filters: dict[str, Any], job_types: ByJob) -> str:
    """Return what a filter chose: "All of: State Dead, Queue Messages"."""
    names = {
        "state": (_("State"), STATE_WORDS.get(filters.get("state", ""), _("In error"))),
        "queue": (_("Queue"), queue_title(filters.get("queue", ""))),
        "name": (_("Task"), title_of(filters.get("name", ""), job_types)),
        "worker": (_("Worker"), filters.get("worker")),
        "q": (_("Text"), filters.get("q")),
        "since": (_("Since"), _moment(filters.get("since"))),
        "until": (_("Until"), _moment(filters.get("until"))),
        "slower_than": (_("Slower than (s)"), filters.get("slower_than")),
        "error_class": (_("Error"), filters.get("error_class")),
        "error_place": (_("Place"), filters.get("error_place")),
    }
    chosen = [f"{label} {value}" for name, (label, value) in names.items() if filters.get(name)]
    if not chosen:
        return _("All that failed")
    return _("All of: %(filters)s") % {"filters": ", ".join(chosen)}


def _moment(text: str | None) -> str:
    try:
        return date_format(datetime.fromisoformat(text or ""), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return text or ""

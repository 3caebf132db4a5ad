"""Records of the background work: attempts, hours, workers, alerts and what people decided.

The jobs themselves are rows of the other apps, except `Periodic`. Without these records no message
would be lost, so attempts are written in batches beside the work.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User

NAME_LENGTH = 60
SUBJECT_LENGTH = 60
VERSION_LENGTH = 40


class TaskRun(models.Model):
    """One attempt at a task. `records.recorder` writes it by COPY: keep its columns in step."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", _("Succeeded")
        # Another attempt had done it, or is doing it.
        NOTHING = "nothing", _("Nothing to do")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Given up")
        # Its process died.
        LOST = "lost", _("Lost")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Celery's; empty for an attempt of a fallback runner.
    task_id = models.CharField(max_length=50, blank=True)
    name = models.CharField(max_length=NAME_LENGTH)
    queue = models.CharField(max_length=20)
    worker = models.CharField(max_length=120)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    arguments = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    ordered_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    wait_seconds = models.FloatField()
    run_seconds = models.FloatField()
    # The highest use of the process up to then.
    memory_bytes = models.PositiveBigIntegerField(default=0)
    # What periodic work returned. Of other work, the row that it worked on says what became of it.
    result = models.CharField(max_length=200, blank=True, default="", db_default="")
    error_class = models.CharField(max_length=100, blank=True)
    # The innermost line of our own code: `messaging/actions/fan_out.py:32 fan_out_message`.
    error_place = models.CharField(max_length=200, blank=True)
    error_text = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes: ClassVar = [
            models.Index(fields=["-ended_at", "-id"], name="run_newest"),
            models.Index(fields=["name", "subject"], name="run_of_subject"),
            models.Index(
                fields=["-ended_at"],
                name="run_in_error",
                condition=models.Q(outcome__in=("failed", "dead", "lost")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject} #{self.attempt}"


class TaskHour(models.Model):
    """All attempts of one task in one hour.

    `waits` and `runs` count them by duration (`workers.records.histogram.BOUNDS`).
    """

    hour = models.DateTimeField()
    name = models.CharField(max_length=NAME_LENGTH)
    queue = models.CharField(max_length=20)
    succeeded = models.PositiveIntegerField(default=0)
    nothing = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    dead = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    wait_seconds = models.FloatField(default=0)
    run_seconds = models.FloatField(default=0)
    waits = ArrayField(models.PositiveIntegerField())
    runs = ArrayField(models.PositiveIntegerField())

    class Meta:
        verbose_name = _("hour of a task")
        verbose_name_plural = _("hours of tasks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hour", "name", "queue"], name="task_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.hour:%Y-%m-%d %H}h"


class QueueSample(models.Model):
    """How many jobs waited in a queue at a moment, and the age of the oldest."""

    at = models.DateTimeField(default=timezone.now)
    queue = models.CharField(max_length=20)
    waiting = models.PositiveIntegerField()
    oldest_seconds = models.FloatField()

    class Meta:
        verbose_name = _("queue sample")
        verbose_name_plural = _("queue samples")
        indexes: ClassVar = [models.Index(fields=["at"], name="queue_sample_at")]

    def __str__(self) -> str:
        return f"{self.queue}: {self.waiting} at {self.at}"


class WorkerCommand(models.TextChoices):
    """What a manager tells a worker to do."""

    NONE = "", _("None")
    QUIET = "quiet", _("Take no more tasks")
    RESUME = "resume", _("Take tasks again")
    STOP = "stop", _("Stop")


class WorkerProcess(models.Model):
    """One start of a worker, with its last heartbeat."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    queues = ArrayField(models.CharField(max_length=20))
    concurrency = models.PositiveSmallIntegerField()
    version = models.CharField(max_length=VERSION_LENGTH, blank=True)
    # The jobs that it runs now: a list of `workers.engine.job_types.BusyTask`.
    busy = models.JSONField(default=list)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    is_quiet = models.BooleanField(default=False)
    reaches_broker = models.BooleanField(default=True)
    reaches_valkey = models.BooleanField(default=True, db_default=True)
    # A list of `workers.monitoring.disks.Disk`.
    disks = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    order = models.CharField(max_length=10, choices=WorkerCommand.choices, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="worker_seen")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Heartbeat(models.Model):
    """The last sign of life of beat, and the last measure of PostgreSQL (`health`)."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at}"


class ServiceFault(models.Model):
    """A service that failed when it was last asked (`monitoring.services`).

    There is no row while it is well.
    """

    name = models.CharField(max_length=20, primary_key=True)
    since = models.DateTimeField(default=timezone.now)
    # What it said.
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("fault of a service")
        verbose_name_plural = _("faults of services")

    def __str__(self) -> str:
        return f"{self.name} since {self.since}"


class QueuePause(models.Model):
    """A queue that no worker takes from until a manager resumes it."""

    queue = models.CharField(max_length=20, primary_key=True)
    paused_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("paused queue")
        verbose_name_plural = _("paused queues")

    def __str__(self) -> str:
        return self.queue


class Periodic(LeasedJob):
    """Periodic work; `due_at` is its next time (`workers.engine.periodic`)."""

    name = models.CharField(max_length=NAME_LENGTH, primary_key=True)
    every_seconds = models.PositiveIntegerField()
    is_enabled = models.BooleanField(default=True)
    last_started_at = models.DateTimeField(null=True, blank=True)
    last_seconds = models.FloatField(null=True, blank=True)
    # How late its last run began.
    drift_seconds = models.FloatField(null=True, blank=True)
    last_result = models.CharField(max_length=200, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("periodic work")
        verbose_name_plural = _("periodic work")

    def __str__(self) -> str:
        return self.name


class DeadLetter(models.Model):
    """A job whose every attempt failed. A person retries or discards it."""

    job = models.CharField(max_length=NAME_LENGTH)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    attempts = models.PositiveSmallIntegerField()
    reason = models.TextField()
    died_at = models.DateTimeField(default=timezone.now)
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "subject"], name="dead_letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.subject}"


class TaskAction(models.Model):
    """What a person did to the background work."""

    class Verb(models.TextChoices):
        RETRY = "retry", _("Tried again")
        DISCARD = "discard", _("Discarded")
        CANCEL = "cancel", _("Cancelled")
        NOTE = "note", _("Noted")
        PAUSE = "pause", _("Paused a queue")
        RESUME = "resume", _("Resumed a queue")
        PURGE = "purge", _("Emptied a queue of the broker")
        QUIET = "quiet", _("Made a worker quiet")
        UNQUIET = "unquiet", _("Let a worker take tasks again")
        STOP = "stop", _("Stopped a worker")
        RUN_NOW = "run_now", _("Ran periodic work now")
        DISABLE = "disable", _("Disabled periodic work")
        ENABLE = "enable", _("Enabled periodic work")

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    at = models.DateTimeField(default=timezone.now)
    # Filters, ids, a queue, a worker, a schedule or a task.
    target = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("action on tasks")
        verbose_name_plural = _("actions on tasks")
        indexes: ClassVar = [models.Index(fields=["-at"], name="task_action_newest")]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.verb} at {self.at}"


class Alert(models.Model):
    """Something that needs a person, from `started_at` to `ended_at`.

    `code` is a key of `monitoring.causes.CAUSES`.
    """

    code = models.CharField(max_length=30)
    about = models.CharField(max_length=200, blank=True)
    value = models.FloatField(default=0)
    # What the other side said last.
    detail = models.TextField(blank=True, db_default="")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    # When people were told that it is well again.
    end_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "about"],
                name="alert_once_while_it_lasts",
                condition=models.Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.about}"


class TaskProgress(models.Model):
    """The progress of work that takes more than a second (`workers.engine.progress`)."""

    job = models.CharField(max_length=NAME_LENGTH)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    phase = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    # Asks the work to end at its next step.
    cancelled_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("progress of a task")
        verbose_name_plural = _("progress of tasks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "subject"], name="task_progress_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.subject}: {self.done} / {self.total}"


class CounterAudit(models.Model):
    """One comparison of the unread counters with a recount."""

    at = models.DateTimeField(default=timezone.now)
    conversations = models.PositiveIntegerField()
    # A list of `workers.monitoring.unread_audit.CounterDrift`, at most a hundred.
    drifts = models.JSONField(default=list)

    class Meta:
        verbose_name = _("audit of counters")
        verbose_name_plural = _("audits of counters")

    def __str__(self) -> str:
        return f"{len(self.drifts)} wrong of {self.conversations} at {self.at}"


class Backup(models.Model):
    """A backup that was begun (`backups.records`). Sizes are bytes."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    # Its id in the place; empty until it has one.
    name = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=300)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When the database was as the backup has it.
    taken_at = models.DateTimeField(null=True, blank=True)
    database_bytes = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    files_bytes = models.PositiveBigIntegerField(default=0)
    # Of the files, those that the place did not have before.
    new_files = models.PositiveIntegerField(default=0)
    new_files_bytes = models.PositiveBigIntegerField(default=0)
    reason = models.TextField(blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="backup_newest")]

    def __str__(self) -> str:
        return f"{self.name or self.place} {self.outcome}"

"""List every job type. A new one is an entry here and a task in `workers.tasks`."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from attachments.queries import pending_attachments
from attachments.scanning.lease_renewal import LEASE
from core.jobs.enqueue import Job
from messaging.actions import attachments
from messaging.queries.conversations import pending_messages
from notifications import actions as notifications
from notifications.delivery import batch
from notifications.queries import pending_deliveries
from workers.engine import descriptions
from workers.engine.job_types import JobType
from workers.engine.periodic import PeriodicTask, PeriodicTasks
from workers.monitoring import alerts, queue_samples, unread_audit
from workers.records import retention

MESSAGES = JobType(
    job=Job.FAN_OUT_MESSAGE,
    label=_("Messages counted and announced"),
    id_name="message_id",
    pending_rows=pending_messages,
    perform=notifications.fan_out,
    # A fan-out takes some 20 ms (measured). One that waits for a lock may lose its lease to
    # another worker; the second of them finds the message done.
    lease=timedelta(seconds=1.5),
    longest_lease=timedelta(seconds=60),
    patience=timedelta(seconds=0.5),
    fallback_after=timedelta(seconds=1),
    describe=descriptions.messages,
)

ATTACHMENTS = JobType(
    job=Job.ANALYSE_ATTACHMENT,
    label=_("Files checked"),
    id_name="attachment_id",
    pending_rows=pending_attachments,
    perform=attachments.analyse,
    # Renewed by the analysis while it lasts.
    lease=LEASE,
    describe=descriptions.attachments,
    on_dead_letter=attachments.mark_unanalysable,
    max_attempts=5,
)

DELIVERIES = JobType(
    job=Job.DELIVER,
    label=_("Notifications delivered"),
    id_name="delivery_id",
    pending_rows=pending_deliveries,
    perform=notifications.deliver,
    lease=max(batch.LEASES.values()),
    # Leased with the others of their batch.
    acquires_itself=True,
    together=("recipient", "conversation", "channel"),
    describe=descriptions.deliveries,
    max_attempts=batch.MAX_ATTEMPTS,
)

PERIODIC_TASKS = PeriodicTasks(
    [
        PeriodicTask(
            "sample_queues", _("Measure of the queues"), timedelta(minutes=1),
            lambda: queue_samples.measure(JOB_TYPES),
        ),
        PeriodicTask(
            "watch", _("Alerts"), timedelta(seconds=30),
            lambda: alerts.watch(JOB_TYPES),
        ),
        PeriodicTask(
            "clean_attachments", _("Removal of the files that no message shows"),
            timedelta(hours=1), attachments.clean,
        ),
        PeriodicTask("poll_inbox", _("Answers by email fetched"), timedelta(minutes=1),
              notifications.poll_inbox),
        PeriodicTask("clean_emails", _("Removal of the originals of old emails"),
              timedelta(hours=1), notifications.clean_originals),
        PeriodicTask("audit_counters", _("Audit of the unread counters"), timedelta(hours=1),
              unread_audit.audit),
        PeriodicTask("clean_records", _("Cleaning of the task records"), timedelta(hours=6),
              retention.clean),
    ]
)  # fmt: skip

PERIODIC = JobType(
    job=Job.RUN_PERIODIC,
    label=_("Periodic work"),
    id_name="name",
    pending_rows=PERIODIC_TASKS.pending_rows,
    perform=PERIODIC_TASKS.perform,
    lease=timedelta(seconds=60),
    describe=PERIODIC_TASKS.describe,
    on_dead_letter=PERIODIC_TASKS.reschedule,
    is_cancellable=True,
    max_attempts=3,
    key_of=str,
)

JOB_TYPES: tuple[JobType, ...] = (MESSAGES, ATTACHMENTS, DELIVERIES, PERIODIC)
BY_JOB = {job_type.job.value: job_type for job_type in JOB_TYPES}

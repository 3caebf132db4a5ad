"""List every job type. A new one is an entry here and a task in `workers.tasks`."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from attachments.queries import pending_attachments
from attachments.scanning.lease_renewal import LEASE
from core import installation
from core.audit.chain import CHAINED_EVERY, chain_facts
from core.jobs.enqueue import Job
from core.queries import pending_events, pending_password_resets
from messaging.actions import attachments, chain, escalation, exports, snooze
from messaging.queries.conversations import (
    pending_escalations,
    pending_messages,
    pending_notices,
    pending_snoozes,
)
from messaging.queries.exports import pending_exports, untold_exports
from messaging.retention import orders as purge_orders
from messaging.retention import purge, traces
from messaging.search import index as search_index
from notifications import actions as notifications
from notifications import export_notices, fan_out
from notifications.delivery import batch, chaining
from notifications.models import Channel
from notifications.queries import (
    pending_deliveries,
    pending_forwards,
    pending_webhooks,
    untold_webhooks,
)
from notifications.webhooks import delivery as webhook_delivery
from notifications.webhooks import dispatch, pause_email
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
    perform=fan_out.fan_out,
    perform_together=fan_out.fan_out_together,
    together=("conversation",),
    takes_others=True,
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
    # It writes the object that was sent over, and others of its file.
    is_held=installation.shares_bucket,
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
    is_held=installation.is_copy,
)

PASSWORD_RESETS = JobType(
    job=Job.SEND_PASSWORD_RESET,
    label=_("Emails for a new password"),
    id_name="reset_id",
    pending_rows=pending_password_resets,
    perform=notifications.send_password_reset,
    # As long as an email may take (`batch.LEASES`).
    lease=batch.LEASES[Channel.EMAIL],
    describe=descriptions.password_resets,
    is_held=installation.is_copy,
)

ESCALATIONS = JobType(
    job=Job.ESCALATE,
    label=_("Late questions escalated"),
    id_name="conversation_id",
    pending_rows=pending_escalations,
    perform=escalation.escalate,
    lease=timedelta(seconds=20),
    describe=descriptions.conversations,
)

SNOOZES = JobType(
    job=Job.WAKE,
    label=_("Conversations brought back"),
    id_name="conversation_id",
    pending_rows=pending_snoozes,
    perform=snooze.wake_on_time,
    lease=timedelta(seconds=20),
    describe=descriptions.conversations,
)

NOTICES = JobType(
    job=Job.SEND_NOTICE,
    label=_("Notices to the company"),
    id_name="notice_id",
    pending_rows=pending_notices,
    perform=notifications.send_notice,
    # A push, then an email (`batch.LEASES`).
    lease=sum(batch.LEASES.values(), timedelta()),
    describe=descriptions.notices,
    max_attempts=batch.MAX_ATTEMPTS,
    is_held=installation.is_copy,
)

FORWARDED = JobType(
    job=Job.FORWARD_EMAIL,
    label=_("Messages forwarded by email"),
    id_name="email_id",
    pending_rows=pending_forwards,
    perform=notifications.send_forwarded,
    lease=batch.LEASES[Channel.EMAIL],
    describe=descriptions.forwarded,
    max_attempts=batch.MAX_ATTEMPTS,
    is_held=installation.is_copy,
)

EVENTS = JobType(
    job=Job.DISPATCH_EVENTS,
    label=_("Events given to webhooks"),
    id_name="event_id",
    pending_rows=pending_events,
    perform=lambda _event_id: dispatch.dispatch_events(),
    takes_others=True,
    lease=timedelta(seconds=20),
    describe=descriptions.events,
    key_of=int,
)

WEBHOOKS = JobType(
    job=Job.SEND_WEBHOOK,
    label=_("Events sent to webhooks"),
    id_name="delivery_id",
    pending_rows=pending_webhooks,
    perform=webhook_delivery.send,
    lease=webhook_delivery.LEASE,
    describe=descriptions.webhooks,
    on_dead_letter=webhook_delivery.given_up,
    max_attempts=webhook_delivery.MAX_ATTEMPTS,
    pauses=webhook_delivery.PAUSES,
    is_held=installation.is_copy,
)

PAUSED_WEBHOOKS = JobType(
    job=Job.TELL_OF_WEBHOOK,
    label=_("Managers told of a paused webhook"),
    id_name="endpoint_id",
    pending_rows=untold_webhooks,
    perform=pause_email.tell,
    lease=batch.LEASES[Channel.EMAIL],
    describe=descriptions.paused_webhooks,
    max_attempts=batch.MAX_ATTEMPTS,
    is_held=installation.is_copy,
)

PURGES = JobType(
    job=Job.PURGE_CONVERSATION,
    label=_("Conversations purged"),
    id_name="order_id",
    pending_rows=purge_orders.pending_orders,
    perform=purge.perform,
    # Three times what an attempt takes before it lets go (`purge.SLICE_SECONDS`).
    lease=timedelta(seconds=60),
    describe=descriptions.purges,
    # It deletes objects of the bucket.
    is_held=installation.shares_bucket,
)

FORGETTINGS = JobType(
    job=Job.FORGET_PERSON,
    label=_("Names of people who were anonymised replaced"),
    id_name="person_id",
    pending_rows=traces.pending_forgettings,
    perform=traces.forget,
    lease=timedelta(minutes=5),
    longest_lease=timedelta(hours=1),
    describe=descriptions.forgettings,
)

EXPORTS = JobType(
    job=Job.MAKE_EXPORT,
    label=_("Exports made"),
    id_name="export_id",
    pending_rows=pending_exports,
    perform=exports.make_slice,
    # Renewed each second by the slice.
    lease=exports.LEASE,
    describe=descriptions.exports,
    on_dead_letter=exports.give_up,
    max_attempts=5,
    # A slice holds up to 100 MB: better in a pool that is busy than in the worker itself.
    fallback_after=timedelta(minutes=1),
    # It writes into the bucket, and would delete there.
    is_held=installation.shares_bucket,
)

TOLD_EXPORTS = JobType(
    job=Job.TELL_OF_EXPORT,
    label=_("People told of their exports"),
    id_name="export_id",
    pending_rows=untold_exports,
    perform=export_notices.tell,
    # A push, then an email (`batch.LEASES`).
    lease=sum(batch.LEASES.values(), timedelta()),
    describe=descriptions.exports,
    max_attempts=batch.MAX_ATTEMPTS,
    is_held=installation.is_copy,
)

# The name of a periodic task that may be hastened.
WATCH = "watch"

PERIODIC_TASKS = PeriodicTasks(
    [
        PeriodicTask(
            "sample_queues", _("Measure of the queues"), timedelta(minutes=1),
            lambda: queue_samples.measure(JOB_TYPES),
        ),
        PeriodicTask(
            WATCH, _("Alerts"), timedelta(seconds=30),
            lambda: alerts.watch(JOB_TYPES), _("Alerts now: %s"),
        ),
        PeriodicTask(
            "clean_attachments", _("Removal of the files that no message shows"),
            timedelta(hours=1), attachments.clean, _("Files removed: %s"),
        ),
        PeriodicTask("clean_exports", _("Removal of exports that are no longer kept"),
              timedelta(minutes=10), exports.clean, _("Exports removed: %s")),
        PeriodicTask("poll_inbox", _("Answers by email fetched"), timedelta(minutes=1),
              notifications.poll_inbox, _("Emails received: %s")),
        PeriodicTask("clean_emails", _("Removal of the originals of old emails"),
              timedelta(hours=1), notifications.clean_originals, _("Originals removed: %s")),
        PeriodicTask("index_search", _("Search brought up to date"), timedelta(seconds=15),
              search_index.catch_up_with_much, _("Still to bring up to date: %s")),
        PeriodicTask("chain", _("Entries of the chain written late"), timedelta(seconds=15),
              lambda: chain.catch_up() + chaining.catch_up(), _("Chained late: %s")),
        PeriodicTask("close_day", _("Daily root of the chains"), timedelta(hours=1),
              chain.close_day, _("Conversations in the root of the day: %s")),
        PeriodicTask("stamp_roots", _("Time stamps of the daily roots"), timedelta(minutes=5),
              chain.stamp_roots, _("Roots stamped: %s")),
        PeriodicTask("chain_audit", _("Entries of the audit chained"), CHAINED_EVERY,
              chain_facts, _("Entries chained: %s")),
        PeriodicTask("keep_owned", _("Owners for conversations without one"),
              timedelta(minutes=5), escalation.keep_owned, _("Conversations given: %s")),
        PeriodicTask("dispatch_events", _("Events that no webhook was told of"),
              timedelta(minutes=1), dispatch.dispatch_events, _("Events given: %s")),
        PeriodicTask("audit_counters", _("Audit of the unread counters"), timedelta(hours=1),
              unread_audit.audit, _("Wrong counters: %s, of %s conversations")),
        PeriodicTask("order_purges", _("What is kept for too long ordered to be purged"),
              timedelta(days=1), purge_orders.order_what_is_over, _("Purges ordered: %s")),
        PeriodicTask("delete_objects", _("Objects of people who were anonymised deleted"),
              timedelta(minutes=10), purge.destroy_others, _("Objects deleted: %s")),
        PeriodicTask("clean_records", _("Cleaning of the task records"), timedelta(hours=6),
              retention.clean, _("Records removed: %s")),
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
    result_words=PERIODIC_TASKS.result_in_words,
    on_dead_letter=PERIODIC_TASKS.reschedule,
    is_cancellable=True,
    max_attempts=3,
    key_of=str,
)

JOB_TYPES: tuple[JobType, ...] = (
    MESSAGES,
    ATTACHMENTS,
    DELIVERIES,
    ESCALATIONS,
    SNOOZES,
    NOTICES,
    FORWARDED,
    PASSWORD_RESETS,
    EVENTS,
    WEBHOOKS,
    PAUSED_WEBHOOKS,
    EXPORTS,
    TOLD_EXPORTS,
    PURGES,
    FORGETTINGS,
    PERIODIC,
)
BY_JOB = {job_type.job.value: job_type for job_type in JOB_TYPES}

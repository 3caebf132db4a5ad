"""The words of the dashboard for tasks, queues, errors and results."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.jobs.enqueue import Job, Queue
from workers.dashboard import failure_words
from workers.engine.execute import PROCESS_ENDED
from workers.engine.job_types import JobType, Text

ByJob = Mapping[str, JobType]

QUEUE_LABELS: dict[str, Text] = {
    Queue.REALTIME.value: _("Messages"),
    Queue.NOTIFICATIONS.value: _("Push and email"),
    Queue.ATTACHMENTS.value: _("Files"),
    Queue.WEBHOOKS.value: _("Webhooks"),
    Queue.MAINTENANCE.value: _("Maintenance"),
}
# Jobs without a row.
OTHER_LABELS: dict[str, Text] = {Job.BEAT.value: _("Sign of life of beat")}
# They run by the clock, whether people write or not: many times a minute, all day.
HOUSEKEEPING = (Job.RUN_PERIODIC.value, Job.BEAT.value)

# Errors of our own, as rows keep them, for people.
OUR_ERRORS: dict[str, Text] = {PROCESS_ENDED: _("The worker's process ended during the work.")}


def title_of(name: str, job_types: ByJob) -> Text:
    return job_types[name].label if name in job_types else OTHER_LABELS.get(name, name)


def queue_title(queue: str) -> Text:
    return QUEUE_LABELS.get(queue, queue)


def error_in_words(error: str, name: str = "", error_class: str = "") -> Text:
    """Return an error in the reader's language if it is of a kind we know, else as it is.

    What the other side said follows the words. `error` is as a row keeps it, with its class before
    a colon, or without if `error_class` is given. `name`: of the job.
    """
    return OUR_ERRORS.get(error) or failure_words.in_words(error, name, error_class)

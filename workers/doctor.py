"""Examine the background work: a worker for each queue, beat, the broker, what waits."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from core.doctor.findings import Finding, error, warning, well
from workers.monitoring import backlog, health
from workers.registry import JOB_TYPES


def examine() -> Iterator[Finding]:
    names = sorted(str(worker) for worker in health.workers_alive())
    if not names:
        yield error(
            _("No worker is alive: nothing is announced, sent or looked at."),
            advice=_("Start the workers (`systemctl start liaison.target`) and look at their log."),
        )
    elif missing := health.unserved_queues():
        yield error(
            _("No worker takes from %(queues)s.") % {"queues": ", ".join(sorted(missing))},
            advice=_("Start the worker for it, or end its pause at /staff/tasks."),
        )
    else:
        yield well(_("Workers for all queues: %(names)s.") % {"names": ", ".join(names)})
    if health.broker_is_away():
        yield error(
            _("The workers do not reach the broker."),
            advice=_("Look at CELERY_BROKER_URL, or REDIS_URL, and at the server it names."),
        )
    yield _beat()
    yield _waiting()


def _beat() -> Finding:
    age = health.beat_age_seconds()
    if age is None or age > settings.TASK_ALERT_BEAT_SECONDS:
        return error(
            _("Beat gave no sign of life for %(seconds)s s.")
            % {"seconds": "∞" if age is None else round(age)},
            advice=_("Start it (`systemctl start liaison-beat`): mailboxes are not read without."),
        )
    return well(_("Beat was seen %(seconds).0f s ago.") % {"seconds": age})


def _waiting() -> Finding:
    found = backlog.backlogs(JOB_TYPES)
    oldest = max(queue.oldest_seconds for queue in found.values())
    says = _("%(count)s tasks wait, the oldest for %(seconds).0f s.") % {
        "count": sum(queue.waiting for queue in found.values()),
        "seconds": oldest,
    }
    if oldest > settings.TASK_ALERT_OLDEST_SECONDS:
        return warning(says, advice=_("Look at /staff/tasks: what fails, what is slow."))
    return well(says)

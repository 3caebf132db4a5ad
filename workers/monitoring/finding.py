"""Find what is wrong at this moment, from what processes wrote down. Each cause is in `causes`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from core import installation
from core.jobs.enqueue import Job, Queue
from notifications.outbound_email import server_fault
from notifications.push.failure_count import failures_since, is_over
from notifications.queries import devices_refusing_our_key, paused_webhooks
from workers import held_back
from workers.backups import records
from workers.engine.job_types import JobType
from workers.models import Alert, Periodic, ServiceFault
from workers.monitoring import disks, health, services
from workers.monitoring.backlog import backlogs, dead_letters
from workers.monitoring.causes import EXPLAINED_BY, ActiveAlert

FAILED_PUSHES = 20
# Of a refused key, which has its alert, and of a device that is gone.
NO_FAULTS = {"401", "403", "404", "410"}
ABOUT_LENGTH = 60
# Workers that were all gone do what has waited for them.
CATCHING_UP = timedelta(minutes=2)
# PostgreSQL that was slow at two watches.
SLOW_FOR = timedelta(seconds=20)
# Longer than the three attempts at the mailbox and the pause before the next ones.
INBOUND_FAILED_WITHIN = timedelta(minutes=5)


def active_alerts(job_types: Iterable[JobType], *, asks_itself: bool = False) -> list[ActiveAlert]:
    """Return what is wrong, one alert for each cause.

    `asks_itself`: this process asks Valkey too, so that a page shows at once that it is away.
    """
    found = [
        *_copy(job_types),
        *_valkey(asks_itself=asks_itself),
        *_broker(),
        *_unserved_queues(),
        *_beat(),
        *_old_queues(job_types),
        *_services(),
        *_email(),
        *_inbound(),
        *_disks(),
        *_connections(),
        *_backup(),
        *_failures(),
        *_dead(),
        *_push_key(),
        *_failed_pushes(),
        *_paused_webhooks(),
        *_drift(),
    ]
    codes = {alert.code for alert in found}
    return [alert for alert in found if not codes & EXPLAINED_BY.get(alert.code, frozenset())]


def _copy(job_types: Iterable[JobType]) -> list[ActiveAlert]:
    """Return the alert of a copy, which is shown and not sent."""
    found = installation.copy()
    if found is None:
        return []
    count = sum(held.count for held in held_back.held(job_types).values())
    return [ActiveAlert("copy", value=count)]


def _old_queues(job_types: Iterable[JobType]) -> list[ActiveAlert]:
    limit = settings.TASK_ALERT_OLDEST_SECONDS
    if _ended("oldest", timezone.now() - CATCHING_UP).exists():
        return []
    return [
        ActiveAlert("oldest", queue, backlog.oldest_seconds)
        for queue, backlog in backlogs(job_types).items()
        if backlog.oldest_seconds > limit
    ]


def _unserved_queues() -> list[ActiveAlert]:
    unserved = health.unserved_queues()
    if len(unserved) == len(Queue):
        return [ActiveAlert("no_worker_at_all")]
    return [ActiveAlert("no_worker", queue) for queue in sorted(unserved)]


def _failures() -> list[ActiveAlert]:
    """Return an alert if too many attempts of the last hour failed, without those of an alert that
    explained them and is over.
    """
    since = timezone.now() - timedelta(hours=1)
    ended = _ended("failures", since).order_by("-ended_at").values_list("ended_at", flat=True)
    share, attempts = health.failure_share(ended.first() or since)
    is_bad = attempts >= 20 and share * 100 > settings.TASK_ALERT_FAILURE_PERCENT
    return [ActiveAlert("failures", value=share * 100)] if is_bad else []


def _beat() -> list[ActiveAlert]:
    age_seconds = health.beat_age_seconds()
    is_late = age_seconds is not None and age_seconds > settings.TASK_ALERT_BEAT_SECONDS
    return [ActiveAlert("beat_late", value=age_seconds or 0)] if is_late else []


def _valkey(*, asks_itself: bool) -> list[ActiveAlert]:
    fault = health.valkey_fault(asks_itself=asks_itself)
    return [] if fault is None else [ActiveAlert("valkey_away", detail=fault)]


def _broker() -> list[ActiveAlert]:
    """Return an alert about a broker that is not Valkey, which has one of its own."""
    if settings.CELERY_BROKER_URL == settings.REDIS_URL:
        return []
    return [ActiveAlert("broker_away")] if health.broker_is_away() else []


def _services() -> list[ActiveAlert]:
    found = []
    for fault in ServiceFault.objects.order_by("name"):
        seconds = (timezone.now() - fault.since).total_seconds()
        if fault.name == services.STORAGE:
            found.append(ActiveAlert("storage_away", value=seconds, detail=fault.detail))
        elif fault.name == services.ANTIVIRUS:
            found.append(ActiveAlert("antivirus_away", value=seconds, detail=fault.detail))
        elif seconds >= SLOW_FOR.total_seconds():
            found.append(ActiveAlert("database_slow", value=float(fault.detail)))
    return found


def _email() -> list[ActiveAlert]:
    fault = server_fault.lasting()
    return [ActiveAlert("email_refused", value=fault.count, detail=fault.detail)] if fault else []


def _inbound() -> list[ActiveAlert]:
    """Return an alert if all attempts at the mailbox of INBOUND_IMAP_URL failed lately."""
    failed = Periodic.objects.filter(
        name="poll_inbox",
        last_error__startswith="MailboxUnavailable",
        failed_at__gte=timezone.now() - INBOUND_FAILED_WITHIN,
    ).first()
    return [ActiveAlert("inbound_stuck", detail=failed.last_error)] if failed else []


def _disks() -> list[ActiveAlert]:
    known = set(_open_alerts("disk_full"))
    found = {}
    for measured in health.workers_alive().values_list("disks", flat=True):
        for disk in measured:
            about = f"{disk['host']}:{disk['path']}"[:200]
            if disks.is_filling_up(disk, was=about in known):
                found[about] = ActiveAlert("disk_full", about, disks.used_percent(disk))
    return [found[about] for about in sorted(found)]


def _connections() -> list[ActiveAlert]:
    percent = services.connections_percent()
    better_by = disks.BETTER_BY if _open_alerts("database_connections") else 0
    is_near = percent >= settings.TASK_ALERT_CONNECTIONS_PERCENT - better_by
    return [ActiveAlert("database_connections", value=percent)] if is_near else []


def _ended(code: str, since: datetime) -> QuerySet[Alert]:
    """Return the alerts that explained one of this cause and ended since then."""
    return Alert.objects.filter(code__in=EXPLAINED_BY[code], ended_at__gte=since)


def _backup() -> list[ActiveAlert]:
    if not records.is_late():
        return []
    failure = records.last_failure()
    hours = (records.age_seconds() or 0) / 3600
    return [ActiveAlert("backup_late", value=hours, detail=failure.reason if failure else "")]


def _open_alerts(code: str) -> list[str]:
    """Return what the open alerts of a cause are about."""
    return list(Alert.objects.filter(code=code, ended_at=None).values_list("about", flat=True))


def _dead() -> list[ActiveAlert]:
    letters = dead_letters()
    if _inbound():
        # The same cause.
        letters = letters.exclude(job=Job.RUN_PERIODIC.value, subject="poll_inbox")
    count = letters.count()
    return [ActiveAlert("dead", value=count)] if count else []


def _push_key() -> list[ActiveAlert]:
    count = devices_refusing_our_key()
    return [ActiveAlert("push_key", value=count)] if count else []


def _paused_webhooks() -> list[ActiveAlert]:
    hosts = {str(urlsplit(each.url).hostname)[:ABOUT_LENGTH] for each in paused_webhooks()}
    return [ActiveAlert("webhook_paused", host) for host in sorted(hosts)]


def _failed_pushes() -> list[ActiveAlert]:
    """Return an alert for each answer of push services to many pushes of this hour and the last,
    until they accept pushes again.
    """
    since = timezone.now() - timedelta(hours=1)
    return [
        ActiveAlert("push_failed", name, count)
        for name, count in failures_since(since).items()
        if count >= FAILED_PUSHES
        and name not in NO_FAULTS
        and not is_over(name, since - timedelta(hours=1))
    ]


def _drift() -> list[ActiveAlert]:
    last = health.last_audit()
    return [ActiveAlert("drift", value=len(last.drifts))] if last and last.drifts else []

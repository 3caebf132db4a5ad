"""Examine the background work: a worker for each queue, beat, the broker, what waits."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from core.doctor.findings import Finding, error, warning, well
from messaging.models import ChainRoot
from workers.backups import records
from workers.models import Backup
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
    yield from _unstamped()


def _unstamped() -> Iterator[Finding]:
    """Say why a daily root of the chains has no time stamp, if an authority refuses it."""
    root = ChainRoot.objects.filter(stamp=None).exclude(stamp_error="").last()
    if root is not None and settings.TIMESTAMP_AUTHORITY_URL:
        said = {"day": root.day.isoformat(), "reason": root.stamp_error}
        yield warning(
            _("The daily root of %(day)s has no time stamp: %(reason)s") % said,
            advice=_("Look at TIMESTAMP_AUTHORITY_URL and at that authority. It is asked again."),
        )


def examine_backups() -> Iterator[Finding]:
    if settings.BACKUP_MAX_AGE_HOURS <= 0:
        yield well(_("Backups are made by other means (BACKUP_MAX_AGE_HOURS=0)."))
        return
    good, failed = records.last_good(), records.last_failure()
    if good is None or good.taken_at is None:
        yield _no_backup()
    else:
        yield _of_last_backup(good, (timezone.now() - good.taken_at).total_seconds() / 3600)
    if failed:
        yield warning(
            _("The last backup failed: %(reason)s") % {"reason": failed.reason},
            advice=_("Run `manage.py backup` once that is mended."),
        )
    if not (settings.BACKUP_KEY or settings.BACKUP_KEY_FILE) and records.are_expected():
        yield warning(
            _("Backups are not encrypted: who has the place reads every message."),
            advice=_("Set BACKUP_KEY, and keep it away from the place too."),
        )


def _no_backup() -> Finding:
    says = _("No backup has ever been made.")
    if records.is_late():
        return error(says, advice=_("Run `manage.py backup`, and start its timer."))
    if settings.DEBUG and not records.are_expected():
        return well(says)
    return warning(says, advice=_("Read deploy/docs/backup.md, or set BACKUP_MAX_AGE_HOURS=0."))


def _of_last_backup(good: Backup, hours: float) -> Finding:
    says = _("The last good backup is %(hours).1f h old (%(name)s in %(place)s).") % {
        "hours": hours,
        "name": good.name,
        "place": good.place,
    }
    if hours > settings.BACKUP_MAX_AGE_HOURS:
        return error(says, advice=_("Run `manage.py backup`, and look whether its timer runs."))
    if not Backup.objects.filter(verified_at__isnull=False).exists():
        return warning(
            _("%(says)s None was ever checked.") % {"says": says},
            advice=_("Run `manage.py backup --verify`: it restores the last one for a check."),
        )
    return well(says)


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

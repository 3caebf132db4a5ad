"""Find what needs a person: shown on the page, told once by email and webhook if those are set."""

import json
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.push.failure_count import failures_since
from notifications.push_failures import words_of
from notifications.queries import devices_refusing_our_key, paused_webhooks
from workers.engine.job_types import JobType
from workers.models import Alert
from workers.monitoring import health
from workers.monitoring.backlog import backlogs, dead_letters

WEBHOOK_SECONDS = 5
FAILED_PUSHES = 20
ABOUT_LENGTH = 60

WORDS: dict[str, str | Promise] = {
    "oldest": _("The oldest task of the queue “%(about)s” has waited %(value).0f s."),
    "failures": _("%(value).0f %% of the attempts of the last hour failed."),
    "no_worker": _("No worker takes from the queue “%(about)s”."),
    "beat_late": _("The clock of periodic work (beat) was last seen %(value).0f s ago."),
    "broker_away": _("The workers do not reach the broker: they do the work without it, slower."),
    "antivirus_away": _(
        "The antivirus has not answered for %(value).0f s: files wait until it does."
    ),
    "dead": _("%(value).0f tasks are dead: retry or discard them."),
    "push_key": _(
        "%(value).0f devices get no notification: their push service refuses our key. Set "
        "VAPID_PRIVATE_KEY to the one they were registered with."
    ),
    "push_failed": _("%(value).0f pushes failed within two hours. %(about)s"),
    "webhook_paused": _("Paused, since it kept failing: %(about)s"),
    "drift": _("%(value).0f unread counters were wrong at the last audit, and were repaired."),
}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ActiveAlert:
    code: str
    about: str = ""
    value: float = 0.0

    @property
    def words(self) -> str:
        about = words_of(self.about) if self.code == "push_failed" else self.about
        return str(WORDS[self.code]) % {"about": about, "value": self.value}


def active_alerts(job_types: Iterable[JobType]) -> list[ActiveAlert]:
    """Return what is wrong at this moment, from the database alone."""
    return [
        *_old_queues(job_types),
        *_unserved_queues(),
        *_failures(),
        *_beat(),
        *_broker(),
        *_antivirus(),
        *_dead(),
        *_push_key(),
        *_failed_pushes(),
        *_paused_webhooks(),
        *_drift(),
    ]


def watch(job_types: Iterable[JobType]) -> str:
    """Open and close alerts by what is wrong now, and tell about those that nobody was told of.

    Returns their number, as text.
    """
    health.note_antivirus()
    found = {(active.code, active.about): active for active in active_alerts(job_types)}
    for active in found.values():
        _open(active)
    untold: dict[int, ActiveAlert] = {}
    for alert in Alert.objects.filter(ended_at=None):
        active_now = found.get((alert.code, alert.about))
        if active_now is None:
            Alert.objects.filter(pk=alert.pk).update(ended_at=timezone.now())
        elif alert.told_at is None:
            untold[alert.pk] = active_now
    if untold and tell(list(untold.values())):
        Alert.objects.filter(pk__in=untold).update(told_at=timezone.now())
    return str(len(found))


def tell(news: list[ActiveAlert]) -> bool:
    """Send alerts by email and webhook; return whether at least one of them took it.

    A failure is logged. The page shows the alerts anyway.
    """
    with translation.override(settings.LANGUAGE_CODE):
        lines = [active.words for active in news]
    address = f"{settings.PUBLIC_URL.rstrip('/')}/staff/tasks"
    heard = False
    for send in (_email, _call_webhook):
        try:
            heard = send(lines, address) or heard
        except (OSError, SMTPException) as error:
            logger.warning("alert_not_sent", by=send.__name__.strip("_"), error=str(error))
    return heard


def _email(lines: list[str], address: str) -> bool:
    if not settings.TASK_ALERT_EMAILS:
        return False
    text = "\n".join([*lines, "", address])
    return bool(send_mail(f"Liaison: {lines[0]}", text, None, settings.TASK_ALERT_EMAILS))


def _call_webhook(lines: list[str], address: str) -> bool:
    if not settings.TASK_ALERT_WEBHOOK_URL:
        return False
    _post(settings.TASK_ALERT_WEBHOOK_URL, {"alerts": lines, "url": address})
    return True


def _open(active: ActiveAlert) -> None:
    with transaction.atomic():
        alert, is_new = Alert.objects.get_or_create(
            code=active.code,
            about=active.about,
            ended_at=None,
            defaults={"value": active.value},
        )
        if not is_new:
            Alert.objects.filter(pk=alert.pk).update(value=active.value)


def _post(url: str, body: dict[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310  (the operator's own address)
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS).close()  # noqa: S310


def _old_queues(job_types: Iterable[JobType]) -> list[ActiveAlert]:
    limit = settings.TASK_ALERT_OLDEST_SECONDS
    return [
        ActiveAlert("oldest", queue, backlog.oldest_seconds)
        for queue, backlog in backlogs(job_types).items()
        if backlog.oldest_seconds > limit
    ]


def _unserved_queues() -> list[ActiveAlert]:
    return [ActiveAlert("no_worker", queue) for queue in sorted(health.unserved_queues())]


def _failures() -> list[ActiveAlert]:
    share, attempts = health.failure_share()
    is_bad = attempts >= 20 and share * 100 > settings.TASK_ALERT_FAILURE_PERCENT
    return [ActiveAlert("failures", value=share * 100)] if is_bad else []


def _beat() -> list[ActiveAlert]:
    age_seconds = health.beat_age_seconds()
    is_late = age_seconds is not None and age_seconds > settings.TASK_ALERT_BEAT_SECONDS
    return [ActiveAlert("beat_late", value=age_seconds or 0)] if is_late else []


def _broker() -> list[ActiveAlert]:
    return [ActiveAlert("broker_away")] if health.broker_is_away() else []


def _antivirus() -> list[ActiveAlert]:
    seconds = health.antivirus_away_seconds()
    return [] if seconds is None else [ActiveAlert("antivirus_away", value=seconds)]


def _dead() -> list[ActiveAlert]:
    count = dead_letters().count()
    return [ActiveAlert("dead", value=count)] if count else []


def _push_key() -> list[ActiveAlert]:
    count = devices_refusing_our_key()
    return [ActiveAlert("push_key", value=count)] if count else []


def _paused_webhooks() -> list[ActiveAlert]:
    hosts = {str(urlsplit(each.url).hostname)[:ABOUT_LENGTH] for each in paused_webhooks()}
    return [ActiveAlert("webhook_paused", host) for host in sorted(hosts)]


def _failed_pushes() -> list[ActiveAlert]:
    """Return an alert for each answer of push services to many pushes of this hour and the last.

    A device that is gone is no fault, and a refused key has an alert of its own.
    """
    counts = failures_since(timezone.now() - timedelta(hours=1))
    return [
        ActiveAlert("push_failed", name, count)
        for name, count in counts.items()
        if count >= FAILED_PUSHES and name not in ("401", "403", "404", "410")
    ]


def _drift() -> list[ActiveAlert]:
    last = health.last_audit()
    return [ActiveAlert("drift", value=len(last.drifts))] if last and last.drifts else []

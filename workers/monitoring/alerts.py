"""Open an alert once for each cause, close it when it is well again, and tell people of both."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from workers.engine.job_types import JobType
from workers.models import Alert
from workers.monitoring import services, telling
from workers.monitoring.causes import CAUSES, ActiveAlert
from workers.monitoring.finding import active_alerts
from workers.monitoring.telling import Told

# An end that nobody could be told of for this long is old news.
END_TOLD_WITHIN = timedelta(hours=6)
SHOWN_ENDED = 5


def watch(job_types: Iterable[JobType]) -> str:
    """Ask the services, open and close alerts, and tell what nobody was told of.

    Returns the number of what is wrong, as text.
    """
    services.ask()
    found = {(active.code, active.about): active for active in active_alerts(job_types)}
    for active in found.values():
        _open(active)
    now = timezone.now()
    untold: dict[int, Told] = {}
    for alert in Alert.objects.filter(ended_at=None).order_by("pk"):
        active_now = found.get((alert.code, alert.about))
        if active_now is None:
            Alert.objects.filter(pk=alert.pk).update(ended_at=now)
        elif alert.told_at is None:
            untold[alert.pk] = Told(active_now, alert.started_at)
    _tell(untold, _ended_untold(now), now)
    return str(len(found))


def active_of(alert: Alert) -> ActiveAlert | None:
    """Return the words of a row; None if its cause is no longer one."""
    if alert.code not in CAUSES:
        return None
    return ActiveAlert(alert.code, alert.about, alert.value, alert.detail)


def ended_lately(period: timedelta = timedelta(days=1)) -> list[Alert]:
    """Return the alerts that ended in a period, the latest first, a few at most."""
    ended = Alert.objects.filter(ended_at__gte=timezone.now() - period, code__in=list(CAUSES))
    return list(ended.order_by("-ended_at", "-pk")[:SHOWN_ENDED])


def _tell(opened: dict[int, Told], ended: dict[int, Told], now: datetime) -> None:
    if not (opened or ended) or not telling.tell(list(opened.values()), list(ended.values())):
        return
    Alert.objects.filter(pk__in=opened).update(told_at=now)
    Alert.objects.filter(pk__in=ended).update(end_told_at=now)


def _ended_untold(now: datetime) -> dict[int, Told]:
    rows = Alert.objects.filter(ended_at__gte=now - END_TOLD_WITHIN, end_told_at=None)
    return {
        row.pk: Told(active, row.started_at, row.ended_at)
        for row in rows.order_by("pk")
        if (active := active_of(row))
    }


def _open(active: ActiveAlert) -> None:
    with transaction.atomic():
        measured = {"value": active.value, "detail": active.detail}
        alert, is_new = Alert.objects.get_or_create(
            code=active.code, about=active.about, ended_at=None, defaults=measured
        )
        if not is_new:
            Alert.objects.filter(pk=alert.pk).update(**measured)

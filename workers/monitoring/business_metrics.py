"""Measure what the other apps do, for the dashboard and /metrics: rates, bytes, waiting files."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal, TypedDict

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.models import Attachment
from messaging.models import Message
from notifications.models import Channel, Delivery
from notifications.push.failure_count import failures_since
from notifications.push_failures import words_of
from workers.backups import records
from workers.engine.job_types import Text

Unit = Literal["count", "bytes", "percent", "seconds"]


class BusinessMetric(TypedDict):
    code: str
    label: str
    value: float
    unit: Unit


DAY = timedelta(days=1)
MADE = (Delivery.Status.SENT, Delivery.Status.DISPLAYED)
NOT_MADE = (Delivery.Status.FAILED, Delivery.Status.DEAD)
# A message takes its files within this time.
UNCLAIMED_AFTER = timedelta(hours=1)


def messages() -> list[BusinessMetric]:
    sent = Message.objects.filter(created_at__gte=timezone.now() - DAY).count()
    return [_metric("messages_day", _("Messages of the last 24 h"), sent)]


def deliveries() -> list[BusinessMetric]:
    """Return the share of the last day's pushes and emails that arrived."""
    made, failed = Q(status__in=MADE), Q(status__in=NOT_MADE)
    recent = Delivery.objects.filter(created_at__gte=timezone.now() - DAY)
    rows = recent.values("channel").annotate(made=Count("pk", made), failed=Count("pk", failed))
    found: dict[str, Any] = {row["channel"]: row for row in rows.order_by("channel")}
    return [
        _rate("push_delivered", _("Push delivered, 24 h"), found.get(Channel.PUSH)),
        _rate("email_delivered", _("Emails delivered, 24 h"), found.get(Channel.EMAIL)),
    ]


def failed_pushes() -> list[BusinessMetric]:
    """Return the pushes of the last day that failed, by what the push service answered."""
    label = _("Pushes failed, 24 h. %(words)s")
    return [
        _metric(f"push_failed_{name}", str(label) % {"words": words_of(name)}, count)
        for name, count in failures_since(timezone.now() - DAY).items()
    ]


def files() -> list[BusinessMetric]:
    """Return the bytes that are stored, the files to be checked, and those without a message."""
    late = timezone.now() - UNCLAIMED_AFTER
    found = Attachment.objects.aggregate(
        stored=Sum("size", filter=Q(status=Attachment.Status.READY)),
        scanning=Count("pk", Q(status=Attachment.Status.SCANNING)),
        orphans=Count("pk", Q(claimed_at=None, created_at__lt=late)),
    )
    return [
        _metric("files_stored_bytes", _("Files stored"), found["stored"] or 0, "bytes"),
        _metric("files_scanning", _("Files being checked"), found["scanning"]),
        _metric("files_orphaned", _("Files without a message"), found["orphans"]),
    ]


def backups() -> list[BusinessMetric]:
    """Return the age and the size of the last good backup, where backups are made."""
    good, age = records.last_good(), records.age_seconds()
    if age is None:
        return []
    if good is None:
        return [_metric("backup_missing", _("Without a backup for"), age, "seconds")]
    size = good.database_bytes + good.files_bytes
    found = [
        _metric("backup_age", _("Age of the last good backup"), age, "seconds"),
        _metric("backup_bytes", _("Size of the last good backup"), size, "bytes"),
    ]
    if good.verified_at:
        ago = (timezone.now() - good.verified_at).total_seconds()
        found.append(
            _metric("backup_verified", _("Backup checked by a restore, ago"), ago, "seconds")
        )
    return found


BUSINESS_METRICS: list[Callable[[], list[BusinessMetric]]] = [messages, deliveries, files]
# Their codes vary, so /metrics has families of their own instead.
SHOWN_METRICS = [*BUSINESS_METRICS, failed_pushes, backups]


def _metric(code: str, label: Text, value: float, unit: Unit = "count") -> BusinessMetric:
    return {"code": code, "label": str(label), "value": value, "unit": unit}


def _rate(code: str, label: Text, row: dict[str, Any] | None) -> BusinessMetric:
    """Return the percentage that arrived of those that were tried; 100 when none was."""
    made, failed = (row["made"], row["failed"]) if row else (0, 0)
    share = made / (made + failed) if made + failed else 1.0
    return _metric(f"{code}_percent", label, share * 100, "percent")

"""Count the failed pushes of each hour by what the push service answered, for the dashboard."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Sum

from notifications import push_failures
from notifications.models import DevicePush, PushFailureHour, PushSubscription

# A push service that refuses half of all pushes accepts so many in a row once in 32 times.
ACCEPTED_IN_A_ROW = 5

ADD = """
    INSERT INTO notifications_pushfailurehour AS kept (hour, status, count)
    VALUES (date_trunc('hour', %s), %s, 1)
    ON CONFLICT (hour, status) DO UPDATE SET count = kept.count + 1
"""


def count_failure(failure: str, now: datetime) -> None:
    """Count one failed push under the status or the error that its text begins with."""
    name = push_failures.name_of(failure)[:40] or "other"
    with connection.cursor() as cursor:
        cursor.execute(ADD, [now, name])


def failures_since(moment: datetime | None = None) -> dict[str, int]:
    """Return how many pushes failed with each status or error, since the hour of a moment."""
    rows = PushFailureHour.objects.order_by("status")
    if moment is not None:
        rows = rows.filter(hour__gt=moment - timedelta(hours=1))
    return dict(rows.values_list("status").annotate(total=Sum("count")))


def is_over(name: str, since: datetime) -> bool:
    """Return whether pushes that failed with this status or error since a moment arrive again.

    So it is if no device waits for its first accepted push since, or if each of their push services
    has accepted some since its last failure: a device that gets no message keeps its failure.
    """
    devices = PushSubscription.objects.filter(
        failed_at__gte=since, failure__startswith=f"Push {name}:"
    )
    last_failures = {
        _origin(device.endpoint): device.failed_at
        for device in devices.order_by("failed_at")
        if device.failed_at
    }
    return all(_accepts_since(moment, origin) for origin, moment in last_failures.items())


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}/"


def _accepts_since(moment: datetime, origin: str) -> bool:
    accepted = DevicePush.objects.filter(
        accepted_at__gt=moment, subscription__endpoint__startswith=origin
    )
    return len(accepted[:ACCEPTED_IN_A_ROW]) == ACCEPTED_IN_A_ROW

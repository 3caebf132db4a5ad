"""Count the failed pushes of each hour by what the push service answered, for the dashboard."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from notifications import push_failures
from notifications.models import PushFailureHour

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

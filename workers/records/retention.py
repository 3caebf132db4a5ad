"""Remove old records: attempts and events after 30 days, dead letters after 90, hours after a year.

Pushes to devices go after 30 days, endpoints that are gone after 90. The other times are the
defaults of TASK_RUNS_KEPT, DEAD_LETTERS_KEPT and TASK_HOURS_KEPT.
"""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from core.jobs import progress
from core.outgoing import feed
from notifications.models import DevicePush, PushFailureHour
from notifications.push import registration
from notifications.signed_tokens import PUSH_LIFETIME
from workers.models import (
    Alert,
    CounterAudit,
    DeadLetter,
    QueueSample,
    TaskHour,
    TaskProgress,
    TaskRun,
    WorkerProcess,
)

# A month of attempts is removed in pieces: no long transaction, and the work can be cancelled.
AT_A_TIME = 5_000


def clean() -> str:
    """Remove old records; return how many, as text. Actions and open dead letters stay."""
    old = outdated()
    removed = feed.purge()
    for number, rows in enumerate(old):
        progress.step(number, len(old), "removing")
        removed += remove(rows)
    return str(removed)


def outdated() -> list[QuerySet[Any]]:
    now = timezone.now()
    recent, year = now - settings.TASK_RUNS_KEPT, now - settings.TASK_HOURS_KEPT
    return [
        TaskRun.objects.filter(ended_at__lt=recent),
        QueueSample.objects.filter(at__lt=recent),
        WorkerProcess.objects.filter(seen_at__lt=recent),
        TaskProgress.objects.filter(at__lt=recent),
        DeadLetter.objects.filter(settled_at__lt=now - settings.DEAD_LETTERS_KEPT),
        Alert.objects.filter(ended_at__lt=year),
        CounterAudit.objects.filter(at__lt=year),
        TaskHour.objects.filter(hour__lt=year),
        PushFailureHour.objects.filter(hour__lt=year),
        # Its token is accepted for no longer.
        DevicePush.objects.filter(created_at__lt=now - PUSH_LIFETIME),
        registration.old_endpoints(),
    ]


def remove(rows: QuerySet[Any]) -> int:
    removed = 0
    while keys := list(rows.values_list("pk", flat=True)[:AT_A_TIME]):
        removed += rows.filter(pk__in=keys).delete()[0]
    return removed

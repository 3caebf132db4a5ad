"""Holding an attachment while it is analysed.

The worker that runs the job holds the row by a short lease, which is renewed here while the work
lasts: a worker that dies loses it within seconds, a slow one keeps it. The end of the lease is
also what tells two workers apart: whoever lost it can no longer record anything.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from core.jobs.lease import backoff_after

LEASE = timedelta(seconds=12)
RENEWAL_SECONDS = 4.0
LONGEST_BACKOFF = timedelta(seconds=30)


@dataclass
class Lease:
    """Who holds the attachment: the one whose lease ends at `until`."""

    attachment_id: UUID
    until: datetime


@contextmanager
def renewed(attachment: Attachment) -> Iterator[Lease]:
    """Renew the lease of an attachment that the caller holds, as long as the context lasts."""
    assert attachment.leased_until is not None, "held by the worker that runs the job"
    lease = Lease(attachment.pk, attachment.leased_until)
    done = threading.Event()
    renewer = threading.Thread(target=_renew_until, args=(done, lease), daemon=True)
    renewer.start()
    try:
        yield lease
    finally:
        done.set()
        renewer.join()


def postpone(lease: Lease, error: Exception, *, attempts: int) -> None:
    """Let go of an attachment because a part that is needed is away: no fault of the file.

    Not counted as an attempt, so that no outage ever ends a file.
    """
    pause = min(backoff_after(attempts), LONGEST_BACKOFF)
    rows_under(lease).update(
        due_at=timezone.now() + pause,
        leased_until=None,
        attempts=max(0, attempts - 1),
        last_error=f"{type(error).__name__}: {error}"[:500],
    )


def restore(lease: Lease, until: datetime | None) -> None:
    """Give the lease the end that the worker knows, which is about to say what went wrong."""
    rows_under(lease).update(leased_until=until)


def rows_under(lease: Lease) -> QuerySet[Attachment]:
    return queries.pending_attachments().filter(
        pk=lease.attachment_id, leased_until=lease.until, due_at__isnull=False
    )


def _renew_until(done: threading.Event, lease: Lease) -> None:
    """Renew in a thread of its own, which opens a connection only for a file that takes long."""
    try:
        while not done.wait(RENEWAL_SECONDS):
            until = timezone.now() + LEASE
            if rows_under(lease).update(leased_until=until):
                lease.until = until
    finally:
        connection.close()

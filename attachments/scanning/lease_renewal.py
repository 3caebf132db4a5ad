"""Renew the lease of an attachment while it is analysed.

The worker that runs the job leases the row for a short time. A thread renews the lease while the
work lasts: a worker that dies loses the row within seconds, a slow one keeps it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from core.jobs.lease import Lease

LEASE = timedelta(seconds=12)
RENEWAL_SECONDS = 4.0
LONGEST_BACKOFF = timedelta(seconds=30)


@contextmanager
def renewed(lease: Lease) -> Iterator[None]:
    """Renew a lease as long as the context lasts."""
    done = threading.Event()
    renewer = threading.Thread(target=_renew_until, args=(done, lease), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        done.set()
        renewer.join()


def _renew_until(done: threading.Event, lease: Lease) -> None:
    """Renew in a thread of its own, which opens a connection only for a file that takes long."""
    try:
        while not done.wait(RENEWAL_SECONDS):
            lease.renew(timezone.now() + LEASE)
    finally:
        connection.close()

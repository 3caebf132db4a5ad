"""Let no object be deleted while a backup copies the objects that its snapshot names.

An advisory lock of PostgreSQL: a backup holds it alone for as long as its session lives, so it ends
with a backup that dies. A deletion shares it with other deletions, for one transaction. So a
deletion that has begun is over before a backup takes its snapshot.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Of PostgreSQL's advisory locks; any number that nothing else takes.
LOCK = 0x1A1902


@contextmanager
def deletion() -> Iterator[bool]:
    """Yield whether objects may be deleted now, and keep it so until the block ends.

    A transaction is open all the time: delete some thousand objects at most. False while a backup
    runs: leave the objects to the next clean-up.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [LOCK])
            is_allowed = bool(cursor.fetchone()[0])
        yield is_allowed

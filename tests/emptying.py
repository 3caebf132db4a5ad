"""Empty the tables after a test that committed. Importing this module is enough.

Django's own way also recreates the content types and permissions, which takes longer than the
emptying. No test changes them, so they stay.
"""

from functools import cache

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

# Filled by `migrate`, and the same for every test.
LASTING = {"django_content_type", "auth_permission", "django_migrations", "core_epoch"}
LASTING |= {"core_workingperiod"}

# TRUNCATE makes new files for 42 tables and their indexes: 90 ms, where deleting takes 6. What is
# deleted still fills the files, until they have grown to this size.
LARGEST_BYTES = 4 * 1024 * 1024


@cache
def emptied_tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in sorted({*names} - LASTING)]


@cache
def is_superuser() -> bool:
    """Only a superuser may delete without the triggers, and wait for long in a deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def are_small(cursor: CursorWrapper) -> bool:
    sizes = (f"pg_relation_size('{name}')" for name in emptied_tables())
    cursor.execute(f"SELECT {' + '.join(sizes)}")
    return bool(cursor.fetchone()[0] < LARGEST_BYTES)


def delete_all(cursor: CursorWrapper) -> None:
    """Wait for the writers of other processes, as TRUNCATE does, and delete all rows."""
    cursor.execute(f"LOCK TABLE {', '.join(emptied_tables())} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(";".join(map("DELETE FROM {}".format, emptied_tables())))


def empty(_test: TransactionTestCase) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if is_superuser():
            # A worker may still write. PostgreSQL ends the side of a deadlock that looks for it
            # first: this one looks later.
            cursor.execute("SET LOCAL deadlock_timeout = '60s'")
        if is_superuser() and are_small(cursor):
            delete_all(cursor)
        else:
            # The audit and the chain refuse it otherwise.
            cursor.execute("SET LOCAL liaison.purge = 'all'")
            cursor.execute(f"TRUNCATE {', '.join(emptied_tables())}")


TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]

"""Empty the tables after a test that committed. Importing this module is enough.

Django's own way also recreates the content types and permissions, which takes longer than the
emptying. No test changes them, so they stay.
"""

from functools import cache

from django.db import connection
from django.test import TransactionTestCase

# Filled by `migrate`, and the same for every test.
LASTING = {"django_content_type", "auth_permission", "django_migrations", "core_epoch"}


@cache
def emptied_tables() -> str:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return ", ".join(connection.ops.quote_name(name) for name in sorted({*names} - LASTING))


def empty(_test: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {emptied_tables()}")


TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]

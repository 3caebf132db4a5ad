"""Print the pages that each hot operation touches at sizes of the database, as JSON.

    python -m tests.bench.grown MESSAGES...

Runs as a process, on the empty database of DATABASE_URL.
"""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (Django must be set up)
from django.db import connection  # noqa: E402

from messaging.demo.bulk import Size, load  # noqa: E402
from tests.bench import hot  # noqa: E402


def pages_at(messages: int) -> dict[str, int]:
    with hot.rolled_back():
        # The people are the same at each size, so that PostgreSQL joins them in the same way.
        load(Size(messages=messages, conversations=max(hot.LISTED, messages // 20)), lambda _: None)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return hot.pages_of(hot.plans_by_operation())


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    found = {size: pages_at(size) for size in map(int, sys.argv[1:])}
    print(json.dumps(found))

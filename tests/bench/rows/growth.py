"""What people wait for, in a database that grows: pages of PostgreSQL touched by each operation.

Pages do not depend on the machine. The data is loaded into a database of its own and taken back.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db import connection

from deploy.launcher.data_dir import REPOSITORY
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.servers import CouldNotMeasure

ROW = "growth"
DATABASE = "growth"
SHOWN = ("list of the company", "history, deep", "send", "fan-out")
# Beside the smallest size: a B-tree adds a page to each search, and rows lie further apart.
GROWTH = 3.0


def measure(bench: Bench) -> Iterator[Figure]:
    sizes = bench.size.grown
    found = _pages(sizes)
    for name in SHOWN:
        first = found[sizes[0]][name]
        for size in sizes:
            yield Figure(
                ROW, f"{name}, {size:,} messages", found[size][name], "pages",
                round(GROWTH * max(first, 100)),
            )  # fmt: skip


def _pages(sizes: tuple[int, ...]) -> dict[int, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{DATABASE}").geturl()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.grown", *map(str, sizes)],
        # The host of Django's test client.
        env={**os.environ, "DATABASE_URL": address, "ALLOWED_HOSTS": "testserver"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CouldNotMeasure(done.stderr[-2000:])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {DATABASE}")
    found: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    return {int(size): pages for size, pages in found.items()}

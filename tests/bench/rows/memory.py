"""The memory of the idle processes, and the time of a start on a data directory that is there.

They run on the packages of requirements.txt alone, as in a company: redis-py, structlog and Django
import some of the tests' packages too where these are installed, 9 MB of them in a web process.

Memory is PSS: of a page that n processes share, such as what a worker's pool inherits from its
parent, each has the nth part. The resident size (RSS) counts such a page n times.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

from django.db import connection

from tests.bench import as_installed, processor
from tests.bench.bench import Bench
from tests.bench.figures import Figure

ROW = "start"
MB = 1e6
BARE = "Django, DRF, Celery imported"
IMPORTED = """
import celery, django.core.handlers.wsgi, django.db, psycopg, redis, rest_framework.exceptions
print(open("/proc/self/smaps_rollup").read().split("Pss:")[1].split()[0])
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """A brief run takes the time of the first start, with its migrations."""
    product = bench.product
    # The first of the two collects the static files of these packages.
    for _ in range(0 if bench.size.is_brief else 2):
        product.stop()
        product.start(as_installed.interpreter(), DJANGO_SETTINGS_MODULE="core.settings")
        connection.close()
    parts = product.pids()
    workers = parts["worker"]
    pool = [child for pid in workers for child in processor.children(pid)]
    began = time.monotonic()
    bare = _bare_bytes() / MB
    bare_seconds = time.monotonic() - began
    for name, pids, limit in (
        ("web process", parts["web"], 120),
        ("worker parent", workers, 110),
        ("worker pool process", pool, 110),
        ("beat", parts.get("beat", []), 60),
    ):
        held = max(map(processor.proportional_bytes, pids), default=0) / MB
        named = f"memory (PSS) of an idle {name}"
        yield Figure(ROW, named, held, "MB", limit, floor=bare, floor_is=BARE)
    yield Figure(
        ROW, "until the ready line", product.start_seconds, "s", 8,
        floor=bare_seconds, floor_is=BARE,
    )  # fmt: skip


def _bare_bytes() -> int:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024

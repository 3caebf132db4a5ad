"""Kill processes of the running product under load: how late is what a message causes?

The launcher starts again what was killed, as it does for a person who runs the product.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from messaging.models import Message
from tests.bench import data, processor
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.product import Product
from tests.bench.report import percentile
from tests.bench.rows.send import wait_until_done
from tests.bench.servers import CouldNotMeasure
from tests.bench.sustained import sending_without_pause

ROW = "kills"
CALLERS, CONVERSATIONS, PER_SECOND = 8, 16, 20
KILLED = ("worker", "worker", "child", "child", "web", "valkey", "postgres")
BACK_SECONDS = 60


@dataclass(frozen=True)
class Result:
    # From the answer to the end of the fan-out, sorted.
    delays: list[float]
    lost: int
    doubled: int
    missing: int


def measure(bench: Bench) -> Iterator[Figure]:
    results = [_killed(bench, seed) for seed in bench.size.seeds]
    seeds = f"{len(results)} × {bench.size.kills} kills in {bench.size.kill_seconds:g} s"
    worst_p99 = max(percentile(result.delays, 0.99) for result in results)
    yield Figure(ROW, f"delay of what a message causes, p99 ({seeds})", worst_p99, "s", 2.0)
    yield Figure(ROW, "the same, max", max(result.delays[-1] for result in results), "s", 5.0)
    for name in ("lost", "doubled", "missing"):
        found = sum(getattr(result, name) for result in results)
        yield Figure(ROW, f"messages {name}", found, "", 0)


def _killed(bench: Bench, seed: int) -> Result:
    chance, product = random.Random(seed), bench.product
    callers = sending_without_pause(CALLERS, CONVERSATIONS)
    data.finish_fan_outs()
    began_at = timezone.now()
    with product.outbox(callers, PER_SECOND) as told:
        began = time.monotonic()
        for number in range(bench.size.kills):
            kill(product, chance.choice(KILLED), chance)
            # By the clock: the kills are spread over the whole time.
            due = (number + 1) * bench.size.kill_seconds / bench.size.kills
            time.sleep(max(0.0, began + due - time.monotonic()))
        _wait_until_back(product)
    # It belongs to a PostgreSQL that may be dead.
    connection.close()
    wait_until_done()
    return _compare(told["acknowledged"], began_at)


def kill(product: Product, what: str, chance: random.Random) -> None:
    """Kill a process of a part by SIGKILL; `child` is one of a worker's pool."""
    part = "worker" if what == "child" else what
    pids = product.pids().get(part, [])
    if what == "child":
        pids = [child for pid in pids for child in processor.children(pid)]
    if pids:
        os.kill(chance.choice(pids), signal.SIGKILL)


def _wait_until_back(product: Product) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while not product.is_alive():
        if time.monotonic() > deadline:
            raise CouldNotMeasure("the web does not come back")
        time.sleep(0.1)


def _compare(acknowledged: dict[str, float], began_at: datetime) -> Result:
    effects = Message.objects.filter(pk__in=list(acknowledged)).values_list("pk", "fanned_out_at")
    rows = {str(pk): at for pk, at in effects}
    written = Message.objects.filter(created_at__gte=began_at, body__startswith="Message ")
    bodies = list(written.values_list("body", flat=True))
    delays = [
        max(0.0, done_at.timestamp() - acknowledged[key])
        for key, done_at in rows.items()
        if done_at
    ]
    if not delays:
        raise CouldNotMeasure("no message was acknowledged")
    return Result(
        delays=sorted(delays),
        lost=len(acknowledged.keys() - rows.keys()),
        doubled=len(bodies) - len(set(bodies)),
        missing=sum(done_at is None for done_at in rows.values()),
    )

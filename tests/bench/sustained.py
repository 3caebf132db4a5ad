"""Send without a pause while the workers count: do they keep up, and what does a message cost?

Taken in is what the web answered in that time. What waits is looked at each half second.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from messaging.models import Message
from tests.bench import data
from tests.bench.report import against, table
from tests.bench.sending import OURS, Way
from tests.bench.servers import CREATED, CouldNotMeasure, Machine

CALLERS = 8
SECONDS = 20
CLEARED_WITHIN_SECONDS = 120
LOOK_EACH_SECONDS = 0.5
# The oldest message that waits, at any moment.
AIM_SECONDS = 2.0


@dataclass
class Waiting:
    """What waited for its fan-out at each look, until `stop`."""

    counts: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        rows = Message.objects.filter(fanned_out_at=None).order_by()
        oldest = rows.aggregate(oldest=Min("created_at"))["oldest"]
        self.counts.append(rows.count())
        self.ages.append((timezone.now() - oldest).total_seconds() if oldest else 0.0)

    def watch(self) -> None:
        while not self.is_over.wait(LOOK_EACH_SECONDS):
            self.look()
        # Of this thread.
        connection.close()


def run(machine: Machine) -> None:
    """Print what waits and what a message costs, over 40 conversations and in a single one."""
    machine.start_worker()
    rows = [_measured(machine, "40 conversations", 40), _measured(machine, "1 conversation", 1)]
    table(
        f"Sustained: {CALLERS} callers for {SECONDS} s, one web process, one worker of two",
        (
            "",
            "messages/s",
            "most that wait",
            "the oldest",
            "done after",
            "web ms each",
            "PostgreSQL",
            "worker",
            "together",
        ),
        rows,
    )
    machine.stop_worker()


def sending_without_pause(
    callers: int, conversations: int, way: Way = OURS
) -> list[dict[str, Any]]:
    """Return callers whose persons write in turns into their conversations."""
    users = [data.client_user() for _ in range(min(conversations, callers))]
    paths: dict[int, list[str]] = {number: [] for number in range(len(users))}
    for number in range(conversations):
        place = data.conversation_of(users[number % len(users)])
        paths[number % len(users)].append(way.path.format(place.pk))
    tokens = [way.token(user) for user in users]
    return [
        {"method": "POST", "path": paths[number % len(users)],
         "authorization": tokens[number % len(users)]}
        for number in range(callers)
    ]  # fmt: skip


@contextmanager
def watched(waiting: Waiting) -> Iterator[None]:
    """Look at what waits, in a thread, until the end of the block."""
    watcher = threading.Thread(target=waiting.watch)
    watcher.start()
    try:
        yield
    finally:
        waiting.is_over.set()
        watcher.join()


def _measured(machine: Machine, name: str, conversations: int) -> list[str]:
    callers = sending_without_pause(CALLERS, conversations)
    data.finish_fan_outs()
    data.analyze()
    waiting, sent, ended_at = Waiting(), 0, 0.0

    def work() -> None:
        nonlocal sent, ended_at
        with watched(waiting):
            said = machine.load(pattern="calls", seconds=SECONDS, callers=callers, expected=CREATED)
            sent, ended_at = len(said["took_ms"]), time.monotonic()
            _wait_until_done(ended_at)

    spent = machine.spent(work)
    parts = (spent.web_seconds, spent.postgres_seconds, spent.worker_seconds)
    return [
        name,
        f"{sent / SECONDS:.0f}",
        str(max(waiting.counts, default=0)),
        against(max(waiting.ages, default=0.0), AIM_SECONDS, " s"),
        f"{spent.seconds:.0f} s",
        *(f"{part * 1000 / sent:.2f}" for part in (*parts, sum(parts))),
    ]


def _wait_until_done(since: float) -> None:
    while Message.objects.filter(fanned_out_at=None).exists():
        if time.monotonic() - since > CLEARED_WITHIN_SECONDS:
            raise CouldNotMeasure("the workers do not come to an end")
        time.sleep(0.1)

"""Measure an event to thousands of open streams, also while all their rights are being checked.

Ours and the plain ASGI loop of `tests.bench.plain_streams`, in the same server, are measured in
turns, event by event. REST calls beside the events show what these cost others.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import redis
from django.conf import settings

from core.realtime.publish import EVERYBODY, rights_channel
from tests.bench import data, processor
from tests.bench.crowd_process import CrowdProcess, PlainServer
from tests.bench.idle_streams import raise_file_limit, staff
from tests.bench.report import against, percentile, table, typical
from tests.bench.servers import OK, CouldNotMeasure, Machine
from tests.connection_count import ConnectionCount

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000"))
STREAMS_EACH = 5
ROUNDS = 15
PAUSE_SECONDS = 0.3
# After the opening, until each stream was checked once.
SETTLE_SECONDS = 5
P50_AIM_MS, P99_AIM_MS, RATIO_AIM = 60, 150, 1.3
CONNECTIONS_AIM = 2
# REST calls one after the other, alone and beside an event each PAUSE_SECONDS.
REST_SECONDS = 6

# What is published before an event, so that the right of each stream is checked during it.
CHANGE = [rights_channel(), EVERYBODY]


@dataclass
class Figures:
    """Of each event, in ms."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    lost: int = 0

    def measure(self, crowd: CrowdProcess, pid: int, before: list[str] | None) -> None:
        began = processor.seconds(pid)
        said = crowd.ask("event", before=before)
        # The check of rights goes on for a while.
        time.sleep(PAUSE_SECONDS)
        if not said["took_ms"]:
            raise CouldNotMeasure("No event came to any stream.")
        self.processor.append((processor.seconds(pid) - began) * 1000)
        self.p50.append(percentile(said["took_ms"], 0.50))
        self.p99.append(percentile(said["took_ms"], 0.99))
        self.lost += said["missing"]


def run(machine: Machine) -> None:
    """Print the time of an event to each stream beside the limit, and that of REST beside it."""
    raise_file_limit()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    machine.restart_web()
    pid, people = machine.pid_of("web"), staff(PEOPLE)
    credentials = [data.cookie(person) for person in people for _ in range(STREAMS_EACH)]
    unchecked, checked, plain = Figures(), Figures(), Figures()
    with (
        ConnectionCount(os.environ["DATABASE_URL"]) as connections,
        CrowdProcess(machine.port, credentials) as crowd,
        PlainServer(machine) as server,
        CrowdProcess(server.port, credentials) as limit,
    ):
        time.sleep(SETTLE_SECONDS)
        for _round in range(ROUNDS):
            plain.measure(limit, server.pid, None)
            unchecked.measure(crowd, pid, None)
            checked.measure(crowd, pid, CHANGE)
            # Until all of them are checked.
            time.sleep(PAUSE_SECONDS)
        most = connections.most
        alone, beside = _rest(machine, people[0], crowd)
        lost = crowd.ask("lost")["lost"]
    rows = [
        _row("p50", [figures.p50 for figures in (unchecked, checked, plain)], P50_AIM_MS),
        _row("p99", [figures.p99 for figures in (unchecked, checked, plain)], P99_AIM_MS),
        (
            "p99 of the worst event",
            *(f"{max(figures.p99):.0f} ms" for figures in (unchecked, checked, plain)),
        ),
        (
            "p99 beside the limit",
            *(against(_ratio(figures, plain), RATIO_AIM) for figures in (unchecked, checked)),
            "",
        ),
        (
            "processor of an event",
            *(f"{mean(figures.processor):.0f} ms" for figures in (unchecked, checked, plain)),
        ),
        ("lost events", *(str(figures.lost) for figures in (unchecked, checked, plain))),
    ]
    table(
        f"One event to {crowd.opened} streams (median of {ROUNDS} events, by turns)",
        ("", "ours", "while all are checked", "plain ASGI loop"),
        rows,
    )
    table(
        "Beside it",
        ("", "figure"),
        [
            ("not opened", str(len(credentials) - crowd.opened)),
            ("streams that ended", str(lost)),
            ("all open after", f"{crowd.opening_seconds:.1f} s"),
            ("connections to PostgreSQL of streams", against(most, CONNECTIONS_AIM)),
            *(
                (
                    f"REST call {name}, alone / beside events",
                    f"{percentile(alone, share):.1f} / {percentile(beside, share):.1f} ms",
                )
                for name, share in (("p50", 0.5), ("p99", 0.99))
            ),
        ],
    )


def _row(name: str, figures: list[list[float]], aim: float) -> tuple[str, ...]:
    *ours, limit = map(typical, figures)
    return name, *(against(value, aim, " ms") for value in ours), f"{limit:.0f} ms"


def _ratio(figures: Figures, plain: Figures) -> float:
    """Return the median of the ratios, each of two events one after the other."""
    return typical([a / b for a, b in zip(figures.p99, plain.p99, strict=True)])


def _rest(machine: Machine, person: Any, crowd: CrowdProcess) -> tuple[list[float], list[float]]:
    """Return the sorted ms of REST calls alone, and while an event goes out each PAUSE_SECONDS."""
    caller = {"method": "GET", "path": "/api/v1/me", "authorization": data.bearer(person)}

    def calls() -> list[float]:
        said = machine.load(pattern="calls", seconds=REST_SECONDS, callers=[caller], expected=OK)
        return list(said["took_ms"])

    alone, is_over = calls(), threading.Event()

    def tell() -> None:
        while not is_over.wait(PAUSE_SECONDS):
            crowd.ask("event")

    telling = threading.Thread(target=tell)
    telling.start()
    try:
        return alone, calls()
    finally:
        is_over.set()
        telling.join()

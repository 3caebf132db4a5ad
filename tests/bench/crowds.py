"""Measure an event to 2,000 open streams, while their right to go on is checked and while not.

Both have the same web server, one after the other in each round; they differ in
STREAM_RECHECK_SECONDS alone. The table also says how many connections to PostgreSQL were open at
most, the opening of all streams at once included.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import redis
from django.conf import settings

from core.realtime.publish import company_channel
from deploy.launcher import app_processes
from deploy.launcher.data_dir import REPOSITORY
from deploy.launcher.process_group import stop_together
from tests.bench import data
from tests.bench.report import against, percentile, table, typical
from tests.bench.servers import HOST, STOP_SECONDS, CouldNotMeasure, Machine
from tests.connection_count import ConnectionCount

STREAMS = 2_000
# All of them open at the same moment, as after a restart of the server.
AT_ONCE = STREAMS
ROUNDS = 3
EVENTS = 12
PAUSE_SECONDS = 0.4
# Every stream is checked about twice during the events, or never.
CHECKED, UNCHECKED = "3", "100000"
SETTLE_SECONDS = 4
RATIO_AIM = 1.5
CONNECTIONS_AIM = 2


@dataclass
class Figures:
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    opening_seconds: list[float] = field(default_factory=list)
    connections: int = 0
    lost: int = 0
    unopened: int = 0


def run(machine: Machine) -> None:
    """Print the time of an event to each stream, with the check and without it."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    authorizations = [data.bearer(data.member_of_staff()) for _ in range(STREAMS)]
    figures = {CHECKED: Figures(), UNCHECKED: Figures()}
    for _round in range(ROUNDS):
        for recheck_seconds, found in figures.items():
            _measure(machine, recheck_seconds, authorizations, found)
    with_check, without = figures[CHECKED], figures[UNCHECKED]
    p99_ratio = typical(with_check.p99_ms) / typical(without.p99_ms)
    table(
        f"One event to {STREAMS} streams (median of {ROUNDS} × {EVENTS} events)",
        ("", "checked", "not checked"),
        [
            ("p50", *(f"{typical(one.p50_ms):.0f} ms" for one in (with_check, without))),
            ("p99", *(f"{typical(one.p99_ms):.0f} ms" for one in (with_check, without))),
            ("p99 beside it", against(p99_ratio, RATIO_AIM), ""),
            (
                "all open after",
                *(f"{typical(one.opening_seconds):.1f} s" for one in (with_check, without)),
            ),
            ("not opened", str(with_check.unopened), str(without.unopened)),
            ("lost streams and events", str(with_check.lost), str(without.lost)),
            (
                "connections to PostgreSQL",
                against(with_check.connections, CONNECTIONS_AIM),
                against(without.connections, CONNECTIONS_AIM),
            ),
        ],
    )


def _measure(
    machine: Machine, recheck_seconds: str, authorizations: list[str], found: Figures
) -> None:
    os.environ["STREAM_RECHECK_SECONDS"] = recheck_seconds
    restart_web(machine)
    with ConnectionCount(os.environ["DATABASE_URL"]) as connections:
        said = crowd(
            host=HOST,
            port=machine.port,
            authorizations=authorizations,
            at_once=AT_ONCE,
            redis_url=settings.REDIS_URL,
            channel=company_channel(),
            settle_seconds=SETTLE_SECONDS,
            events=EVENTS,
            pause_seconds=PAUSE_SECONDS,
        )
    if not said["took_ms"]:
        raise CouldNotMeasure("No event came to any stream.")
    found.p50_ms.append(percentile(said["took_ms"], 0.50))
    found.p99_ms.append(percentile(said["took_ms"], 0.99))
    found.opening_seconds.append(said["opening_seconds"])
    found.connections = max(found.connections, connections.most)
    found.lost += said["lost"] + said["missing"]
    found.unopened += len(authorizations) - said["opened"]


def restart_web(machine: Machine) -> None:
    program, process = machine.programs.pop("web")
    stop_together([(process, program.stop_signal)], STOP_SECONDS)
    machine.start(app_processes.web(machine.data_dir, os.environ, HOST, machine.port))


def crowd(**asked: object) -> dict[str, Any]:
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.crowd"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=600,
        check=False,
    )
    if result.returncode:
        raise CouldNotMeasure(result.stderr[-2000:])
    said: dict[str, Any] = json.loads(result.stdout)
    return said

"""Measure what an open stream costs while nothing happens: memory, and processor time.

Beside it the plain ASGI loop of `tests.bench.plain_streams`, in the same server.
"""

import os
import resource
import time
from dataclasses import dataclass

import redis
from django.conf import settings

from core.models import User
from tests.bench import data, processor
from tests.bench.crowd_process import CrowdProcess, PlainServer
from tests.bench.report import against, table
from tests.bench.servers import Machine

STREAMS = int(os.environ.get("BENCH_STREAMS", "15000"))
PEOPLE = STREAMS // 5
# After the opening, until each stream was checked once.
SETTLE_SECONDS = 5
SECONDS = 20
KIB_AIM = 16
SECONDS_AIM = 0.3


@dataclass(frozen=True)
class Figures:
    opened: int
    lost: int
    opening_seconds: float
    kib: float
    processor_seconds: float


def run(machine: Machine) -> None:
    """Print the memory and the processor time of idle streams."""
    raise_file_limit()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    credentials = [
        f"Authorization: {data.bearer(person)}" for person in staff(PEOPLE) for _ in range(5)
    ]
    machine.restart_web()
    ours = _measured(machine.pid_of("web"), machine.port, credentials)
    with PlainServer(machine) as server:
        plain = _measured(server.pid, server.port, credentials)
    table(
        f"{STREAMS} idle streams in one process",
        ("", "ours", "plain ASGI loop"),
        [
            ("memory each", against(ours.kib, KIB_AIM, " KiB"), f"{plain.kib:.1f} KiB"),
            (
                f"processor in {SECONDS} s",
                against(ours.processor_seconds, SECONDS_AIM, " s"),
                f"{plain.processor_seconds:.2f} s",
            ),
            ("opened", str(ours.opened), str(plain.opened)),
            ("lost", str(ours.lost), str(plain.lost)),
            ("all open after", f"{ours.opening_seconds:.1f} s", f"{plain.opening_seconds:.1f} s"),
        ],
    )


def _measured(pid: int, port: int, credentials: list[str]) -> Figures:
    # What the first streams make the process load is not theirs.
    with CrowdProcess(port, credentials[:50]):
        time.sleep(1)
    before = processor.resident_bytes(pid)
    with CrowdProcess(port, credentials) as crowd:
        time.sleep(SETTLE_SECONDS)
        kib = (processor.resident_bytes(pid) - before) / 1024 / crowd.opened
        began = processor.seconds(pid)
        time.sleep(SECONDS)
        spent = processor.seconds(pid) - began
        lost = crowd.ask("lost")["lost"]
        return Figures(crowd.opened, lost, crowd.opening_seconds, kib, spent)


def staff(count: int) -> list[User]:
    return [data.member_of_staff() for _ in range(count)]


def raise_file_limit() -> None:
    """Let this process and those that it starts open as many files as they may."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""Measure the time from a POST to the event on another person's open stream.

The time depends on the machine, so the table also shows how long the bare DRF view of
`tests.bench.rivals` takes to answer at the same pace, without streams and worker.
"""

from typing import Any

import redis
from django.conf import settings

from tests.bench import data
from tests.bench.report import ROUNDS, against, percentile, table, typical
from tests.bench.sending import BARE_DRF, callers_of
from tests.bench.servers import CouldNotMeasure, Machine

PER_SECOND = 20
SECONDS = 8
# Streams of other people of the company, who get each event too.
OTHER_STREAMS = 20
P50_AIM_MS = 15
P99_AIM_MS = 60


def run(machine: Machine) -> None:
    """Print the time of a message to the other screen while the worker runs."""
    data.finish_fan_outs()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    machine.start_worker()
    client = data.client_user()
    others = [data.member_of_staff() for _ in range(OTHER_STREAMS)]
    listeners = [data.bearer(person) for person in (data.manager(), *others)]
    path = f"/api/v1/conversations/{data.conversation_of(client).pk}/messages"
    sender = {"paths": [path], "authorization": data.bearer(client)}
    p50_ms, p99_ms, worker_ms, lost = [], [], [], 0
    for _round in range(ROUNDS):
        sent, took_ms, worker_seconds = _measure(machine, sender, listeners)
        p50_ms.append(percentile(took_ms, 0.50))
        p99_ms.append(percentile(took_ms, 0.99))
        worker_ms.append(worker_seconds * 1000 / sent)
        lost += sent - len(took_ms)
    # The worker must not take processor time from what follows.
    machine.stop_worker()
    bare_p50_ms, bare_p99_ms = _answers_of_the_bare_view(machine)
    table(
        f"POST to event on another screen, {PER_SECOND} messages/s, {1 + OTHER_STREAMS} streams "
        f"(median of {ROUNDS} × {SECONDS} s)",
        ("", "figure"),
        [
            ("p50", against(typical(p50_ms), P50_AIM_MS, " ms")),
            ("p99", against(typical(p99_ms), P99_AIM_MS, " ms")),
            ("never came", str(lost)),
            ("bare DRF's answer at this pace, p50", f"{bare_p50_ms:.2f} ms"),
            ("bare DRF's answer at this pace, p99", f"{bare_p99_ms:.2f} ms"),
            ("p50 beside it", f"{typical(p50_ms) / bare_p50_ms:.2f}"),
            ("p99 beside it", f"{typical(p99_ms) / bare_p99_ms:.2f}"),
            ("worker's processor time a message", f"{typical(worker_ms):.1f} ms"),
        ],
    )


def _measure(
    machine: Machine, sender: dict[str, Any], listeners: list[str]
) -> tuple[int, list[float], float]:
    said: dict[str, Any] = {}

    def send() -> None:
        said.update(
            machine.load(
                pattern="screens",
                seconds=SECONDS,
                per_second=PER_SECOND,
                senders=[sender],
                listeners=listeners,
            )
        )

    worker_seconds = machine.spent(send).worker_seconds
    if not said["event_ms"]:
        raise CouldNotMeasure("No message came on the other side's stream.")
    return said["sent"], said["event_ms"], worker_seconds


def _answers_of_the_bare_view(machine: Machine) -> tuple[float, float]:
    [caller] = callers_of(BARE_DRF, [data.client_user()])
    sender = {"paths": [caller["path"]], "authorization": caller["authorization"]}
    p50_ms, p99_ms = [], []
    for _round in range(ROUNDS):
        took_ms = machine.load(
            pattern="paced", seconds=SECONDS, per_second=PER_SECOND, senders=[sender]
        )["took_ms"]
        p50_ms.append(percentile(took_ms, 0.50))
        p99_ms.append(percentile(took_ms, 0.99))
    return typical(p50_ms), typical(p99_ms)

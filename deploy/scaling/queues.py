"""Simulate the queue of message effects: how long does one wait for k pool processes?

    python -m deploy.scaling.queues

Messages come at random (Poisson) at the rate of the busiest minute. The time that each takes in a
pool process is drawn from the measured quantiles. A burst is many messages at one moment, as when
a circular is sent; while it lasts, others wait behind it.
"""

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

import simpy

from deploy.scaling.assumptions import STEPS
from deploy.scaling.costs import Costs, measured
from deploy.scaling.machines import Load

SEED = 17
# So many messages are simulated, or so many seconds: whatever is longer.
MESSAGES, SECONDS_AT_LEAST = 20_000, 60
SECONDS_AT_MOST = 3_600
BURST, BURST_AT = 500, 10.0

# What a process of simpy yields.
Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class Waits:
    """The seconds from a message to its effects."""

    mean: float
    p50: float
    p99: float
    longest: float
    # The share of the time that the processes work.
    busy: float


def simulate(
    per_second: float, processes: int, service: tuple[float, ...], *, burst: int = 0
) -> Waits:
    chance, environment = random.Random(SEED), simpy.Environment()
    pool = simpy.Resource(environment, capacity=processes)
    waits: list[float] = []
    worked = 0.0
    seconds = min(SECONDS_AT_MOST, max(SECONDS_AT_LEAST, MESSAGES / per_second))

    def message() -> Steps:
        nonlocal worked
        came = environment.now
        with pool.request() as turn:
            yield turn
            took = drawn(service, chance)
            worked += took
            yield environment.timeout(took)
        waits.append(environment.now - came)

    def arrivals() -> Steps:
        while environment.now < seconds:
            yield environment.timeout(chance.expovariate(per_second))
            environment.process(message())

    def circular() -> Steps:
        yield environment.timeout(BURST_AT)
        for _ in range(burst):
            environment.process(message())

    environment.process(arrivals())
    environment.process(circular())
    environment.run()
    waits.sort()
    return Waits(
        mean=fmean(waits),
        p50=waits[len(waits) // 2],
        p99=waits[int(len(waits) * 0.99)],
        longest=waits[-1],
        busy=worked / (processes * environment.now),
    )


def drawn(quantiles: tuple[float, ...], chance: random.Random) -> float:
    """Draw a value between two neighbouring quantiles."""
    place = chance.random() * (len(quantiles) - 1)
    low = int(place)
    return quantiles[low] + (quantiles[low + 1] - quantiles[low]) * (place - low)


def processes_for(per_second: float, service: tuple[float, ...]) -> list[int]:
    """Return numbers of processes to simulate: barely enough, and then more."""
    least = int(per_second * mean(service)) + 1
    return sorted({least, least + max(1, round(least * 0.25)), least + max(3, least)})


def mean(quantiles: tuple[float, ...]) -> float:
    return sum((low + high) / 2 for low, high in pairwise(quantiles)) / (len(quantiles) - 1)


def rows(costs: Costs) -> list[tuple[str, ...]]:
    """Return the table: clients, messages a second, processes, busy, and waits in ms."""
    found: list[tuple[str, ...]] = []
    for clients in STEPS:
        per_second = Load.of(clients).messages
        for processes in processes_for(per_second, costs.fan_out_seconds):
            calm = simulate(per_second, processes, costs.fan_out_seconds)
            burst = simulate(per_second, processes, costs.fan_out_seconds, burst=BURST)
            found.append(
                (
                    f"{clients:,}",
                    f"{per_second:.3g}",
                    f"{processes:,}",
                    f"{calm.busy:.0%}",
                    f"{calm.p50 * 1000:.0f}",
                    f"{calm.p99 * 1000:.0f}",
                    f"{burst.longest * 1000:,.0f}",
                )
            )
    return found


HEADINGS = (
    "clients", "messages/s", "pool processes", "busy", "p50 ms", "p99 ms",
    f"longest ms, with {BURST} at once",
)  # fmt: skip


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(markdown(HEADINGS, rows(measured())))

"""24 kills in 90 seconds under load, in an order that the seed decides."""

import random
import time
from collections.abc import Callable

import pytest

from tests.faults.load import Load
from tests.faults.report import HEADING
from tests.faults.system import WORKERS, System
from tests.faults.test_faults import (
    freeze_valkey,
    kill_postgres,
    kill_sweeper,
    kill_valkey,
    kill_web,
)

KILLS = 24
SECONDS = 90
SEEDS = (1, 2, 3)


def kill_any_worker(system: System) -> None:
    number = random.randrange(WORKERS)
    system.kill(f"worker-{number}")
    system.start_worker(number)


def kill_any_child(system: System) -> None:
    system.kill_child(random.randrange(WORKERS))


MIX: list[Callable[[System], object]] = [
    *[kill_any_worker] * 7,
    *[kill_any_child] * 8,
    *[kill_valkey] * 3,
    *[kill_sweeper] * 1,
    *[freeze_valkey] * 1,
    *[kill_postgres] * 2,
    *[kill_web] * 2,
]
assert len(MIX) == KILLS


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_acknowledged_messages_survive_mixed_kills(
    system: System, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    random.seed(seed)
    faults = random.sample(MIX, KILLS)
    load = Load(system)
    happened: list[tuple[float, str]] = []
    began = time.monotonic()
    with load.running():
        for number, fault in enumerate(faults):
            happened.append((time.time(), fault.__name__))
            fault(system)
            # By the clock: the kills are spread over the whole time.
            left = (number + 1) * SECONDS / KILLS - (time.monotonic() - began)
            time.sleep(max(0.0, left))

    report = load.report()

    with capsys.disabled():
        print(f"\n{HEADING}\n{report.row(f'{KILLS} mixed kills, seed {seed}')}")  # noqa: T201
        for seconds, at in report.slowest:
            before = [name for moment, name in happened if moment <= at][-3:]
            print(f"  {seconds:.2f} s, sent after {', '.join(before)}")  # noqa: T201
    report.require_nothing_lost()
    if not report.was_calm:
        pytest.skip("nothing was lost; the machine is too busy to judge how fast")
    report.require_speed()

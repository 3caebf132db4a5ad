"""deploy/SCALING.md says what its scripts compute, and they answer as queues and sums must."""

import subprocess
import sys
from dataclasses import replace

import pytest

from deploy.scaling.assumptions import STEPS
from deploy.scaling.costs import measured
from deploy.scaling.document import SCALING, TABLES, tables_in
from deploy.scaling.machines import capacities, machines
from deploy.scaling.queues import simulate
from tests.commands import ROOT

DOCUMENT = SCALING.read_text()


def printed_by(module: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_tables_of_the_document_are_what_the_scripts_print() -> None:
    printed, queues = printed_by("deploy.scaling"), printed_by("deploy.scaling.queues")

    assert sorted(tables_in(DOCUMENT)) == sorted(TABLES)
    for part in DOCUMENT.split("<!-- table: ")[1:]:
        name, table = part.split("<!-- end -->")[0].split(" -->\n", 1)
        assert f"{name}\n\n{table.strip()}\n" in printed + "\n", f"run `make scaling`: {name}"
    assert queues in DOCUMENT


class TestMachines:
    def test_more_clients_never_need_less(self) -> None:
        few, more, most = (machines(clients, measured()) for clients in STEPS)

        for part in ("web_processes", "pool_processes", "postgres_cores", "machines", "primaries"):
            assert getattr(few, part) <= getattr(more, part) <= getattr(most, part), part
        assert few.machines == 1
        assert most.machines > 10

    def test_message_that_costs_the_web_twice_needs_more_of_it_alone(self) -> None:
        costs = measured()
        dearer = replace(costs, message_ms={**costs.message_ms, "web": 2 * costs.message_ms["web"]})

        before, after = (machines(10_000_000, each) for each in (costs, dearer))

        assert after.web_processes > before.web_processes
        assert after.pool_processes == before.pool_processes

    def test_what_saturates_first_comes_first(self) -> None:
        found = list(capacities(measured()).values())

        assert found == sorted(found)


class TestQueues:
    # Each takes exactly so long.
    TENTH = (0.1,) * 3

    def test_alone_a_message_waits_for_its_own_work_only(self) -> None:
        waits = simulate(0.1, 1, self.TENTH)

        assert waits.p50 == pytest.approx(0.1)
        assert waits.busy == pytest.approx(0.01, rel=0.3)

    def test_one_server_waits_as_the_formula_of_pollaczek_and_khinchine_says(self) -> None:
        """At half its load, the mean wait before constant work is a half of that work."""
        waits = simulate(5, 1, self.TENTH)

        assert waits.busy == pytest.approx(0.5, rel=0.05)
        assert waits.mean == pytest.approx(0.1 + 0.05, rel=0.05)

    def test_burst_ends_after_its_work_divided_by_the_processes(self) -> None:
        waits = simulate(0.1, 5, self.TENTH, burst=100)

        assert waits.longest == pytest.approx(100 * 0.1 / 5, rel=0.05)

    def test_more_processes_wait_less(self) -> None:
        few, more = (simulate(30, processes, self.TENTH) for processes in (4, 8))

        assert more.p99 < few.p99

"""The bench measures each of its rows, and tells what was reached."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from tests.bench import __main__
from tests.bench.__main__ import ROWS
from tests.bench.bench import BRIEF
from tests.bench.figures import Figure, print_figures
from tests.bench.servers import CouldNotMeasure
from tests.commands import ROOT, unmeasured

# What the figures of a module are called, where not by its name.
CALLED = {
    "reading": {"list", "history"},
    "other_screen": {"event", "counter"},
    "sustained": {"sustained", "one conversation"},
    "memory": {"start"},
}
WITH_BARE_CODE = {
    "send", "list", "history", "event", "counter", "photo", "sustained", "one conversation",
    "start",
}  # fmt: skip
BENCH_SECONDS = 540


def test_each_row_of_a_brief_run_gives_a_figure_and_its_limit() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--brief", "--json"],
        cwd=ROOT,
        env=unmeasured(os.environ),
        capture_output=True,
        text=True,
        timeout=BENCH_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    figures: list[dict[str, Any]] = json.loads(done.stdout)["figures"]
    expected = set[str]().union(*(CALLED.get(row, {row}) for row in ROWS))
    assert {figure["row"] for figure in figures} == expected
    for figure in figures:
        assert figure["value"] >= 0, figure
        assert figure["limit"] >= 0, figure
        assert figure["is_reached"] in (True, False), figure
    measured = {figure["row"] for figure in figures if figure["value"] > 0}
    assert measured == expected
    assert {figure["row"] for figure in figures if (figure["floor"] or 0) > 0} == WITH_BARE_CODE
    # What may not happen, in however short a run.
    for words in ("lost", "doubled", "missing", "that never came", "left out or given twice"):
        found = [figure for figure in figures if words in figure["name"]]
        assert [figure["value"] for figure in found] == [0] * max(1, len(found)), found


def test_row_that_cannot_be_measured_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measure(row: str) -> Iterator[Figure]:
        yield Figure(row, "messages/s", 1, "/s", 1)
        if row == "send":
            raise CouldNotMeasure("no answer")

    def module(name: str) -> SimpleNamespace:
        return SimpleNamespace(measure=lambda _bench: measure(name.rpartition(".")[2]))

    monkeypatch.setattr(__main__, "running", nullcontext)
    monkeypatch.setattr(__main__, "import_module", module)
    failed: list[str] = []

    figures = list(__main__.measured(["send", "photo"], BRIEF, failed))

    assert [figure.row for figure in figures] == ["send", "photo"]
    assert failed == ["send: no answer"]


@pytest.mark.parametrize(
    ("value", "is_least", "is_reached"),
    [(419, True, False), (420, True, True), (420, False, True), (421, False, False)],
)
def test_figure_is_reached_at_its_limit(value: float, is_least: bool, is_reached: bool) -> None:
    figure = Figure("send", "messages/s", value, "/s", 420, is_least=is_least)

    assert figure.is_reached is is_reached


def test_table_shows_limit_and_floor_as_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    figure = Figure("send", "processor", 6.0, "ms", 3.0, floor=1.5, floor_is="SQL")

    print_figures("Title", [figure])

    line = next(line for line in capsys.readouterr().out.splitlines() if "processor" in line)
    assert line.split() == [
        "send:", "processor", "6", "ms", "≤", "3", "2.00", "missed", "1.5", "(SQL)", "4.00",
    ]  # fmt: skip

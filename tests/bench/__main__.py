"""Measure the speed of Liaison, beside bare code on the same services.

    python -m tests.bench                     every figure beside its limit and its floor
    python -m tests.bench --only send         one row of it; may be given several times
    python -m tests.bench --brief --json      seconds; shows that the bench works, measures nothing
    python -m tests.bench sending stream      closer looks, each with a table of its own

A run has its own services and data. Compare figures within one run only: two runs or two machines
differ too much. The exit code is 0 if everything was measured, whatever was reached. A row that
could not be measured is named at the end, after the figures of the others.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterator
from importlib import import_module

from tests.bench.bench import BRIEF, FULL, Size, running
from tests.bench.closer import MEASUREMENTS, look_closer
from tests.bench.figures import Figure, print_figures
from tests.bench.processor import Others
from tests.bench.servers import CouldNotMeasure

# Each is a module of `rows` with `measure(bench)`. Those that kill and restart come last.
ROWS = (
    "send",
    "reading",
    "other_screen",
    "photo",
    "sustained",
    "streams",
    "growth",
    "restart",
    "kills",
    "memory",
)


def main(arguments: argparse.Namespace) -> None:
    size = BRIEF if arguments.brief else FULL
    others = Others()
    failed: list[str] = []
    figures = list(measured(arguments.only or ROWS, size, failed))
    share = others.share()
    if arguments.json:
        print(json.dumps({"others": share, "figures": [figure.as_json() for figure in figures]}))
    else:
        print_figures("Liaison beside what it must reach", figures)
        build = f"Python {platform.python_version()} of {sys.base_prefix}"
        print(f"(other work took {share:.0%} of the processors; {build})")
    if failed:
        sys.exit("not measured: " + "\n".join(failed))


def measured(rows: tuple[str, ...] | list[str], size: Size, failed: list[str]) -> Iterator[Figure]:
    """Yield the figures of each row; add a line to `failed` for one that cannot be measured."""
    with running(size) as bench:
        for row in rows:
            print(f"{row}...", file=sys.stderr, flush=True)
            try:
                yield from import_module(f"tests.bench.rows.{row}").measure(bench)
            except CouldNotMeasure as error:
                failed.append(f"{row}: {error}")


def parsed(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measure the speed of Liaison, beside bare code on the same services.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="closer look", help=f"any of {', '.join(MEASUREMENTS)}"
    )
    parser.add_argument("--only", action="append", choices=ROWS, help="this row alone")
    parser.add_argument("--brief", action="store_true", help="seconds: shows that it works")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(given)
    # Python 3.11 refuses an empty list with argparse's own `choices`.
    if unknown := set(arguments.names) - set(MEASUREMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return arguments


if __name__ == "__main__":
    asked = parsed(sys.argv[1:])
    if asked.names:
        look_closer(asked.names)
    else:
        main(asked)

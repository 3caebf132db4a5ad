"""Measure what a person, a message, a photo and a stream cost, and write it for `deploy.scaling`.

python -m tests.bench.unit_costs [--brief] [--output FILE]     (`make scaling`)
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY
from deploy.scaling.costs import MEASURED
from tests.bench.bench import BRIEF, FULL, running
from tests.bench.processor import Others


def main(arguments: argparse.Namespace) -> None:
    size = BRIEF if arguments.brief else replace(FULL, lists=(50,), histories=(1_000,))
    others = Others()
    with running(size) as bench:
        # Its models want the settings, which want the addresses of the running services.
        costs = import_module("tests.bench.rows.costs").measure(bench, arguments.names)
    if arguments.names:
        costs = {**json.loads(arguments.output.read_text())["costs"], **costs}
    said = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "command": "make scaling",
        "commit": commit(),
        "processors": os.cpu_count(),
        "share_of_other_work": round(others.share(), 2),
        "costs": costs,
    }
    arguments.output.write_text(json.dumps(said, indent=2) + "\n")
    print(f"Written: {arguments.output}")


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def parsed(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.unit_costs")
    parser.add_argument("names", nargs="*", help="as in tests/bench/rows/costs.py")
    parser.add_argument("--brief", action="store_true", help="shows that it works")
    parser.add_argument("--output", type=Path, default=MEASURED)
    return parser.parse_args(given)


if __name__ == "__main__":
    main(parsed(sys.argv[1:]))

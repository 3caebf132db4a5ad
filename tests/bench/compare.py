"""Measure two commits side by side, in turns: `make bench-compare BASE=main`.

    python -m tests.bench.compare BASE [--rounds N] [--only ROW]... [--brief] [--json]

BASE is checked out into a temporary folder and gets the bench of this working copy, so that both
are measured by the same code. Each figure is the median of its rounds; the ratio is this working
copy divided by BASE.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.launcher.data_dir import REPOSITORY
from tests.bench.report import table, typical

ROUNDS = 3
# A figure by its row and name.
Key = tuple[str, str]
Figures = dict[Key, list[float]]


def main(arguments: argparse.Namespace) -> None:
    options = [f"--only={row}" for row in arguments.only or ()]
    options += ["--brief"] if arguments.brief else []
    found: dict[str, Figures] = {"base": defaultdict(list), "this": defaultdict(list)}
    units: dict[Key, str] = {}
    with checked_out(arguments.base) as base:
        for number in range(arguments.rounds):
            # Who begins changes, since the machine may grow slower or quicker.
            sides = [("base", base), ("this", REPOSITORY)]
            for name, folder in sides if number % 2 == 0 else reversed(sides):
                print(f"round {number + 1}: {name}", file=sys.stderr, flush=True)
                for figure in _measured(folder, options):
                    key = figure["row"], figure["name"]
                    found[name][key].append(figure["value"])
                    units[key] = figure["unit"]
    compared = [
        {"row": key[0], "name": key[1], "unit": units[key],
         "base": typical(found["base"][key]), "this": typical(values)}
        for key, values in found["this"].items() if found["base"].get(key)
    ]  # fmt: skip
    if arguments.json:
        print(json.dumps(compared))
    else:
        _print(arguments, compared)


def _print(arguments: argparse.Namespace, compared: list[dict[str, Any]]) -> None:
    table(
        f"This working copy beside {arguments.base} (median of {arguments.rounds})",
        ("", arguments.base, "this", "ratio"),
        [
            (
                f"{each['row']}: {each['name']}",
                f"{each['base']:.4g} {each['unit']}",
                f"{each['this']:.4g} {each['unit']}",
                f"{each['this'] / each['base']:.2f}" if each["base"] else "",
            )
            for each in compared
        ],
    )


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Yield a folder with the files of a commit and the tests of this working copy."""
    with TemporaryDirectory(prefix="liaison-base-") as parent:
        folder = Path(parent) / "liaison"
        _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            shutil.rmtree(folder / "tests")
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(REPOSITORY / "tests", folder / "tests", ignore=ignored)
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=REPOSITORY, check=True)


def _measured(folder: Path, options: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--json", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["figures"]
    return figures


def parsed(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare")
    parser.add_argument("base", help="a commit, a branch or a tag")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", action="append", help="this row alone; may be repeated")
    parser.add_argument("--brief", action="store_true", help="shows that it works")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(given)


if __name__ == "__main__":
    main(parsed(sys.argv[1:]))

"""Print a short report of the last run's coverage: `python -m tests.coverage_report`.

One line per package, with the share of lines and of branches that ran, then the branches that did
not run in the modules where each one matters.
"""

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coverage import Coverage
from coverage.exceptions import NoDataError

# Prefixes of paths. A module and a package of the same name both count.
CLOSELY_WATCHED = ("messaging/actions", "messaging/conversation", "workers/engine")


@dataclass
class Counts:
    lines: int = 0
    covered_lines: int = 0
    branches: int = 0
    covered_branches: int = 0

    def add(self, summary: dict[str, int]) -> None:
        self.lines += summary["num_statements"]
        self.covered_lines += summary["covered_lines"]
        self.branches += summary["num_branches"]
        self.covered_branches += summary["covered_branches"]

    def row(self, name: str) -> str:
        lines = share(self.covered_lines, self.lines)
        branches = share(self.covered_branches, self.branches)
        return f"{name:<28} {lines:>7} of {self.lines:>6} {branches:>7} of {self.branches:>6}"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def package_of(path: str) -> str:
    """Return `app/package`, or the app alone for the modules at its root."""
    return "/".join(Path(path).parts[:-1][:2])


def packages(files: dict[str, Any]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(Counts)
    for path, file in files.items():
        found[package_of(path)].add(file["summary"])
    return {name: counts for name, counts in sorted(found.items()) if counts.lines}


def uncovered_branches(files: dict[str, Any]) -> Iterator[str]:
    for path, file in sorted(files.items()):
        missing = file["missing_branches"]
        if path.startswith(CLOSELY_WATCHED) and missing:
            yield f"  {path}: {', '.join(branch(*jump) for jump in missing)}"


def branch(line: int, target: int) -> str:
    """Write a jump between lines. coverage has negative numbers for the end of a function."""
    return f"{line}→{target if target > 0 else 'end'}"


def read() -> dict[str, Any]:
    """Return the files of coverage's JSON report. Raises NoDataError before the first run."""
    coverage = Coverage()
    if any(Path().glob(".coverage.*")):
        # Each process has written a file of its own.
        coverage.combine()
        coverage.save()
    coverage.load()
    with tempfile.TemporaryDirectory(prefix="liaison-coverage-") as folder:
        report = Path(folder) / "report.json"
        coverage.json_report(outfile=str(report))
        files: dict[str, Any] = json.loads(report.read_text())["files"]
    return files


def main() -> None:
    try:
        files = read()
    except NoDataError:
        sys.exit("No coverage yet: run `make coverage` first.")
    print(f"{'coverage':<28} {'lines':>17} {'branches':>17}")
    total = Counts()
    for name, counts in packages(files).items():
        print(counts.row(name))
    for file in files.values():
        total.add(file["summary"])
    print(total.row("total"))
    print(f"Branches that no test ran in {', '.join(CLOSELY_WATCHED)}:")
    print("\n".join(uncovered_branches(files)) or "  none")


if __name__ == "__main__":
    main()

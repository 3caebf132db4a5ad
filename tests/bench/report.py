"""Print figures as tables, beside their aims."""

from collections.abc import Sequence
from statistics import median

ROUNDS = 5


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    print(f"\n{title}\n")
    print(_line(headings, widths))
    print("  ".join("-" * width for width in widths))
    for row in rows:
        print(_line(row, widths), flush=True)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def against(value: float, aim: float, unit: str = "") -> str:
    """Return a figure with its aim, which is the most it may be, and whether it is met."""
    verdict = "ok" if value <= aim else "over the aim"
    return f"{value:.2f}{unit} (≤ {aim:g}{unit}: {verdict})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile of sorted values (nearest rank)."""
    return values[min(len(values) - 1, int(len(values) * share))]


def typical(values: Sequence[float]) -> float:
    """Return the median of the rounds."""
    return median(values)

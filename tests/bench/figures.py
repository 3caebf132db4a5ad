"""One figure of the bench: what was measured, what it must reach, and what bare code needs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.report import table


@dataclass(frozen=True)
class Figure:
    """A measured value beside its limit, and beside the floor measured in the same run.

    The limit is the most that the value may be; with `is_least`, the least. `floor` is what bare
    code (`floor_is`) takes for the same rows on the same services: None where nothing is bare.
    """

    row: str
    name: str
    value: float
    unit: str
    limit: float
    is_least: bool = False
    floor: float | None = None
    floor_is: str = ""

    @property
    def is_reached(self) -> bool:
        return self.value >= self.limit if self.is_least else self.value <= self.limit

    @property
    def of_limit(self) -> float | None:
        """Return the value divided by its limit; None beside a limit of 0."""
        return self.value / self.limit if self.limit else None

    @property
    def of_floor(self) -> float | None:
        return self.value / self.floor if self.floor else None

    def as_json(self) -> dict[str, Any]:
        derived = {name: getattr(self, name) for name in ("is_reached", "of_limit", "of_floor")}
        return {**asdict(self), **derived}


HEADINGS = ("", "measured", "must reach", "of it", "", "bare, in this run", "of it")


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    table(title, HEADINGS, [*map(_cells, figures)])
    reached = sum(figure.is_reached for figure in figures)
    print(f"\n{reached} of {len(figures)} figures reach what they must.")


def _cells(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.is_least else "≤"
    floor = "" if figure.floor is None else f"{figure.floor:.4g} ({figure.floor_is})"
    return (
        f"{figure.row}: {figure.name}",
        f"{figure.value:.4g} {figure.unit}".strip(),
        f"{sign} {figure.limit:g}",
        _ratio(figure.of_limit),
        "ok" if figure.is_reached else "missed",
        floor,
        _ratio(figure.of_floor),
    )


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def rows_of(figures: Iterable[Figure]) -> list[str]:
    """Return the names of the rows, each once, in their order."""
    return list(dict.fromkeys(figure.row for figure in figures))

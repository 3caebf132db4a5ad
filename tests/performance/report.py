"""Judge the figures by their limits, and write them as a table beside those of an earlier state."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
TABLE = FOLDER / "RESULTS.md"
# By page, then by figure: the values of each run.
Figures = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Row:
    """A figure, how it is written, and the limit of its median (None: no limit)."""

    key: str
    title: str
    form: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def limit(self) -> str:
        if self.at_most is not None:
            return "≤ " + self.form.format(self.at_most)
        return "≥ " + self.form.format(self.at_least) if self.at_least is not None else ""

    def is_over(self, value: float) -> bool:
        too_large = self.at_most is not None and value > self.at_most
        return too_large or (self.at_least is not None and value < self.at_least)


def _rows_of(network: str, lcp: float, again: float | None) -> list[Row]:
    def row(key: str, title: str, form: str, at_most: float | None = None) -> Row:
        return Row(f"{network}: {key}", f"{title}, {network}", form, at_most)

    return [
        row("fcp", "first paint", "{:.1f} s"),
        row("lcp", "largest paint", "{:.1f} s", lcp),
        row("cls", "layout shift", "{:.3f}", 0.01),
        row("visible", "first text visible", "{:.1f} s"),
        row("interactive", "interactive", "{:.1f} s"),
        row("visible_kilobytes", "kB until visible", "{:.0f}", 25),
        row("interactive_requests", "requests until interactive", "{:.0f}", 12),
        row("interactive_kilobytes", "kB until interactive", "{:.0f}", 110),
        row("again", "opened again", "{:.1f} s", again),
        row("again_kilobytes", "kB opened again", "{:.0f}"),
        row("longest_task_ms", "longest task", "{:.0f} ms"),
    ]


ROWS = [
    Row("performance", "Lighthouse performance, mobile", "{:.2f}", at_least=0.97),
    Row("accessibility", "Lighthouse accessibility", "{:.2f}", at_least=1.0),
    Row("best-practices", "Lighthouse best practices", "{:.2f}", at_least=1.0),
    Row("simulated_lcp", "largest paint, simulated by Lighthouse", "{:.1f} s"),
    Row("blocking_ms", "blocking time, simulated by Lighthouse", "{:.0f} ms"),
    Row("performance_calibrated", "Lighthouse performance, calibrated", "{:.2f}"),
    Row("blocking_ms_calibrated", "blocking time, calibrated", "{:.0f} ms"),
    Row("performance_without_scripts", "Lighthouse performance without our scripts", "{:.2f}"),
    Row("blocking_ms_without_scripts", "blocking time without our scripts", "{:.0f} ms"),
    Row("machine_index", "index of the machine by Lighthouse", "{:.0f}"),
    *_rows_of("4G", 1.2, 0.5),
    *_rows_of("400 kbit/s", 2.5, None),
]

INTRODUCTION = """\
# What the client's pages weigh on a phone

Written by `make lighthouse`: the published product (`DEBUG=false`, its web process alone), in
Chromium, on a phone of 390 px, logged in, nothing cached. Each figure is the median of the runs,
with the least and the greatest in brackets. Other work on the machine makes times longer, never
shorter.

- Lighthouse 12.2.3, mobile, with its simulated network and a processor four times slower. Its
  documents mean a machine of index 1,500 to 2,000; on a faster one it is a faster phone, on a
  slower one a slower phone. *Calibrated* is the phone that they mean: four times slower at an index
  of 1,750, more above, less below. The same page *without our scripts*, four times slower, is what
  the machine allows at best.
- The product has one processor, so that the browser does not share its own with the server, and the
  page goes before Lighthouse itself (`priority.py`).
- 4G is 9 Mbit/s and 85 ms a request; 400 kbit/s has 400 ms. Service workers have the same network.
- *Visible*: the first words of the page's newest content are on the screen. *Interactive*: its
  elements have run and its control can be used. Requests are those sent by then, kB those received
  by then, as they are on the wire.
- *Opened again*: a new tab of the same person, until the same words are visible.
- A figure over its limit is **bold**.
"""


def save(figures: Figures, name: str) -> None:
    (FOLDER / f"{name}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def load(name: str) -> Figures:
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def over_limit(figures: Figures) -> list[str]:
    """Return a line for each figure whose median is over its limit."""
    return [
        f"{page}: {row.title} {row.form.format(median)} (limit {row.limit})"
        for page, measured in figures.items()
        for row in ROWS
        if row.key in measured and row.is_over(median := statistics.median(measured[row.key]))
    ]


def unscored(figures: Figures) -> list[str]:
    return [page for page, measured in figures.items() if "performance" not in measured]


def table(now: Figures, before: Figures) -> str:
    parts = [INTRODUCTION]
    for page in now or before:
        parts.append(f"## {page}\n\n| | limit | before | now |\n|---|---|---|---|")
        parts.append("\n".join(_line(row, before.get(page, {}), now.get(page, {})) for row in ROWS))
        parts.append("")
    return "\n".join(parts)


def _line(row: Row, before: dict[str, list[float]], now: dict[str, list[float]]) -> str:
    cells = [row.title, row.limit, _cell(row, before.get(row.key)), _cell(row, now.get(row.key))]
    return f"| {' | '.join(cells)} |"


def _cell(row: Row, values: list[float] | None) -> str:
    if not values:
        return ""
    median = row.form.format(statistics.median(values))
    shown = f"**{median}**" if row.is_over(statistics.median(values)) else median
    least, most = row.form.format(min(values)), row.form.format(max(values))
    return shown if least == most else f"{shown} ({least} to {most})"

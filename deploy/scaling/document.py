"""The tables of deploy/SCALING.md, and their places in it."""

import re
from collections.abc import Callable
from pathlib import Path

from deploy.scaling import queues
from deploy.scaling.assumptions import ASSUMPTIONS, STEPS, VALUES
from deploy.scaling.costs import Costs
from deploy.scaling.machines import GIB, TB, YEARS, Machines, capacities, machines
from deploy.scaling.queues import markdown

SCALING = Path(__file__).resolve().parents[1] / "SCALING.md"
PLACE = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
KIB = 1024


def with_tables(text: str, costs: Costs) -> str:
    """Return the document with each table as it is computed now."""
    return PLACE.sub(lambda found: found[1] + TABLES[found[2]](costs) + "\n" + found[3], text)


def tables_in(text: str) -> list[str]:
    return [found[2] for found in PLACE.finditer(text)]


def _costs(costs: Costs) -> str:
    message, photo = costs.message_ms, costs.photo_ms

    def parts(of: dict[str, float]) -> str:
        return ", ".join(f"{part} {ms:.3g}" for part, ms in of.items() if ms >= 0.05)

    rows = [
        ("a person of a client", f"{costs.person_bytes:,} bytes in PostgreSQL"),
        ("a conversation, first message included", f"{costs.conversation_bytes:,} bytes"),
        ("a message: processor ms", f"{sum(message.values()):.3g} ({parts(message)})"),
        (
            "a message: PostgreSQL with its indexes",
            f"{costs.message_bytes:,} bytes that stay, {costs.message_bytes_cleaned_later:,} that "
            "are cleaned",
        ),
        ("a message: write-ahead log", f"{costs.message_wal_bytes:,} bytes"),
        ("a message: commands of Valkey", f"{costs.valkey_commands:g}"),
        ("a photo of 2.8 MB: processor ms", f"{sum(photo.values()):,.0f} ({parts(photo)})"),
        (
            "a photo: objects in S3",
            f"{costs.photo_objects:g}, together {costs.photo_bytes / 1e6:.2f} MB",
        ),
        (
            "a list of 50; a page of 50 messages",
            f"{costs.list_ms:.3g} ms; {costs.page_ms:.3g} ms of web and PostgreSQL",
        ),
        ("an open stream: memory", f"{costs.stream_kib:.3g} KiB"),
        ("an open stream: idle", f"{costs.stream_idle_ms_per_second:.2g} ms in a second"),
        ("an event to one stream", f"{costs.stream_event_ms:.2g} ms"),
    ]
    when = (
        f"Measured on {costs.measured_on} at {costs.commit} by `make scaling`, on "
        f"{costs.processors} cores; other work took {costs.share_of_other_work:.0%} of them."
    )
    return f"{when}\n\n{markdown(('', 'cost'), rows)}"


def _saturation(costs: Costs) -> str:
    rows = [(name, _short(value)) for name, value in capacities(costs).items()]
    return markdown(("part", "messages a second at most"), rows)


def _machines(costs: Costs) -> str:
    steps = [machines(clients, costs) for clients in STEPS]

    def row(name: str, said: Callable[[Machines], str]) -> tuple[str, ...]:
        return (name, *map(said, steps))

    rows = [
        row("messages a second, busiest minute", lambda m: f"{m.load.messages:.3g}"),
        row("pages read a second", lambda m: _short(m.load.readings)),
        row("open streams", lambda m: f"{m.load.streams:,.0f}"),
        row("people of the company", lambda m: f"{m.load.staff:,.0f}"),
        row("web processes", lambda m: f"{m.web_processes:,}"),
        row("stream processes apart", lambda m: f"{m.stream_processes or 'none'}"),
        row("memory of all streams", lambda m: f"{m.stream_gib:.2g} GiB"),
        row("pool processes of workers", lambda m: f"{m.pool_processes:,}"),
        row("cores of PostgreSQL", lambda m: f"{m.postgres_cores:,}"),
        row("PostgreSQL primaries", lambda m: f"{m.primaries:,}"),
        row("connections to PostgreSQL", lambda m: f"{m.connections:,}"),
        row("Valkeys", lambda m: f"{m.valkeys:,}"),
        row(f"machines of {VALUES['cores']:g} cores", lambda m: f"{m.machines:,}"),
        row(
            "cores for events, were the company's channel not cut",
            lambda m: _short(m.need.streams_uncut),
        ),
    ]
    return markdown(("", *(f"{clients:,} clients" for clients in STEPS)), rows)


def _storage(costs: Costs) -> str:
    rows = []
    for clients in STEPS:
        m = machines(clients, costs)
        rows.append(
            (
                f"{clients:,}",
                _bytes(m.postgres_bytes_a_year),
                _bytes(m.postgres_bytes_a_year * YEARS),
                f"{m.objects_a_year:,.0f}",
                _bytes(m.object_bytes_a_year),
                _bytes(m.object_bytes_a_year * YEARS),
            )
        )
    headings = (
        "clients", "PostgreSQL a year", f"in {YEARS} years", "objects a year", "S3 a year",
        f"in {YEARS} years",
    )  # fmt: skip
    return markdown(headings, rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _bytes(count: float) -> str:
    return f"{_short(count / TB)} TB" if count >= TB else f"{_short(count / GIB)} GiB"


def _short(value: float) -> str:
    """Return three digits, or all those before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _queues(costs: Costs) -> str:
    return markdown(queues.HEADINGS, queues.rows(costs))


def _assumptions(_costs: Costs) -> str:
    rows = [(f"{_number(each.value)} {each.unit}", each.reason) for each in ASSUMPTIONS]
    return markdown(("assumed", "why"), rows)


TABLES: dict[str, Callable[[Costs], str]] = {
    "costs": _costs,
    "saturation": _saturation,
    "machines": _machines,
    "storage": _storage,
    "queues": _queues,
    "assumptions": _assumptions,
}

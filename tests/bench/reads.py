"""Read the list and a page of history, with few rows and with many."""

from collections import defaultdict
from dataclasses import dataclass, fields

from core.models import User
from tests.bench import data
from tests.bench.report import ROUNDS, against, percentile, table, typical
from tests.bench.servers import OK, Machine

FEW_CONVERSATIONS, MANY_CONVERSATIONS = 50, 5_000
SHORT, LONG = 1_000, 100_000
SECONDS = 1.5
# Processor time with many rows, divided by that with few. Time by the clock would include the rest
# of the machine.
AIM = 1.3


@dataclass(frozen=True)
class Read:
    """A request to measure, and the name of the smaller case to compare it with."""

    name: str
    user: User
    path: str
    beside: str | None = None


@dataclass(frozen=True)
class Figure:
    p50_ms: float
    web_ms: float
    postgres_ms: float

    @property
    def processor_ms(self) -> float:
        return self.web_ms + self.postgres_ms


def run(machine: Machine) -> None:
    """Print the cost of each request at both sizes."""
    reads = [*_lists(), *_pages()]
    data.analyze()
    figures: dict[str, list[Figure]] = defaultdict(list)
    for read in reads:
        _measure(machine, read)
    for _round in range(ROUNDS):
        for read in reads:
            figures[read.name].append(_measure(machine, read))
    _print(reads, figures)


def _lists() -> list[Read]:
    staff, few, many = data.member_of_staff(), data.client_user(), data.client_user()
    data.add_conversations(few, staff, FEW_CONVERSATIONS)
    data.add_conversations(many, staff, MANY_CONVERSATIONS)
    path = f"/api/v1/conversations?limit={FEW_CONVERSATIONS}"
    small = f"list of 50, person with {FEW_CONVERSATIONS}"
    return [
        Read(small, few, path),
        Read(f"list of 50, person with {MANY_CONVERSATIONS}", many, path, small),
        Read("list of 50, company, all of them", staff, path, small),
    ]


def _pages() -> list[Read]:
    reads = []
    for place, bound in (("newest", ""), ("middle", "?before={middle}")):
        small = f"page, {place}, of {SHORT} messages"
        for size in (SHORT, LONG):
            user, conversation = _history(size)
            path = f"/api/v1/conversations/{conversation}/messages"
            path += bound.format(middle=size // 2)
            name = f"page, {place}, of {size} messages"
            reads.append(Read(name, user, path, None if size == SHORT else small))
    return reads


_histories: dict[int, tuple[User, str]] = {}


def _history(size: int) -> tuple[User, str]:
    if size not in _histories:
        user = data.client_user()
        conversation = data.conversation_of(user)
        data.add_messages(conversation, user, size)
        _histories[size] = user, str(conversation.pk)
    return _histories[size]


def _measure(machine: Machine, read: Read) -> Figure:
    caller = {"method": "GET", "path": read.path, "authorization": data.bearer(read.user)}
    took_ms: list[float] = []

    def call() -> None:
        said = machine.load(pattern="calls", seconds=SECONDS, callers=[caller], expected=OK)
        took_ms.extend(said["took_ms"])

    spent = machine.spent(call)
    return Figure(
        p50_ms=percentile(took_ms, 0.5),
        web_ms=spent.web_seconds * 1000 / len(took_ms),
        postgres_ms=spent.postgres_seconds * 1000 / len(took_ms),
    )


def _print(reads: list[Read], figures: dict[str, list[Figure]]) -> None:
    def typical_of(name: str) -> Figure:
        several = figures[name]
        parts = (part.name for part in fields(Figure))
        return Figure(*(typical([getattr(figure, part) for figure in several]) for part in parts))

    rows = []
    for read in reads:
        figure = typical_of(read.name)
        smaller = typical_of(read.beside) if read.beside else None
        rows.append(
            (
                read.name,
                f"{figure.p50_ms:.1f}",
                f"{figure.web_ms:.2f}",
                f"{figure.postgres_ms:.2f}",
                against(figure.processor_ms / smaller.processor_ms, AIM) if smaller else "",
            )
        )
    table(
        f"Reading, one caller (median of {ROUNDS}; user and system time of web and PostgreSQL)",
        ("", "p50 ms", "web ms each", "PostgreSQL ms each", "processor time beside the smaller"),
        rows,
    )

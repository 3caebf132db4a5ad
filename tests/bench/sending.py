"""Send messages by REST, beside bare DRF and raw SQL that write the same rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import product

from core.models import User
from messaging.models import Conversation
from tests.bench import data
from tests.bench.report import ROUNDS, against, percentile, table, typical
from tests.bench.servers import CREATED, Machine

CALLERS = (1, 8, 32)
SECONDS = 1.5
WARM_UP_SECONDS = 1.0
# Processor time of the web process, divided by that of bare DRF.
AIM = 1.0


@dataclass(frozen=True)
class Way:
    """One way to write a message: its address and its token."""

    name: str
    path: str
    token: Callable[[User], str]


OURS = Way("Liaison", "/api/v1/conversations/{}/messages", data.bearer)
BARE_DRF = Way("(a) bare DRF, ORM", "/rivals/drf/{}/messages", data.drf_token)
RAW_SQL = Way("(b) plain Django, SQL", "/rivals/sql/{}/messages", data.drf_token)
WAYS = (OURS, BARE_DRF, RAW_SQL)


@dataclass(frozen=True)
class Figure:
    per_second: float
    p50_ms: float
    web_ms: float
    postgres_ms: float


def run(machine: Machine) -> None:
    """Print the cost of a message for each way and number of callers."""
    users = [data.client_user() for _ in range(max(CALLERS))]
    # A conversation for each caller and way, so that no caller waits for another's row lock.
    callers = {way: list(callers_of(way, users)) for way in WAYS}
    data.analyze()
    for way in WAYS:
        _measure(machine, callers[way][:8], WARM_UP_SECONDS)
    figures: dict[tuple[Way, int], list[Figure]] = defaultdict(list)
    for _round in range(ROUNDS):
        # In turns, so that other work of the machine affects all ways.
        for count, way in product(CALLERS, WAYS):
            figures[way, count].append(_measure(machine, callers[way][:count], SECONDS))
    data.finish_fan_outs()
    _print(figures)


def callers_of(way: Way, users: list[User]) -> Iterator[dict[str, str]]:
    for user in users:
        conversation: Conversation = data.conversation_of(user)
        path = way.path.format(conversation.pk)
        yield {"method": "POST", "path": path, "authorization": way.token(user)}


def _measure(machine: Machine, callers: list[dict[str, str]], seconds: float) -> Figure:
    took_ms: list[float] = []

    def call() -> None:
        said = machine.load(pattern="calls", seconds=seconds, callers=callers, expected=CREATED)
        took_ms.extend(said["took_ms"])

    spent = machine.spent(call)
    sent = len(took_ms)
    return Figure(
        per_second=sent / seconds,
        p50_ms=percentile(took_ms, 0.5),
        web_ms=spent.web_seconds * 1000 / sent,
        postgres_ms=spent.postgres_seconds * 1000 / sent,
    )


def _print(figures: dict[tuple[Way, int], list[Figure]]) -> None:
    def typical_of(way: Way, count: int) -> Figure:
        several = figures[way, count]
        return Figure(
            *(
                typical([getattr(figure, part.name) for figure in several])
                for part in fields(Figure)
            )
        )

    rows = []
    for count, way in product(CALLERS, WAYS):
        figure = typical_of(way, count)
        ratio = figure.web_ms / typical_of(BARE_DRF, count).web_ms
        rows.append(
            (
                f"{count} × {way.name}",
                f"{figure.per_second:.0f}",
                f"{figure.p50_ms:.1f}",
                f"{figure.web_ms:.2f}",
                f"{figure.postgres_ms:.2f}",
                against(ratio, AIM) if way is OURS else f"{ratio:.2f}",
            )
        )
    table(
        f"Sending a message: callers at once × way (median of {ROUNDS}; the web process's user "
        "and system time)",
        ("", "messages/s", "p50 ms", "web ms each", "PostgreSQL ms each", "web time beside (a)"),
        rows,
    )

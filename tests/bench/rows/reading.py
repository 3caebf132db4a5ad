"""Read the list and a page of history, beside plain Django that answers JSON made by PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core.models import User
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.report import typical
from tests.bench.rows.send import BARE
from tests.bench.servers import OK

LIST, HISTORY = "list", "history"
LIST_MS, HISTORY_MS = 10, 6


@dataclass(frozen=True)
class Read:
    row: str
    name: str
    user: User
    path: str
    bare_path: str


def measure(bench: Bench) -> Iterator[Figure]:
    reads = [*_lists(bench.size.lists), *_pages(bench.size.histories)]
    data.analyze()
    found: dict[str, list[float]] = defaultdict(list)
    bare: dict[str, list[float]] = defaultdict(list)
    for _round in range(bench.size.rounds + 1):
        for read in reads:
            found[read.name].append(_ms(bench, read.path, data.bearer(read.user)))
            bare[read.name].append(_ms(bench, read.bare_path, data.drf_token(read.user)))
    for read in reads:
        # The first round is the warm-up.
        yield Figure(
            read.row, read.name, typical(found[read.name][1:]), "ms",
            LIST_MS if read.row == LIST else HISTORY_MS,
            floor=typical(bare[read.name][1:]), floor_is=BARE,
        )  # fmt: skip


def _lists(sizes: tuple[int, ...]) -> Iterator[Read]:
    staff = data.member_of_staff()
    for size in sizes:
        user = data.client_user()
        data.add_conversations(user, staff, size)
        name = f"processor of 50 rows, {size} conversations"
        yield Read(LIST, name, user, "/api/v1/conversations?limit=50", "/rivals/sql/conversations")


def _pages(sizes: tuple[int, ...]) -> Iterator[Read]:
    for size in sizes:
        user = data.client_user()
        conversation = data.conversation_of(user)
        data.add_messages(conversation, user, size)
        for place, bound in (("newest", ""), ("deep", f"?before={size // 2}")):
            yield Read(
                HISTORY,
                f"processor of 50 messages, {place}, of {size}",
                user,
                f"/api/v1/conversations/{conversation.pk}/messages{bound}",
                f"/rivals/sql/{conversation.pk}/history{bound}",
            )


def _ms(bench: Bench, path: str, authorization: str) -> float:
    """Return the processor ms of web and PostgreSQL for one answer, one caller."""
    caller = {"method": "GET", "path": path, "authorization": authorization}
    answered = 0

    def call() -> None:
        nonlocal answered
        said = bench.product.load(
            pattern="calls", seconds=bench.size.seconds, callers=[caller], expected=OK
        )
        answered = len(said["took_ms"])

    return bench.product.spent(call).of("web", "postgres") * 1000 / answered

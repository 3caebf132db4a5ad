"""Send messages by REST at 8 callers, beside plain Django that writes the same rows by SQL."""

import time
from collections import defaultdict
from collections.abc import Iterator

from messaging.models import Message
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.product import Spent
from tests.bench.report import typical
from tests.bench.sending import OURS, RAW_SQL, Way, callers_of
from tests.bench.servers import CREATED, CouldNotMeasure

ROW = "send"
CALLERS = 8
DONE_SECONDS = 120
BARE = "plain Django, SQL"


def measure(bench: Bench) -> Iterator[Figure]:
    """The workers are held still while only the web and PostgreSQL are measured."""
    users = [data.client_user() for _ in range(CALLERS)]
    callers = {way: list(callers_of(way, users)) for way in (OURS, RAW_SQL)}
    data.analyze()
    # First: the workers would put the messages of plain Django into the search and the chain too.
    _with_everything(bench, callers[OURS])
    each_ms = typical([_with_everything(bench, callers[OURS]) for _ in range(bench.size.rounds)])
    per_second: dict[Way, list[float]] = defaultdict(list)
    direct_ms: dict[Way, list[float]] = defaultdict(list)
    with bench.product.frozen("worker", "beat"):
        for way in callers:
            calls(bench, callers[way])
        for _round in range(bench.size.rounds):
            for way in callers:
                sent, spent = calls(bench, callers[way])
                per_second[way].append(sent / bench.size.seconds)
                direct_ms[way].append(spent.of("web", "postgres") * 1000 / sent)
        data.finish_fan_outs()
    yield Figure(
        ROW, f"messages/s, {CALLERS} callers", typical(per_second[OURS]), "/s", 420,
        is_least=True, floor=typical(per_second[RAW_SQL]), floor_is=BARE,
    )  # fmt: skip
    yield Figure(
        ROW, "processor of web and PostgreSQL", typical(direct_ms[OURS]), "ms", 3.0,
        floor=typical(direct_ms[RAW_SQL]), floor_is=BARE,
    )  # fmt: skip
    yield Figure(
        ROW, "processor of all processes, fan-out done", each_ms, "ms", 4.5,
        floor=typical(direct_ms[RAW_SQL]), floor_is=BARE,
    )  # fmt: skip


def calls(bench: Bench, callers: list[dict[str, str]]) -> tuple[int, Spent]:
    """Let these callers send for `bench.size.seconds`. Return how many messages, and the cost."""
    sent: list[float] = []

    def call() -> None:
        sent.extend(
            bench.product.load(
                pattern="calls", seconds=bench.size.seconds, callers=callers, expected=CREATED
            )["took_ms"]
        )

    spent = bench.product.spent(call)
    return len(sent), spent


def _with_everything(bench: Bench, callers: list[dict[str, str]]) -> float:
    """Return the processor ms of a message until all its work is done."""
    sent = 0

    def send_and_wait() -> None:
        nonlocal sent
        sent, _spent = calls(bench, callers)
        wait_until_done()

    return bench.product.spent(send_and_wait).together * 1000 / sent


def wait_until_done() -> None:
    deadline = time.monotonic() + DONE_SECONDS
    while Message.objects.filter(fanned_out_at=None).exists():
        if time.monotonic() > deadline:
            raise CouldNotMeasure("the workers do not come to an end")
        time.sleep(0.1)

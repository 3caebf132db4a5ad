"""From a POST to the event, and to the counter, on the open stream of another person."""

from collections.abc import Iterator

from core.models import User
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.report import percentile, typical
from tests.bench.rows.send import calls, wait_until_done
from tests.bench.sending import BARE_DRF, RAW_SQL, callers_of
from tests.bench.servers import CouldNotMeasure

EVENT, COUNTER = "event", "counter"
# p50 and p99 in ms, by messages a second.
EVENT_MS = {20: (8, 30), 300: (25, 100)}
COUNTER_MS = {20: (60, 300), 300: (250, 1_000)}
# The limits at 300/s are those of a machine where plain Django wrote 1,314 a second by SQL. So one
# pace is the same share of what plain Django writes on this machine, in this run.
FAST, PLAIN_PER_SECOND = 300, 1_314
WRITERS, CONVERSATIONS_EACH = 8, 5
# Streams of other people of the company, who get each event too.
OTHER_STREAMS = 20
BARE = "bare DRF's answer"


def measure(bench: Bench) -> Iterator[Figure]:
    listeners = [data.bearer(data.manager())]
    listeners += [data.bearer(data.member_of_staff()) for _ in range(OTHER_STREAMS)]
    writers = [data.client_user() for _ in range(WRITERS)]
    senders = [
        {
            "authorization": data.bearer(writer),
            "paths": [
                f"/api/v1/conversations/{data.conversation_of(writer).pk}/messages"
                for _ in range(CONVERSATIONS_EACH)
            ],
        }
        for writer in writers
    ]
    bare = [
        {"authorization": caller["authorization"], "paths": [caller["path"]]}
        for caller in callers_of(BARE_DRF, writers)
    ]
    data.finish_fan_outs()
    data.analyze()
    for limit, per_second in _paces(bench, writers):
        asked = {"seconds": bench.size.paced_seconds, "per_second": per_second}
        said = bench.product.load(pattern="screens", senders=senders, listeners=listeners, **asked)
        wait_until_done()
        answered = bench.product.load(pattern="paced", senders=bare, **asked)["took_ms"]
        data.finish_fan_outs()
        yield from _figures(EVENT, per_second, said["event_ms"], EVENT_MS[limit], answered)
        yield from _figures(COUNTER, per_second, said["counter_ms"], COUNTER_MS[limit], answered)
        lost = said["sent"] - len(said["event_ms"])
        yield Figure(EVENT, f"that never came, at {per_second}/s", lost, "", 0)


def _paces(bench: Bench, writers: list[User]) -> Iterator[tuple[int, int]]:
    """Yield the pace that has the limits, and the messages a second to send."""
    for pace in bench.size.paces:
        if pace == FAST:
            share = FAST / PLAIN_PER_SECOND
            yield pace, round(share * _plain_per_second(bench, writers))
        yield pace, pace


def _plain_per_second(bench: Bench, writers: list[User]) -> float:
    callers = list(callers_of(RAW_SQL, writers))
    with bench.product.frozen("worker", "beat"):
        sent = [calls(bench, callers)[0] for _ in range(bench.size.rounds)]
    data.finish_fan_outs()
    return typical(sent) / bench.size.seconds


def _figures(
    row: str,
    per_second: int,
    took_ms: list[float],
    limits: tuple[float, float],
    answered_ms: list[float],
) -> Iterator[Figure]:
    if not took_ms:
        raise CouldNotMeasure(f"no {row} came on the other person's stream")
    for share, name, limit in zip((0.5, 0.99), ("p50", "p99"), limits, strict=True):
        yield Figure(
            row, f"POST to it at {per_second}/s, {name}", percentile(took_ms, share), "ms", limit,
            floor=percentile(answered_ms, share), floor_is=BARE,
        )  # fmt: skip

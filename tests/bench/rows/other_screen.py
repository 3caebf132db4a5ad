"""From a POST to the event, and to the counter, on the open stream of another person."""

from collections.abc import Iterator, Mapping

from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.report import percentile
from tests.bench.rows.send import wait_until_done
from tests.bench.sending import BARE_DRF, callers_of
from tests.bench.servers import CouldNotMeasure

EVENT, COUNTER = "event", "counter"
# p50 and p99 in ms, by messages a second.
EVENT_MS = {20: (8, 30), 300: (25, 100)}
COUNTER_MS = {20: (60, 300), 300: (250, 1_000)}
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
    for per_second in bench.size.paces:
        asked = {"seconds": bench.size.paced_seconds, "per_second": per_second}
        said = bench.product.load(pattern="screens", senders=senders, listeners=listeners, **asked)
        wait_until_done()
        answered = bench.product.load(pattern="paced", senders=bare, **asked)["took_ms"]
        data.finish_fan_outs()
        yield from _figures(EVENT, per_second, said["event_ms"], EVENT_MS, answered)
        yield from _figures(COUNTER, per_second, said["counter_ms"], COUNTER_MS, answered)
        lost = said["sent"] - len(said["event_ms"])
        yield Figure(EVENT, f"that never came, at {per_second}/s", lost, "", 0)


def _figures(
    row: str,
    per_second: int,
    took_ms: list[float],
    limits: Mapping[int, tuple[float, float]],
    answered_ms: list[float],
) -> Iterator[Figure]:
    if not took_ms:
        raise CouldNotMeasure(f"no {row} came on the other person's stream")
    for share, name, limit in zip((0.5, 0.99), ("p50", "p99"), limits[per_second], strict=True):
        yield Figure(
            row, f"POST to it at {per_second}/s, {name}", percentile(took_ms, share), "ms", limit,
            floor=percentile(answered_ms, share), floor_is=BARE,
        )  # fmt: skip

"""Open streams that wait: what each holds, and how long one event takes to reach all of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from core.realtime.publish import company_channel
from tests.bench import data, processor
from tests.bench.bench import Bench
from tests.bench.crowds import crowd
from tests.bench.figures import Figure
from tests.bench.product import Product
from tests.bench.report import percentile
from tests.bench.servers import HOST, CouldNotMeasure

ROW = "streams"
EACH = 5
IDLE_SECONDS, SHOWN_SECONDS = 10, 20
BRIEF_IDLE_SECONDS = 1
# Until each stream was checked once.
SETTLE_SECONDS = 5
EVENTS, BRIEF_EVENTS = 12, 2
AT_ONCE = 200
LOOK_SECONDS = 0.25


class Sample(NamedTuple):
    at: float
    resident_bytes: int
    processor_seconds: float


@dataclass(frozen=True)
class Measured:
    """What open streams held and took. `took_ms` is of each event to each stream, sorted."""

    opened: int
    kib_each: float
    idle_seconds_per_second: float
    # Processor time of the web for one event to one stream.
    event_ms: float
    took_ms: list[float]
    lost: int


def measure(bench: Bench) -> Iterator[Figure]:
    found = look(bench)
    shown = f"{found.opened} open streams"
    yield Figure(ROW, f"memory of each of {shown}", found.kib_each, "KiB", 16)
    idle = found.idle_seconds_per_second * SHOWN_SECONDS
    yield Figure(ROW, f"processor in {SHOWN_SECONDS} s of idleness, {shown}", idle, "s", 0.3)
    for share, name, limit in ((0.5, "p50", 60), (0.99, "p99", 150)):
        took = percentile(found.took_ms, share)
        yield Figure(ROW, f"one event to {shown}, {name}", took, "ms", limit)
    yield Figure(ROW, "streams and events that were lost", found.lost, "", 0)


def look(bench: Bench) -> Measured:
    idle = BRIEF_IDLE_SECONDS if bench.size.is_brief else IDLE_SECONDS
    events = BRIEF_EVENTS if bench.size.is_brief else EVENTS
    people = [data.member_of_staff() for _ in range(max(1, bench.size.streams // EACH))]
    before = _sample(bench.product)
    with _sampled(bench.product) as samples:
        said = crowd(
            host=HOST,
            port=bench.product.port,
            authorizations=[data.bearer(person) for person in people for _ in range(EACH)],
            at_once=AT_ONCE,
            redis_url=settings.REDIS_URL,
            channel=company_channel(),
            settle_seconds=idle + (0 if bench.size.is_brief else SETTLE_SECONDS),
            events=events,
            pause_seconds=0.4,
        )
    if not said["took_ms"]:
        raise CouldNotMeasure("no event came to any stream")
    opened: int = said["opened"]
    held = max(each.resident_bytes for each in samples) - before.resident_bytes
    calm, calm_end = _calmest(samples, idle)
    busy = samples[-1].processor_seconds - calm_end.processor_seconds
    return Measured(
        opened=opened,
        kib_each=held / 1024 / opened,
        idle_seconds_per_second=calm / idle,
        event_ms=busy * 1000 / events / opened,
        took_ms=said["took_ms"],
        lost=said["lost"] + said["missing"],
    )


def _calmest(samples: list[Sample], seconds: float) -> tuple[float, Sample]:
    """Return the least processor time of any span so long, and the end of that span.

    It is the last such span before the events.
    """
    spans = [
        (after.processor_seconds - sample.processor_seconds, -after.at, after)
        for sample in samples
        for after in samples
        if seconds <= after.at - sample.at < seconds + 2 * LOOK_SECONDS
    ]
    if not spans:
        raise CouldNotMeasure("the streams were not open long enough")
    least, _at, end = min(spans)
    return least, end


@contextmanager
def _sampled(product: Product) -> Iterator[list[Sample]]:
    samples: list[Sample] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_SECONDS):
            samples.append(_sample(product))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield samples
    finally:
        is_over.set()
        looking.join()


def _sample(product: Product) -> Sample:
    web = product.pids()["web"]
    memory = sum(map(processor.resident_bytes, web))
    return Sample(time.monotonic(), memory, sum(map(processor.seconds, web)))

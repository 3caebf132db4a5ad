"""Send without a pause while the workers count: into many conversations, then into one."""

from collections.abc import Iterator

from django.db.models import Count, Max

from messaging.models import Message
from tests.bench import data
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.rows.send import BARE, wait_until_done
from tests.bench.sending import RAW_SQL
from tests.bench.servers import CREATED
from tests.bench.sustained import Waiting, sending_without_pause, watched

ROW, ONE = "sustained", "one conversation"
CALLERS, CONVERSATIONS, WRITERS = 8, 40, 30


def measure(bench: Bench) -> Iterator[Figure]:
    yield from _many(bench)
    yield from _one(bench)


def _many(bench: Bench) -> Iterator[Figure]:
    seconds = bench.size.sustained_seconds
    callers = sending_without_pause(CALLERS, CONVERSATIONS)
    bare = _per_second(bench, sending_without_pause(CALLERS, CONVERSATIONS, RAW_SQL), None)
    data.finish_fan_outs()
    data.analyze()
    waiting = Waiting()
    per_second = _per_second(bench, callers, seconds, waiting)
    wait_until_done()
    shown = f"for {seconds:g} s, {CALLERS} callers, {CONVERSATIONS} conversations"
    yield Figure(
        ROW, f"messages/s {shown}", per_second, "/s", 400, is_least=True, floor=bare, floor_is=BARE
    )
    yield Figure(
        ROW, "messages that wait at the end", waiting.counts[-1] if waiting.counts else 0, "",
        # As many as come in the time that the oldest may wait.
        800,
    )  # fmt: skip
    oldest = max(waiting.ages, default=0.0)
    yield Figure(ROW, "the oldest that waits, at any moment", oldest, "s", 2.0)


def _one(bench: Bench) -> Iterator[Figure]:
    seconds = bench.size.sustained_seconds
    callers = sending_without_pause(WRITERS, 1)
    bare = _per_second(bench, sending_without_pause(WRITERS, 1, RAW_SQL), None)
    data.finish_fan_outs()
    per_second = _per_second(bench, callers, seconds, Waiting())
    wait_until_done()
    conversation = callers[0]["path"][0].split("/")[4]
    found = Message.objects.filter(conversation=conversation).aggregate(
        rows=Count("pk"), last=Max("seq"), different=Count("seq", distinct=True)
    )
    yield Figure(
        ONE, f"messages/s for {seconds:g} s, {WRITERS} writers", per_second, "/s", 250,
        is_least=True, floor=bare, floor_is=BARE,
    )  # fmt: skip
    holes = found["last"] - found["different"] + found["rows"] - found["different"]
    yield Figure(ONE, "numbers left out or given twice", holes, "", 0)


def _per_second(
    bench: Bench,
    callers: list[dict[str, object]],
    seconds: float | None,
    waiting: Waiting | None = None,
) -> float:
    seconds = seconds or bench.size.seconds
    with watched(waiting or Waiting()):
        said = bench.product.load(
            pattern="calls", seconds=seconds, callers=callers, expected=CREATED
        )
    return len(said["took_ms"]) / seconds

"""Compare the acknowledged messages of a run with the database and the phone."""

import os
from dataclasses import dataclass

import psycopg

from tests.faults.system import System

P99_SECONDS = 2.0
MAX_SECONDS = 10.0
# Load average divided by processors. A run alone makes about 1.
BUSY = 1.5
SLOWEST_SHOWN = 6


@dataclass
class Report:
    """The figures of a run. Each of `losses` must be 0, and `shown` must be 1."""

    acknowledged: int
    lost: int
    doubled: int
    without_effect: int
    wrong_counters: int
    untold: int
    heard_twice: int
    # The most notifications that one conversation shows on the phone.
    shown: int
    p99_seconds: float
    max_seconds: float
    longest_post_seconds: float
    # Pairs (seconds to the effect, time of the acknowledgement), the slowest first.
    slowest: list[tuple[float, float]]
    # Load average divided by processors: above 1 the machine does other work too.
    load: float

    @property
    def losses(self) -> tuple[int, ...]:
        return (
            self.lost, self.doubled, self.without_effect, self.wrong_counters, self.untold,
            self.heard_twice,
        )  # fmt: skip

    @property
    def was_calm(self) -> bool:
        return self.load <= BUSY

    def require_nothing_lost(self) -> None:
        assert self.acknowledged > 0
        assert (*self.losses, self.shown) == (0,) * len(self.losses) + (1,), self

    def require_speed(self) -> None:
        assert self.p99_seconds <= P99_SECONDS, self
        assert self.max_seconds <= MAX_SECONDS, self

    def row(self, name: str) -> str:
        losses = "".join(f"{figure:>9}" for figure in self.losses)
        seconds = (self.p99_seconds, self.max_seconds, self.longest_post_seconds, self.load)
        figures = "".join(f"{figure:>9.2f}" for figure in seconds)
        return f"{name:<28}{self.acknowledged:>7}{losses}{self.shown:>9}{figures}"


HEADING = f"{'fault':<28}{'acked':>7}" + "".join(
    f"{name:>9}"
    for name in (
        "lost", "doubled", "missing", "counters", "untold", "2 sounds", "visible",
        "p99 s", "max s", "POST max", "load",
    )
)  # fmt: skip


def report_of(
    system: System, acknowledged: dict[str, float], *, longest_post_seconds: float
) -> Report:
    """Compare acknowledgements (time by message id) with the database and the phone."""
    with psycopg.connect(system.postgres_url) as connected:
        rows = connected.execute(MESSAGES).fetchall()
        told = {row[0] for row in connected.execute(TOLD).fetchall()}
        wrong = connected.execute(WRONG_COUNTERS).fetchone()
    effects = {row[0]: row[2] for row in rows}
    bodies = [row[1] for row in rows]
    timed = sorted(
        (latency(at, float(effects[pk]), system.away), at)
        for pk, at in acknowledged.items()
        if effects.get(pk)
    )
    latencies = [seconds for seconds, _at in timed]
    return Report(
        acknowledged=len(acknowledged),
        lost=len(acknowledged.keys() - effects.keys()),
        doubled=len(bodies) - len(set(bodies)),
        without_effect=sum(1 for pk in acknowledged if not effects.get(pk)),
        wrong_counters=int(wrong[0]) if wrong else 0,
        untold=len(acknowledged.keys() - told),
        heard_twice=system.phone.heard_twice(),
        shown=system.phone.shown_of_a_conversation(),
        load=load_of_the_machine(),
        p99_seconds=latencies[int(len(latencies) * 0.99)] if latencies else 0.0,
        max_seconds=latencies[-1] if latencies else 0.0,
        longest_post_seconds=longest_post_seconds,
        slowest=timed[: -SLOWEST_SHOWN - 1 : -1],
    )


def load_of_the_machine() -> float:
    """Return the load average of the last minute, divided by the processors."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def latency(acknowledged_at: float, effect_at: float, absences: list[tuple[float, float]]) -> float:
    """Return the seconds from acknowledgement to effect, without the absences in between."""
    away = sum(
        max(0.0, min(effect_at, end) - max(acknowledged_at, start)) for start, end in absences
    )
    return max(0.0, effect_at - acknowledged_at - away)


MESSAGES = "SELECT id::text, body, extract(epoch FROM fanned_out_at) FROM messaging_message"
TOLD = """
SELECT message_id::text FROM notifications_delivery
WHERE channel = 'push' AND (status IN ('sent', 'displayed') OR reason = 'displayed')
"""
WRONG_COUNTERS = """
SELECT count(*) FROM messaging_participant p
WHERE left_at IS NULL AND unread_count <> (
    SELECT count(*) FROM messaging_message m
    WHERE m.conversation_id = p.conversation_id AND m.deleted_at IS NULL
        AND m.author_id <> p.user_id
        AND m.seq > LEAST(p.last_read_seq, COALESCE(p.unread_from_seq - 1, p.last_read_seq))
)
"""

"""Count durations by bucket, for percentiles of attempts that are no longer kept."""

from bisect import bisect_left
from collections.abc import Sequence

# Seconds, as Prometheus' `le`; the last bucket has no upper bound.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
BUCKETS = len(BOUNDS) + 1


def bucket_of(seconds: float) -> int:
    return bisect_left(BOUNDS, seconds)


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Return the seconds that a share (0 to 1) stayed under; None when nothing was counted.

    Durations are taken to be spread evenly within a bucket, so the error is at most its width.
    """
    total = sum(counts)
    if not total:
        return None
    left = share * total
    for index, count in enumerate(counts):
        if count and left <= count:
            low = BOUNDS[index - 1] if index else 0.0
            high = BOUNDS[index] if index < len(BOUNDS) else low
            return low + (high - low) * left / count
        left -= count
    return BOUNDS[-1]

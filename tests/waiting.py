"""Wait for a condition."""

import time
from collections.abc import Callable

CHECK_SECONDS = 0.05
# Only a failing test waits for so long: everything is slow on a machine that is busy.
PATIENCE_SECONDS = 90


def until(
    condition: Callable[[], object],
    complaint: str = "the condition stays false",
    seconds: float = PATIENCE_SECONDS,
) -> None:
    """Check a condition again and again. Fail the test when it is still false after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{complaint}, after {seconds:g} s"
        time.sleep(CHECK_SECONDS)

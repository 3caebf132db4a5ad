"""What a finger does, by the touch events of Chromium."""

import time

from playwright.sync_api import CDPSession, Locator, expect

from tests.e2e.waiting import wait_for


def long_press(target: Locator) -> None:
    """Hold a finger on an element until its menu is open, then lift it."""
    finger, (x, y) = _finger(target), _inside(target)
    _touch(finger, "touchStart", (x, y))
    expect(target.page.get_by_role("menu")).to_be_visible()
    _touch(finger, "touchEnd")


def swipe_right(target: Locator) -> None:
    """Move a finger to the right, and let it rest: after a fling, the next tap is no click."""
    finger, (x, y), start = _finger(target), _inside(target), time.time() - 1
    _touch(finger, "touchStart", (x, y), at=start)
    for tenths, step in enumerate((30, 60, 90, 90), start=1):
        _touch(finger, "touchMove", (x + step, y), at=start + tenths / 10)
    _touch(finger, "touchEnd", at=start + 0.6)


def _finger(target: Locator) -> CDPSession:
    return target.page.context.new_cdp_session(target.page)


def _inside(target: Locator) -> tuple[float, float]:
    wait_for(target.page, lambda: target.bounding_box() is not None)
    box = target.bounding_box()
    assert box is not None
    return box["x"] + 30, box["y"] + box["height"] / 2


def _touch(
    finger: CDPSession, kind: str, *points: tuple[float, float], at: float | None = None
) -> None:
    """Dispatch an event; `at` is its time, in seconds since 1970."""
    event = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
    finger.send("Input.dispatchTouchEvent", event if at is None else {**event, "timestamp": at})

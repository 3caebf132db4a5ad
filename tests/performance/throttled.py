"""Open a page in a phone's Chromium on a slow network, and measure what comes when."""

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.performance.pages import LIMIT_MS, MeasuredPage, new_phone

# After it is interactive: late shifts, paints and long tasks count too.
SETTLE_MS = 1500
UNLOADED = ("data:", "blob:")


@dataclass(frozen=True)
class Network:
    name: str
    kilobits: int
    latency_ms: int

    @property
    def conditions(self) -> dict[str, Any]:
        bytes_per_second = self.kilobits * 1000 / 8
        return {
            "offline": False,
            "latency": self.latency_ms,
            "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second,
        }


NETWORKS = [Network("4G", 9000, 85), Network("400 kbit/s", 400, 400)]


@dataclass
class Loaded:
    """What one request has brought. Times are Unix seconds."""

    began: float
    chunks: list[tuple[float, int]] = field(default_factory=list)
    total: int | None = None
    ended: float | None = None

    def bytes_until(self, moment: float) -> int:
        if self.total is not None and self.ended is not None and self.ended <= moment:
            return self.total
        return sum(size for time, size in self.chunks if time <= moment)


class Traffic:
    """The requests of a page, by the debugging protocol."""

    def __init__(self, cdp: CDPSession) -> None:
        self.loaded: dict[str, Loaded] = {}
        self._offset = 0.0
        for name, take in (
            ("requestWillBeSent", self._began),
            ("responseReceived", self._answered),
            ("dataReceived", self._brought),
            ("loadingFinished", self._ended),
        ):
            cdp.on(f"Network.{name}", take)
        cdp.send("Network.enable")

    def until(self, moment: float) -> tuple[int, int]:
        """Return the requests sent and the bytes received until a Unix time."""
        began = [each for each in self.loaded.values() if each.began <= moment]
        return len(began), sum(each.bytes_until(moment) for each in began)

    def _began(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith(UNLOADED):
            return
        self._offset = event["wallTime"] - event["timestamp"]
        self.loaded[event["requestId"]] = Loaded(event["wallTime"])

    def _answered(self, event: dict[str, Any]) -> None:
        self._add(event, event["response"]["encodedDataLength"])

    def _brought(self, event: dict[str, Any]) -> None:
        self._add(event, event["encodedDataLength"])

    def _ended(self, event: dict[str, Any]) -> None:
        if loaded := self.loaded.get(event["requestId"]):
            loaded.ended = event["timestamp"] + self._offset
            loaded.total = int(event["encodedDataLength"])

    def _add(self, event: dict[str, Any], size: float) -> None:
        if loaded := self.loaded.get(event["requestId"]):
            loaded.chunks.append((event["timestamp"] + self._offset, int(size)))


def measure(browser: Browser, url: str, page: MeasuredPage, network: Network) -> dict[str, float]:
    """Open a page cold, then again in a new tab, and return the figures of both."""
    context = new_phone(browser, url)
    try:
        with slow_workers(browser, network):
            cold = _open(context, page, network)
            again = _open(context, page, network)
    finally:
        context.close()
    return {
        **cold,
        "again": again["visible"],
        "again_interactive": again["interactive"],
        "again_kilobytes": again["interactive_kilobytes"],
    }


def _open(context: BrowserContext, measured: MeasuredPage, network: Network) -> dict[str, float]:
    page = context.new_page()
    try:
        cdp = context.new_cdp_session(page)
        traffic = Traffic(cdp)
        cdp.send("Network.emulateNetworkConditions", network.conditions)
        page.add_init_script(measured.probe)
        page.goto(measured.path, wait_until="commit", timeout=LIMIT_MS)
        page.wait_for_function("() => window.measured.interactive !== null", timeout=LIMIT_MS)
        page.wait_for_timeout(SETTLE_MS)
        return _figures(page, traffic)
    finally:
        page.close()


def _figures(page: Page, traffic: Traffic) -> dict[str, float]:
    seen = page.evaluate("() => ({ ...window.measured, origin: performance.timeOrigin })")
    figures = {
        "lcp": seen["lcp"] / 1000,
        "fcp": seen["fcp"] / 1000,
        "cls": seen["cls"],
        "long_tasks": len(seen["longTasks"]),
        "longest_task_ms": max(seen["longTasks"], default=0),
    }
    for moment in ("visible", "interactive"):
        requests, size = traffic.until((seen["origin"] + seen[moment]) / 1000)
        figures[moment] = seen[moment] / 1000
        figures[f"{moment}_requests"] = requests
        figures[f"{moment}_kilobytes"] = size / 1000
    return figures


@contextmanager
def slow_workers(browser: Browser, network: Network) -> Iterator[None]:
    """Give service workers the same network: the conditions of a page are not theirs."""
    cdp = browser.new_browser_cdp_session()

    def attach(event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        if target["type"] != "service_worker":
            return
        session = cdp.send("Target.attachToTarget", {"targetId": target["targetId"]})["sessionId"]
        for number, (method, values) in enumerate(
            [("Network.enable", {}), ("Network.emulateNetworkConditions", network.conditions)]
        ):
            message = json.dumps({"id": number, "method": method, "params": values})
            cdp.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})

    cdp.on("Target.targetCreated", attach)
    cdp.send("Target.setDiscoverTargets", {"discover": True})
    try:
        yield
    finally:
        cdp.detach()


def repeated(run: Callable[[], dict[str, float]], times: int) -> dict[str, list[float]]:
    """Run a measurement several times. Return the values of each figure."""
    runs = [run() for _ in range(times)]
    return {name: [each[name] for each in runs] for name in runs[0]}


def median(values: list[float]) -> float:
    return statistics.median(values)

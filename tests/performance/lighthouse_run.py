"""Run Lighthouse on a logged-in Chromium, cold."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import BrowserContext, Playwright

from deploy.launcher.ports import free_port
from tests.performance.pages import MeasuredPage, log_in
from tests.performance.priority import pages_first

LIGHTHOUSE = (
    Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
)
# Node comes from a wheel, beside this Python.
BIN = Path(sys.executable).parent
CATEGORIES = ("performance", "accessibility", "best-practices")
# A run takes 12 s on a machine that does nothing else.
RUN_SECONDS = 300
# Lighthouse makes every machine four times slower. Its documents mean one of index 1,500 to 2,000,
# which then is as slow as a phone of the middle class, and ask to calibrate others.
SLOWER, FAST_MACHINE_INDEX = 4, 1750
# Cookies stay: the session is one.
STORED = "cache_storage,indexeddb,local_storage,service_workers"


class LighthouseFailed(Exception):
    """Lighthouse gave no result."""


class Lighthouse:
    def __init__(self, context: BrowserContext, url: str, port: int) -> None:
        self._context = context
        self._url = url
        self._port = port
        self.failed: dict[str, set[str]] = {}

    def run(self, page: MeasuredPage) -> dict[str, float]:
        """Return the scores of a page (0 to 1), and what its performance was made of.

        `failed` collects the audits of accessibility and best practices that failed. The same page
        without scripts tells what this machine allows.
        """
        report = self._report(page)
        self.failed.setdefault(page.name, set()).update(failed_audits(report))
        scores = {name: float(report["categories"][name]["score"]) for name in CATEGORIES}
        audits = report["audits"]
        return {
            **scores,
            "simulated_lcp": audits["largest-contentful-paint"]["numericValue"] / 1000,
            "blocking_ms": audits["total-blocking-time"]["numericValue"],
            "machine_index": report["environment"]["benchmarkIndex"],
            **self._on_a_phone_of_its_middle_class(page, report["environment"]["benchmarkIndex"]),
            **self._without_scripts(page),
        }

    def _on_a_phone_of_its_middle_class(
        self, page: MeasuredPage, machine_index: float
    ) -> dict[str, float]:
        slower = max(1.0, SLOWER * machine_index / FAST_MACHINE_INDEX)
        report = self._report(page, f"--throttling.cpuSlowdownMultiplier={slower:.2f}")
        return {
            "performance_calibrated": float(report["categories"]["performance"]["score"]),
            "blocking_ms_calibrated": report["audits"]["total-blocking-time"]["numericValue"],
        }

    def _without_scripts(self, page: MeasuredPage) -> dict[str, float]:
        report = self._report(page, "--blocked-url-patterns", "*.js")
        return {
            "performance_without_scripts": float(report["categories"]["performance"]["score"]),
            "blocking_ms_without_scripts": report["audits"]["total-blocking-time"]["numericValue"],
        }

    def _report(self, page: MeasuredPage, *options: str) -> dict[str, Any]:
        self._empty_cache()
        command = [
            "node", str(LIGHTHOUSE), self._url + page.path, "--port", str(self._port),
            "--disable-storage-reset", "--form-factor", "mobile", "--output", "json", "--quiet",
            "--only-categories", ",".join(CATEGORIES), *options,
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False,
                env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise LighthouseFailed(f"{page.name}: no result in {RUN_SECONDS} s") from error
        if done.returncode:
            raise LighthouseFailed(f"{page.name}: {done.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(done.stdout)
        if failure := report.get("runtimeError"):
            raise LighthouseFailed(f"{page.name}: {failure['message']}")
        return report

    def _empty_cache(self) -> None:
        page = self._context.new_page()
        cdp = self._context.new_cdp_session(page)
        cdp.send("Network.clearBrowserCache")
        cdp.send("Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": STORED})
        page.close()


def failed_audits(report: dict[str, Any]) -> list[str]:
    """Return the audits of accessibility and best practices that lower the score."""
    weighed = [
        each["id"]
        for name in CATEGORIES[1:]
        for each in report["categories"][name]["auditRefs"]
        if each["weight"]
    ]
    return [name for name in weighed if report["audits"][name]["score"] not in (1, None)]


@contextmanager
def started_lighthouse(playwright: Playwright, url: str, **launch: Any) -> Iterator[Lighthouse]:
    """Start a Chromium that Lighthouse can reach, logged in as Camille."""
    port = free_port()
    arguments = [*launch.pop("args"), f"--remote-debugging-port={port}"]
    with TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, args=arguments, base_url=url, **launch
        )
        try:
            log_in(context)
            with pages_first(port):
                yield Lighthouse(context, url, port)
        finally:
            context.close()

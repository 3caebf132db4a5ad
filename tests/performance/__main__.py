"""Measure the client's pages as published, and write RESULTS.md: `python -m tests.performance`.

`--as before` keeps the figures as those to compare with. The exit code is 1 when a figure of the
present state is over its limit.
"""

import argparse
import sys
from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as BrowserTimeout

from tests.e2e.browser import CHROMIUM_ARGUMENTS, system_browser
from tests.performance import report
from tests.performance.lighthouse_run import Lighthouse, LighthouseFailed, started_lighthouse
from tests.performance.pages import MeasuredPage, measured_pages
from tests.performance.product import published_product
from tests.performance.report import Figures
from tests.performance.throttled import NETWORKS, measure

LAUNCH: dict[str, Any] = {
    "executable_path": system_browser(),
    "args": CHROMIUM_ARGUMENTS,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="name", default="now", choices=["now", "before"])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    figures: Figures = defaultdict(lambda: defaultdict(list))
    failed: dict[str, set[str]] = {}
    try:
        with published_product() as url, sync_playwright() as playwright:
            failed = measure_all(playwright, url, asked.runs, figures)
    finally:
        # What was measured before something failed, too.
        report.save(figures, asked.name)
    now = figures if asked.name == "now" else {}
    report.TABLE.write_text(report.table(now, report.load("before")))
    lines = report.over_limit(figures)
    lines += [f"{page}: Lighthouse gave no score" for page in report.unscored(figures)]
    for page, audits in failed.items():
        lines += [f"{page}: Lighthouse's audit {name} fails" for name in sorted(audits)]
    print("\n".join(lines) or "Every figure is within its limit.")
    print(f"Written: {report.TABLE}")
    return 1 if lines else 0


def measure_all(
    playwright: Playwright, url: str, runs: int, figures: Figures
) -> dict[str, set[str]]:
    """Fill in the figures. Return the audits of Lighthouse that failed, by page."""
    browser = playwright.chromium.launch(**LAUNCH)
    try:
        pages = measured_pages(browser, url)
        for _ in range(runs):
            _on_slow_networks(browser, url, pages, figures)
    finally:
        browser.close()
    with started_lighthouse(playwright, url, **LAUNCH) as lighthouse:
        for _ in range(runs):
            _by_lighthouse(lighthouse, pages, figures)
    return lighthouse.failed


def _on_slow_networks(
    browser: Browser, url: str, pages: list[MeasuredPage], figures: Figures
) -> None:
    for page in pages:
        for network in NETWORKS:
            _say(f"{page.name}, {network.name}")
            try:
                measured = measure(browser, url, page, network)
            except BrowserTimeout as error:
                # On a machine with much else to do. The other runs still count.
                _say(str(error).splitlines()[0])
                continue
            for key, value in measured.items():
                figures[page.name][f"{network.name}: {key}"].append(round(value, 4))


def _by_lighthouse(lighthouse: Lighthouse, pages: list[MeasuredPage], figures: Figures) -> None:
    for page in pages:
        _say(f"{page.name}, Lighthouse")
        try:
            scores = lighthouse.run(page)
        except LighthouseFailed as error:
            _say(str(error))
            continue
        for key, value in scores.items():
            figures[page.name][key].append(round(value, 4))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

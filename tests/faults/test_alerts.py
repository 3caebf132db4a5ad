"""A frozen Valkey is red within five seconds: readyz, the page, the alert; then all is green."""

import time
from typing import Any

import pytest

from tests.faults.report import BUSY, load_of_the_machine
from tests.faults.system import System
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")

RED_SECONDS = 5.0
SUMMARY = "/api/v1/staff/tasks/summary"
OPEN = "SELECT count(*) FROM workers_alert WHERE code = 'valkey_away' AND ended_at IS NULL"


def alerts_shown(system: System) -> set[str]:
    summary: Any = system.call("GET", SUMMARY, who="manager")[1]
    return {alert["code"] for alert in summary["alerts"]}


def test_frozen_valkey_is_red_within_five_seconds_and_green_again_afterwards(
    system: System,
) -> None:
    until(lambda: "valkey_away" not in alerts_shown(system))
    assert system.call("GET", "/readyz")[1]["valkey"] == "ok"

    began = time.monotonic()
    with system.frozen("valkey"):
        status, reasons, _ = system.call("GET", "/readyz")
        assert status == 503
        assert "Timeout" in reasons["valkey"]
        assert "valkey_away" in alerts_shown(system)
        page_seconds = time.monotonic() - began
        until(lambda: system.ask(OPEN) == 1, "no alert is opened")
        alert_seconds = time.monotonic() - began
        is_busy = load_of_the_machine() > BUSY
        assert is_busy or max(page_seconds, alert_seconds) < RED_SECONDS, (
            page_seconds,
            alert_seconds,
        )

    until(lambda: "valkey_away" not in alerts_shown(system), "the page stays red")
    until(lambda: system.ask(OPEN) == 0, "the alert stays open")
    assert system.call("GET", "/readyz")[1]["valkey"] == "ok"

"""A pytest plugin: in CI, a skip that is not listed here fails the run (`-p tests.skips`).

A test that skips everywhere looks like one that passes. With `CI=true`, the run lists unexpected
skips at its end and exits with code 1. `.ci/run` installs what the tests need.
"""

import os

import pytest

# The start of a skip's reason, and why CI may skip it.
ALLOWED = {
    "Postfix is started by root alone": "CI may run as another account",
    "a small file system can be mounted by root on Linux only": "only in `make faults`",
    "no file system may be mounted here": "only in `make faults`; containers may lack the right",
    "machines on a network of their own can be made by root on Linux only": "only in `make faults`",
    "no network namespace may be made here": "only in `make faults`; containers may lack the right",
    "nothing was lost; the machine is too busy to judge how fast": "only in `make faults`",
}


def pytest_configure(config: pytest.Config) -> None:
    is_xdist_worker = hasattr(config, "workerinput")
    if os.environ.get("CI") == "true" and not is_xdist_worker:
        config.pluginmanager.register(UnexpectedSkips(), "unexpected-skips")


class UnexpectedSkips:
    def __init__(self) -> None:
        # By node id: each worker of xdist reports the skip of a whole module.
        self._reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # An expected failure is reported as a skip too.
        if not hasattr(report, "wasxfail"):
            self._add(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._add(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._reasons and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._reasons:
            return
        terminalreporter.section("skips that CI does not allow (tests/skips.py)", red=True)
        for node_id, reason in sorted(self._reasons.items()):
            terminalreporter.line(f"{node_id}: {reason}")

    def _add(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped:
            return
        reason = reason_of(report)
        if not reason.startswith(tuple(ALLOWED)):
            self._reasons[report.nodeid] = reason


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the text of a skip. Its `longrepr` is (path, line, "Skipped: text")."""
    details = report.longrepr
    text = details[2] if isinstance(details, tuple | list) else str(details)
    return text.removeprefix("Skipped: ")

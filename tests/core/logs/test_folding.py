"""Equal errors are counted, different ones are all written."""

import io
import json
import logging
import logging.config
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from structlog.stdlib import ProcessorFormatter

from core.logs.folding import FoldingHandler
from core.logs.lines import line_formatter
from core.logs.streams import PrintedLines


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(written: io.StringIO) -> logging.Logger:
    """A logger that folds for an hour."""
    handler = FoldingHandler(written, 3600)
    configurator = logging.config.DictConfigurator({"version": 1})
    handler.setFormatter(configurator.configure_formatter(line_formatter("json")))
    logger = logging.Logger("of a test")
    logger.addHandler(handler)
    return logger


def counts(log: logging.Logger, written: io.StringIO) -> list[str]:
    """Return each line as its event, and its count if it has one."""
    (handler,) = log.handlers
    assert isinstance(handler, FoldingHandler)
    handler.write_counts()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [
        f"{line['event']} again x{line['repeated']}" if "repeated" in line else line["event"]
        for line in lines
    ]


def counts_at_exit(log: logging.Logger) -> None:
    (handler,) = log.handlers
    assert isinstance(handler, FoldingHandler)
    handler.write_counts()


def with_events(log: logging.Logger) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        log,
        processors=[ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return logger


def fail(log: logging.Logger, error: Exception) -> None:
    try:
        raise error
    except type(error):
        log.exception("failed")


class TestFolding:
    def test_equal_errors_are_written_once_and_counted(
        self, log: logging.Logger, written: io.StringIO
    ) -> None:
        for number in range(3):
            fail(log, ValueError(number))

        assert counts(log, written) == ["failed", "failed again x2"]

    def test_output_that_is_closed_before_the_end_of_the_process_is_no_error(
        self, log: logging.Logger, written: io.StringIO, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for number in range(3):
            fail(log, ValueError(number))
        written.close()

        counts_at_exit(log)

        assert capsys.readouterr().err == ""

    def test_full_disk_loses_a_line_and_fails_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full = Path("/dev/full").open("w")  # noqa: SIM115  (its closing fails too)
        log = logging.Logger("of a test")
        log.addHandler(FoldingHandler(full, 3600))
        monkeypatch.setattr(sys, "stderr", PrintedLines(full, log, logging.ERROR))
        try:
            log.error("PostgreSQL cannot write")
        finally:
            monkeypatch.undo()
            with suppress(OSError):
                full.close()

    def test_error_of_another_class_is_written(
        self, log: logging.Logger, written: io.StringIO
    ) -> None:
        fail(log, ValueError())
        fail(log, KeyError())

        assert counts(log, written) == ["failed", "failed"]

    def test_warnings_of_other_software_are_equal_by_the_words_before_their_values(
        self, log: logging.Logger, written: io.StringIO
    ) -> None:
        log.warning("%s", "one")
        log.warning("%s", "two")
        log.warning("try %d", 1)
        log.warning("try %d", 2)

        assert counts(log, written) == ["one", "two", "try 1", "try 2 again x1"]

    def test_errors_in_words_are_equal_whatever_their_numbers(
        self, log: logging.Logger, written: io.StringIO
    ) -> None:
        ours = with_events(log)
        for error in ("port 1 refused", "port 2 refused", "port 3 refused", "timed out"):
            ours.warning("broker_away", error=error)

        assert counts(log, written) == ["broker_away", "broker_away", "broker_away again x2"]

    def test_facts_are_never_folded(self, log: logging.Logger, written: io.StringIO) -> None:
        """A dead task is named by its subject: each is another one."""
        ours = with_events(log)
        for subject in ("a", "b"):
            ours.error("task_dead", subject=subject, reason="attempts")

        assert counts(log, written) == ["task_dead", "task_dead"]

    def test_lines_below_a_warning_are_all_written(
        self, log: logging.Logger, written: io.StringIO
    ) -> None:
        for _ in range(2):
            log.info("woken")

        assert counts(log, written) == ["woken", "woken"]

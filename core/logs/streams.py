"""Make a line of the log of all that a program prints without logging it.

Celery, Python itself and other libraries write to the standard output and to the standard error.
"""

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from core.logs.process import process_name

# A longer one is written in several pieces.
MOST_CHARACTERS = 64 * 1024


class PrintedLines:
    """A text stream that logs each line that is written to it."""

    def __init__(self, stream: TextIO, logger: logging.Logger, level: int) -> None:
        self.stream = stream
        self.logger = logger
        self.level = level
        self.rest = threading.local()

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self.rest, "text", "") + text).split("\n")
        if len(rest) > MOST_CHARACTERS:
            lines, rest = [*lines, rest], ""
        self.rest.text = rest
        for line in lines:
            if line.strip():
                self.logger.log(self.level, "%s", line.rstrip())
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Keep an unfinished line: the rest of it is to come."""

    def isatty(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def log_what_is_printed(*, output: bool) -> None:
    """Log each line of the standard error, and with `output` those of the standard output too."""
    if not isinstance(sys.stderr, PrintedLines):
        sys.stderr = PrintedLines(sys.stderr, logging.getLogger("stderr"), logging.ERROR)
    if output and not isinstance(sys.stdout, PrintedLines):
        sys.stdout = PrintedLines(sys.stdout, logging.getLogger("stdout"), logging.INFO)


def say(message: str, file: TextIO = sys.__stdout__) -> None:  # type: ignore[assignment]
    """Write a line of the log at once, as a handler of a signal must: no lock is taken."""
    if logging.getLogger("celery").isEnabledFor(logging.INFO):
        line = {
            "event": message,
            "level": "info",
            "logger": "celery",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "process": process_name(),
            "pid": os.getpid(),
        }
        os.write(file.fileno(), f"{json.dumps(line)}\n".encode())


def log_uncaught_errors() -> None:
    """Log what ends the program or a thread, in one line."""
    sys.excepthook = _of_program
    threading.excepthook = _of_thread
    sys.unraisablehook = _of_nobody


def _log(what: str, error: BaseException | None) -> None:
    logging.getLogger("core.logs").critical(what, exc_info=error or True)


def _of_program(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        _log("program_ended", error)


def _of_thread(given: threading.ExceptHookArgs) -> None:
    if not issubclass(given.exc_type, SystemExit):
        _log("thread_ended", given.exc_value)


def _of_nobody(given: "sys.UnraisableHookArgs") -> None:
    _log("error_ignored", given.exc_value)

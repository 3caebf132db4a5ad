"""Fold repeated errors: the first in full, then how often it came again.

Without it, PostgreSQL's absence wrote a traceback for each request, and filled the disk.
"""

import atexit
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

NUMBERS = re.compile(r"[0-9a-f]{8,}|\d+")
MOST_READ = 120
# Of one process. An error beyond them is written each time.
MOST_KEYS = 500


@dataclass
class Repeated:
    """An error that was written in full, and what came of it since."""

    until: float
    count: int = 0
    since: str = ""
    last: logging.LogRecord | None = None


class FoldingHandler(logging.StreamHandler[TextIO]):
    """Writes the first of equal errors, and their count once every `seconds`. 0 folds nothing.

    Errors are equal when they come from the same line of code, or else when the event and the words
    of the error are the same, or of a request its status and address.
    """

    def __init__(self, stream: TextIO, seconds: float) -> None:
        super().__init__(stream)
        self.seconds = seconds
        self._start_afresh()
        # A forked process tells nothing of its parent's counts.
        os.register_at_fork(after_in_child=self._start_afresh)
        atexit.register(self.write_counts)

    def _start_afresh(self) -> None:
        self.repeated: dict[Hashable, Repeated] = {}
        self.timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write or count a record. `logging` holds this handler's lock."""
        key = key_of(record) if self.seconds else None
        if key is None:
            super().emit(record)
            return
        known = self.repeated.get(key)
        if known is None or (not known.count and time.monotonic() >= known.until):
            if known or len(self.repeated) < MOST_KEYS:
                self.repeated[key] = Repeated(time.monotonic() + self.seconds)
            super().emit(record)
            return
        known.since = known.since or datetime.fromtimestamp(record.created, UTC).isoformat()
        known.count, known.last = known.count + 1, without_traceback(record)
        self._ensure_timer()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's name)
        """Lose a line that cannot be written, on a full disk for one.

        `logging` would print the error, which is a line again, and so on until the request fails.
        """
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def _ensure_timer(self) -> None:
        if self.timer is None:
            self.timer = threading.Timer(min(1.0, self.seconds), self._on_timer)
            self.timer.daemon = True
            self.timer.start()

    def _on_timer(self) -> None:
        with self.lock or threading.Lock():
            self.timer = None
            self._write_those_before(time.monotonic())
            if any(each.count for each in self.repeated.values()):
                self._ensure_timer()

    def write_counts(self) -> None:
        """Write all counts now, as at the end of the process, if its output is still open."""
        if self.stream.closed:
            return
        with self.lock or threading.Lock():
            self._write_those_before(float("inf"))

    def _write_those_before(self, moment: float) -> None:
        now = time.monotonic()
        for key, each in list(self.repeated.items()):
            if each.until > moment:
                continue
            if each.last is None:
                del self.repeated[key]
                continue
            super().emit(with_count(each.last, each.count, each.since))
            self.repeated[key] = Repeated(now + self.seconds)


def key_of(record: logging.LogRecord) -> Hashable | None:
    """Return what equal errors have in common, or None for a line that is never folded."""
    if record.levelno < logging.WARNING:
        return None
    event = record.msg if isinstance(record.msg, dict) else None
    name = event.get("event", "") if event else template_of(record)
    if site := site_of(error_of(record)):
        return record.name, name, site
    if event is None:
        return record.name, name
    if "error" in event:
        of = str(event.get("job") or event.get("service") or "")
        return record.name, name, of, kind_of(str(event["error"]))
    if "code" in event and "request" in event:
        return record.name, name, event["code"], event["request"]
    return None


def kind_of(error: str) -> str:
    """Return an error's words without what differs each time: numbers and ids."""
    return NUMBERS.sub("#", error[:MOST_READ])


def template_of(record: logging.LogRecord) -> str:
    # `py.warnings` and others give the whole sentence as an argument.
    return record.getMessage() if record.msg == "%s" else str(record.msg)


def error_of(record: logging.LogRecord) -> BaseException | None:
    given: Any = record.exc_info
    if isinstance(record.msg, dict):
        given = record.msg.get("exc_info") or given
    if isinstance(given, tuple):
        given = given[1]
    elif given and not isinstance(given, BaseException):
        given = sys.exc_info()[1]
    return given if isinstance(given, BaseException) else None


def site_of(error: BaseException | None) -> tuple[str, str, int] | None:
    """Return the class of an error and the line of code that raised it."""
    if error is None:
        return None
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    file = last.tb_frame.f_code.co_filename if last else ""
    return type(error).__qualname__, file, last.tb_lineno if last else 0


def without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    """Copy a record, with the error in words instead of its traceback."""
    error = error_of(record)
    copied = logging.makeLogRecord(record.__dict__)
    copied.exc_info = copied.exc_text = None
    if isinstance(record.msg, dict):
        copied.msg = {k: v for k, v in record.msg.items() if k != "exc_info"}
    else:
        copied.msg, copied.args = record.getMessage(), None
    if error is not None:
        copied.__dict__["error"] = f"{type(error).__qualname__}: {error}"
    return copied


def with_count(record: logging.LogRecord, count: int, since: str) -> logging.LogRecord:
    added = {"repeated": count, "since": since}
    if error := record.__dict__.get("error"):
        added["error"] = error
    if isinstance(record.msg, dict):
        record.msg = {**record.msg, **added}
    else:
        record.__dict__["folded"] = added
    return record

"""The terminal output of the launcher and its services, one prefix per service.

With LOG_FORMAT=json each line is one JSON object, in which `service` is what stands for the prefix.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

_COLOURS = (36, 35, 33, 34, 32, 96)
# The longest name, which is `setup_storage`: the lines stand in one column.
_NAME_WIDTH = 13


class Console:
    def __init__(self) -> None:
        self._as_json = os.environ.get("LOG_FORMAT") == "json"
        self._coloured = sys.stdout.isatty()
        self._next_colours: Iterator[int] = cycle(_COLOURS)
        self._colours: dict[str, int] = {}

    def print_line(self, text: str) -> None:
        """Print a line of the launcher itself."""
        if not self._as_json:
            self._print(text)
        elif text:
            self._print(json.dumps(self._line_of("up", text.strip()), ensure_ascii=False))

    def print_error(self, text: str) -> None:
        """Print on the standard error why the launcher ends."""
        if self._as_json:
            text = json.dumps({**self._line_of("up", text), "level": "error"}, ensure_ascii=False)
        print(text, file=sys.stderr, flush=True)

    def print_for(self, name: str, line: str) -> None:
        """Print a line of a service."""
        if not self._as_json:
            self._print(f"{self._prefix(name)} {line}")
        elif line.strip():
            written = _object_in(line) or self._line_of(name, line)
            self._print(json.dumps({**written, "service": name}, ensure_ascii=False))

    def _line_of(self, process: str, text: str) -> dict[str, Any]:
        return {
            "event": text,
            "level": "info",
            "logger": "deploy.up",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "process": process,
            "pid": os.getpid(),
        }

    def _print(self, text: str) -> None:
        try:
            print(text, flush=True)
        except BrokenPipeError:
            # The reader of our output has ended: stop, as when a terminal closes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            signal.raise_signal(signal.SIGHUP)

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{_NAME_WIDTH}} |"
        if not self._coloured:
            return padded
        if name not in self._colours:
            self._colours[name] = next(self._next_colours)
        return f"\033[{self._colours[name]}m{padded}\033[0m"


def _object_in(line: str) -> dict[str, Any] | None:
    """Return the object that a line of one of our processes is."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class LineBuffer:
    """Assemble lines from chunks of bytes."""

    # A longer line is printed in several pieces, so that it does not fill the memory.
    _MAX_BYTES = 64 * 1024

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > self._MAX_BYTES:
            lines.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def end(self) -> list[str]:
        return self.feed(b"\n") if self._rest else []

"""The terminal output of the launcher and its services, one prefix per service."""

import os
import signal
import sys
from collections.abc import Iterator
from itertools import cycle

_COLOURS = (36, 35, 33, 34, 32, 96)
# The longest name, which is `setup_storage`: the lines stand in one column.
_NAME_WIDTH = 13


class Console:
    def __init__(self) -> None:
        self._coloured = sys.stdout.isatty()
        self._next_colours: Iterator[int] = cycle(_COLOURS)
        self._colours: dict[str, int] = {}

    def print_line(self, text: str) -> None:
        try:
            print(text, flush=True)
        except BrokenPipeError:
            # The reader of our output has ended: stop, as when a terminal closes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            signal.raise_signal(signal.SIGHUP)

    def print_for(self, name: str, line: str) -> None:
        self.print_line(f"{self._prefix(name)} {line}")

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{_NAME_WIDTH}} |"
        if not self._coloured:
            return padded
        if name not in self._colours:
            self._colours[name] = next(self._next_colours)
        return f"\033[{self._colours[name]}m{padded}\033[0m"


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

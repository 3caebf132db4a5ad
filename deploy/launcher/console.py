"""What the launcher and its parts print, each line behind the name of who says it."""

import os
import signal
import sys
from collections.abc import Iterator
from itertools import cycle

_COLOURS = (36, 35, 33, 34, 32, 96)
_NAME_WIDTH = 8


class Console:
    def __init__(self) -> None:
        self._coloured = sys.stdout.isatty()
        self._free_colours: Iterator[int] = cycle(_COLOURS)
        self._colours: dict[str, int] = {}

    def say(self, text: str) -> None:
        try:
            print(text, flush=True)
        except BrokenPipeError:
            # Nobody reads any more: the same as a terminal that closes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            signal.raise_signal(signal.SIGHUP)

    def say_for(self, name: str, line: str) -> None:
        self.say(f"{self._prefix(name)} {line}")

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{_NAME_WIDTH}}|"
        if not self._coloured:
            return padded
        if name not in self._colours:
            self._colours[name] = next(self._free_colours)
        return f"\033[{self._colours[name]}m{padded}\033[0m"


class Lines:
    """Whole lines out of bytes that come in pieces."""

    # A line without an end is shown in pieces rather than kept in memory.
    _LONGEST = 64 * 1024

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[str]:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > self._LONGEST:
            lines.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def end(self) -> list[str]:
        return self.feed(b"\n") if self._rest else []

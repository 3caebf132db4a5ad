"""Keeps parts running: starts, waits, restarts what dies, shows what they print, stops all.

One thread and one loop. `turn` is a step of it, and the only place where a request to stop is
noticed, so that no step of a start is ever cut in its middle.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.launcher.console import Console, Lines
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import end_leftovers, is_gone, signal_leftovers, stop_together
from deploy.launcher.service_types import Part

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
# What ran this long was well: its next death is a first one again.
STEADY_SECONDS = 30.0
LOG_TAIL_CHARACTERS = 4000
# For what an earlier launcher left running, and for a migration that is cut short.
LEFTOVER_SECONDS = 8.0
CUT_SECONDS = 3.0


class StopRequested(KeyboardInterrupt):
    """Ctrl-C, TERM or a closed terminal."""


@dataclass
class _Watched:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    lines: Lines = field(default_factory=Lines)


class Supervisor:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._watched: list[_Watched] = []
        self._outputs = selectors.DefaultSelector()
        self._stop_requested = False

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def start(self, part: Part) -> None:
        # Before the first start too: a launcher that was killed may have left it running.
        end_leftovers(part.pid_file, part.stop_signal, LEFTOVER_SECONDS)
        watched = _Watched(part)
        self._watched.append(watched)
        self._launch(watched)

    def wait_until_ready(self, parts: Sequence[Part], seconds: float) -> None:
        """Raises StartError when one of them dies or takes longer than that."""
        deadline = time.monotonic() + seconds
        waiting = list(parts)
        while waiting := [part for part in waiting if not part.is_ready()]:
            self.turn(0.05)
            for part in waiting:
                self._require_alive(part)
            if time.monotonic() > deadline:
                raise StartError(
                    f"{waiting[0].name} is not ready after {seconds:.0f} s{_see_log(waiting[0])}"
                )

    def run_to_end(self, part: Part) -> int:
        """Show what it prints and return its exit code."""
        watched = _Watched(part)
        process = self._launch(watched)
        try:
            while process.poll() is None:
                self.turn(0.05)
        finally:
            stop_together([(process, part.stop_signal)], CUT_SECONDS)
            self._drain(watched)
        return process.returncode

    def watch(self) -> None:
        """Until someone asks to stop."""
        while True:
            self.turn(0.5)

    def turn(self, seconds: float) -> None:
        for key, _ in self._outputs.select(seconds):
            self._show(key.data)
        for watched in self._watched:
            self._look_after(watched)
        if self._stop_requested:
            raise StopRequested

    def stop_all(self, groups: Sequence[Sequence[Part]], seconds: Sequence[float]) -> None:
        """Stop one group after the other; the parts of a group at the same time."""
        for parts, patience in zip(groups, seconds, strict=True):
            ending = [watched for watched in self._watched if watched.part in parts]
            stop_together(
                [
                    (watched.process, watched.part.stop_signal)
                    for watched in ending
                    if watched.process
                ],
                patience,
                meanwhile=self._show_all,
            )
            for watched in ending:
                self._drain(watched)
        self._watched.clear()

    def _request_stop(self, number: int, frame: object) -> None:
        self._stop_requested = True

    def _launch(self, watched: _Watched) -> subprocess.Popen[bytes]:
        watched.started_at = time.monotonic()
        watched.process = process = watched.part.start()
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self._outputs.register(process.stdout, selectors.EVENT_READ, watched)
        return process

    def _look_after(self, watched: _Watched) -> None:
        process = watched.process
        if process is not None and process.poll() is not None:
            self._mourn(watched, process)
        elif process is None and time.monotonic() >= watched.restart_at:
            self._relaunch(watched)

    def _relaunch(self, watched: _Watched) -> None:
        if is_gone(watched.part.pid_file):
            self._launch(watched)
        else:
            # Its children outlived it: they would hold its port or its data.
            signal_leftovers(watched.part.pid_file, signal.SIGKILL)
            watched.restart_at = time.monotonic() + FIRST_BACKOFF_SECONDS

    def _mourn(self, watched: _Watched, process: subprocess.Popen[bytes]) -> None:
        self._drain(watched)
        if time.monotonic() - watched.started_at > STEADY_SECONDS:
            watched.deaths = 0
        pause_seconds = min(FIRST_BACKOFF_SECONDS * 2**watched.deaths, LONGEST_BACKOFF_SECONDS)
        watched.deaths += 1
        watched.process = None
        watched.restart_at = time.monotonic() + pause_seconds
        self._console.say_for(
            watched.part.name,
            f"{_how_it_ended(process.returncode)}, starting again in {pause_seconds:g} s"
            f"{_see_log(watched.part)}",
        )

    def _require_alive(self, part: Part) -> None:
        if any(watched.deaths for watched in self._watched if watched.part is part):
            raise StartError(f"{part.name} ended while starting{_see_log(part)}{_last_words(part)}")

    def _show_all(self) -> None:
        for key, _ in self._outputs.select(0):
            self._show(key.data)

    def _show(self, watched: _Watched) -> bool:
        """Whether there was anything to show."""
        output = watched.process.stdout if watched.process else None
        if output is None or output.closed:
            return False
        try:
            piece = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return False
        if not piece:
            self._outputs.unregister(output)
            output.close()
        self._print(watched, watched.lines.feed(piece) if piece else watched.lines.end())
        return bool(piece)

    def _drain(self, watched: _Watched) -> None:
        while self._show(watched):
            continue
        output = watched.process.stdout if watched.process else None
        if output and not output.closed:
            self._outputs.unregister(output)
            output.close()

    def _print(self, watched: _Watched, lines: list[str]) -> None:
        for line in lines:
            self._console.say_for(watched.part.name, line)


def _how_it_ended(code: int) -> str:
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _see_log(part: Part) -> str:
    return f" (log: {part.log})" if part.log else ""


def _last_words(part: Part) -> str:
    if not part.log or not part.log.exists():
        return ""
    return f": {reason_in(part.log.read_text(errors='replace')[-LOG_TAIL_CHARACTERS:])}"

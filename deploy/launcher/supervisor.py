"""Start services, wait for them, print their output, restart those that end, and stop them.

The supervisor is one thread with one loop. Each call of `step` is one turn of the loop. Only
`step` raises StopRequested, so a stop never interrupts other code in the middle.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.launcher.console import Console, LineBuffer
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import end_leftovers, is_gone, signal_leftovers, stop_together
from deploy.launcher.service_types import Service

FIRST_BACKOFF_SECONDS = 0.5
MAX_BACKOFF_SECONDS = 30.0
# After this long without an end, the back-off starts from its first value again.
STEADY_SECONDS = 30.0
LOG_TAIL_CHARACTERS = 4000
# Time to stop: for processes of an earlier launcher, and for a `manage.py` command on Ctrl-C.
LEFTOVER_SECONDS = 8.0
COMMAND_STOP_SECONDS = 3.0


class StopRequested(KeyboardInterrupt):
    """SIGINT, SIGTERM, or SIGHUP of a closed terminal."""


@dataclass
class _Watched:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    ends: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    lines: LineBuffer = field(default_factory=LineBuffer)


class Supervisor:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._watched: list[_Watched] = []
        self._outputs = selectors.DefaultSelector()
        self._stop_requested = False

    def handle_stop_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def start(self, service: Service) -> None:
        # A killed launcher may have left it running.
        end_leftovers(service.pid_file, service.stop_signal, LEFTOVER_SECONDS)
        watched = _Watched(service)
        self._watched.append(watched)
        self._launch(watched)

    def wait_until_ready(self, services: Sequence[Service], seconds: float) -> None:
        """Wait for all. Raises StartError when one ends, or is not ready after `seconds`."""
        deadline = time.monotonic() + seconds
        waiting = list(services)
        while waiting := [service for service in waiting if not service.is_ready()]:
            self.step(0.05)
            for service in waiting:
                self._require_alive(service)
            if time.monotonic() > deadline:
                raise StartError(
                    f"{waiting[0].name} is not ready after {seconds:.0f} s{_log_hint(waiting[0])}"
                )

    def run_to_end(self, service: Service) -> int:
        """Run a service that ends by itself, print its output, return its exit code."""
        watched = _Watched(service)
        process = self._launch(watched)
        try:
            while process.poll() is None:
                self.step(0.05)
        finally:
            stop_together([(process, service.stop_signal)], COMMAND_STOP_SECONDS)
            self._print_rest(watched)
        return process.returncode

    def watch(self) -> None:
        """Keep the services running until StopRequested."""
        while True:
            self.step(0.5)

    def step(self, seconds: float) -> None:
        for key, _ in self._outputs.select(seconds):
            self._print_output(key.data)
        for watched in self._watched:
            self._keep_running(watched)
        if self._stop_requested:
            raise StopRequested

    def stop_all(self, groups: Sequence[Sequence[Service]], seconds: Sequence[float]) -> None:
        """Stop one group after the other; the services of a group at the same time."""
        for services, limit_seconds in zip(groups, seconds, strict=True):
            ending = [watched for watched in self._watched if watched.service in services]
            stop_together(
                [
                    (watched.process, watched.service.stop_signal)
                    for watched in ending
                    if watched.process
                ],
                limit_seconds,
                while_waiting=self._print_all,
            )
            for watched in ending:
                self._print_rest(watched)
        self._watched.clear()

    def _request_stop(self, number: int, frame: object) -> None:
        self._stop_requested = True

    def _launch(self, watched: _Watched) -> subprocess.Popen[bytes]:
        watched.started_at = time.monotonic()
        watched.process = process = watched.service.start()
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self._outputs.register(process.stdout, selectors.EVENT_READ, watched)
        return process

    def _keep_running(self, watched: _Watched) -> None:
        process = watched.process
        if process is not None and process.poll() is not None:
            self._schedule_restart(watched, process)
        elif process is None and time.monotonic() >= watched.restart_at:
            self._relaunch(watched)

    def _relaunch(self, watched: _Watched) -> None:
        if is_gone(watched.service.pid_file):
            self._launch(watched)
        else:
            # Its children are still there and would hold its port or its data.
            signal_leftovers(watched.service.pid_file, signal.SIGKILL)
            watched.restart_at = time.monotonic() + FIRST_BACKOFF_SECONDS

    def _schedule_restart(self, watched: _Watched, process: subprocess.Popen[bytes]) -> None:
        self._print_rest(watched)
        if time.monotonic() - watched.started_at > STEADY_SECONDS:
            watched.ends = 0
        pause_seconds = min(FIRST_BACKOFF_SECONDS * 2**watched.ends, MAX_BACKOFF_SECONDS)
        watched.ends += 1
        watched.process = None
        watched.restart_at = time.monotonic() + pause_seconds
        self._console.print_for(
            watched.service.name,
            f"{_end_text(process.returncode)}, starting again in {pause_seconds:g} s"
            f"{_log_hint(watched.service)}",
        )

    def _require_alive(self, service: Service) -> None:
        if any(watched.ends for watched in self._watched if watched.service is service):
            raise StartError(
                f"{service.name} ended while starting{_log_hint(service)}{_reason_in_log(service)}"
            )

    def _print_all(self) -> None:
        for key, _ in self._outputs.select(0):
            self._print_output(key.data)

    def _print_output(self, watched: _Watched) -> bool:
        """Print what the service has written. Return False when there was nothing."""
        output = watched.process.stdout if watched.process else None
        if output is None or output.closed:
            return False
        try:
            chunk = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return False
        if not chunk:
            self._outputs.unregister(output)
            output.close()
        self._print_lines(watched, watched.lines.feed(chunk) if chunk else watched.lines.end())
        return bool(chunk)

    def _print_rest(self, watched: _Watched) -> None:
        while self._print_output(watched):
            continue
        output = watched.process.stdout if watched.process else None
        if output and not output.closed:
            self._outputs.unregister(output)
            output.close()

    def _print_lines(self, watched: _Watched, lines: list[str]) -> None:
        for line in lines:
            self._console.print_for(watched.service.name, line)


def _end_text(code: int) -> str:
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _log_hint(service: Service) -> str:
    return f" (log: {service.log})" if service.log else ""


def _reason_in_log(service: Service) -> str:
    if not service.log or not service.log.exists():
        return ""
    return f": {reason_in(service.log.read_text(errors='replace')[-LOG_TAIL_CHARACTERS:])}"

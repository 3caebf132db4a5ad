"""Start services, wait for them, print their output, restart those that end, and stop them.

The supervisor is one thread with one loop. Each call of `step` is one turn of the loop. Only
`step` raises StopRequested, so a stop never interrupts other code in the middle.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.launcher.console import Console, LineBuffer
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import end_leftovers, is_gone, signal_leftovers, stop_together
from deploy.launcher.service_types import Service

# A service that ends is started again at once. From the fifth end within the window on it is
# broken: then the pauses grow, until it has run for as long as the window.
WINDOW_SECONDS = 30.0
ENDS_IN_WINDOW = 5
FIRST_BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 30.0
# How soon to look again for the killed children of a service.
CHILDREN_SECONDS = 0.05
LOG_TAIL_CHARACTERS = 4000
# Time to stop: for processes of an earlier launcher, and for a `manage.py` command on Ctrl-C.
LEFTOVER_SECONDS = 8.0
COMMAND_STOP_SECONDS = 3.0


class StopRequested(KeyboardInterrupt):
    """SIGINT, SIGTERM, or SIGHUP of a closed terminal."""


class ReplaceError(Exception):
    """A service could not be replaced, so the old process goes on."""


@dataclass(eq=False)
class _Watched:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    # The ends within the window, and the pauses since it last ran that long.
    ended_at: list[float] = field(default_factory=list)
    pauses: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    lines: LineBuffer = field(default_factory=LineBuffer)
    # Replaced by another process: when it ends, it is not started again.
    is_leaving: bool = False


class Supervisor:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._watched: list[_Watched] = []
        self._outputs = selectors.DefaultSelector()
        self._stop_requested = False
        self._restart_requested = False

    def handle_signals(self) -> None:
        """Stop by SIGINT, SIGTERM and SIGHUP, restart the web by SIGUSR2."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGUSR2, self._request_restart)
        # Any signal ends the wait in `step`, also the end of a child.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        woken, waker = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self._outputs.register(woken, selectors.EVENT_READ, None)

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

    def run_to_end(self, services: Sequence[Service]) -> list[int]:
        """Run services that end by themselves, at the same time. Return their exit codes."""
        watched = [_Watched(service) for service in services]
        processes = [self._launch(one) for one in watched]
        try:
            while any(process.poll() is None for process in processes):
                self.step(0.05)
        finally:
            stop_together(
                [(process, one.service.stop_signal)
                 for process, one in zip(processes, watched, strict=True)],
                COMMAND_STOP_SECONDS,
            )  # fmt: skip
            for one in watched:
                self._print_rest(one)
        return [process.returncode for process in processes]

    def watch(self, restart: Callable[[], None] = lambda: None) -> None:
        """Keep the services running until StopRequested. Call `restart` after SIGUSR2."""
        while True:
            self.step(0.5)
            if self._restart_requested:
                self._restart_requested = False
                restart()

    def replace(
        self, services: Sequence[Service], ready_seconds: float, leave_seconds: float
    ) -> None:
        """Replace the process of each service, one after the other.

        The new process must be ready before the old one gets SIGTERM, and the old one must have
        ended before the next service has its turn: there is never more than one process too many.
        Raises ReplaceError when a new process is not ready in time; then the old one goes on.
        """
        for service in services:
            [watched] = [one for one in self._watched if one.service is service]
            self._replace(watched, ready_seconds, leave_seconds)

    def _replace(self, watched: _Watched, ready_seconds: float, leave_seconds: float) -> None:
        old = self._set_aside(watched)
        self._launch(watched)
        new, deadline = watched.process, time.monotonic() + ready_seconds
        while not watched.service.is_ready():
            self.step(0.05)
            if watched.process is not new or time.monotonic() > deadline:
                self._take_back(watched, old)
                raise ReplaceError(f"the new process of {watched.service.name} is not ready")
        if old.process and old.process.poll() is None:
            old.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + leave_seconds
        while old.process and old.process.poll() is None and time.monotonic() < deadline:
            self.step(0.05)
        self._end(old)

    def _set_aside(self, watched: _Watched) -> _Watched:
        """Leave the service without a process; return its process, which goes on."""
        old = _Watched(watched.service, watched.process, lines=watched.lines, is_leaving=True)
        watched.process, watched.lines = None, LineBuffer()
        if old.process and old.process.stdout and not old.process.stdout.closed:
            self._outputs.modify(old.process.stdout, selectors.EVENT_READ, old)
        # The lock stays with the file, under whatever name.
        if watched.service.pid_file.exists():
            watched.service.pid_file.rename(_leaving_pid_file(watched.service))
        self._watched.append(old)
        return old

    def _take_back(self, watched: _Watched, old: _Watched) -> None:
        if not old.process or old.process.poll() is not None:
            self._end(old)
            return
        failed = _Watched(watched.service, watched.process, is_leaving=True)
        if failed.process and failed.process.stdout and not failed.process.stdout.closed:
            self._outputs.modify(failed.process.stdout, selectors.EVENT_READ, failed)
        self._end(failed, watched.service.pid_file)
        _leaving_pid_file(watched.service).rename(watched.service.pid_file)
        watched.process, watched.lines = old.process, old.lines
        if watched.process and watched.process.stdout and not watched.process.stdout.closed:
            self._outputs.modify(watched.process.stdout, selectors.EVENT_READ, watched)
        self._watched.remove(old)

    def _end(self, old: _Watched, pid_file: Path | None = None) -> None:
        """End a process that is replaced, with its children."""
        if old.process:
            stop_together([(old.process, signal.SIGKILL)], 0)
            self._print_rest(old)
        if old in self._watched:
            self._watched.remove(old)
        (pid_file or _leaving_pid_file(old.service)).unlink(missing_ok=True)

    def step(self, seconds: float) -> None:
        for key, _ in self._outputs.select(seconds):
            if key.data is None:
                os.read(key.fd, 4096)
            else:
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

    def _request_restart(self, number: int, frame: object) -> None:
        self._restart_requested = True

    def _launch(self, watched: _Watched) -> subprocess.Popen[bytes]:
        watched.started_at = time.monotonic()
        watched.process = process = watched.service.start()
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self._outputs.register(process.stdout, selectors.EVENT_READ, watched)
        return process

    def _keep_running(self, watched: _Watched) -> None:
        if watched.is_leaving:
            return
        if watched.process is not None and watched.process.poll() is not None:
            self._schedule_restart(watched, watched.process)
        if watched.process is None and time.monotonic() >= watched.restart_at:
            self._relaunch(watched)

    def _relaunch(self, watched: _Watched) -> None:
        if is_gone(watched.service.pid_file):
            self._launch(watched)
        else:
            # Its children are still there and would hold its port or its data.
            signal_leftovers(watched.service.pid_file, signal.SIGKILL)
            watched.restart_at = time.monotonic() + CHILDREN_SECONDS

    def _schedule_restart(self, watched: _Watched, process: subprocess.Popen[bytes]) -> None:
        self._print_rest(watched)
        pause_seconds = _pause_after_end(watched)
        watched.process = None
        watched.restart_at = time.monotonic() + pause_seconds
        self._console.print_for(
            watched.service.name,
            f"{_end_text(process.returncode)}, starting again "
            f"{f'in {pause_seconds:g} s' if pause_seconds else 'at once'}"
            f"{_log_hint(watched.service)}",
        )

    def _require_alive(self, service: Service) -> None:
        if any(watched.ended_at for watched in self._watched if watched.service is service):
            raise StartError(
                f"{service.name} ended while starting{_log_hint(service)}{_reason_in_log(service)}"
            )

    def _print_all(self) -> None:
        for key, _ in self._outputs.select(0):
            if key.data is not None:
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


def _pause_after_end(watched: _Watched) -> float:
    """Note an end, and return for how long to wait before the next start."""
    now = time.monotonic()
    recent = [moment for moment in watched.ended_at if now - moment < WINDOW_SECONDS]
    watched.ended_at = [*recent, now]
    if now - watched.started_at > WINDOW_SECONDS:
        watched.pauses = 0
    if len(watched.ended_at) < ENDS_IN_WINDOW and not watched.pauses:
        return 0.0
    watched.pauses += 1
    return float(min(FIRST_BACKOFF_SECONDS * 2 ** (watched.pauses - 1), MAX_BACKOFF_SECONDS))


def _leaving_pid_file(service: Service) -> Path:
    return service.pid_file.with_name(f"{service.name}.leaving.pid")


def _end_text(code: int) -> str:
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _log_hint(service: Service) -> str:
    return f" (log: {service.log})" if service.log else ""


def _reason_in_log(service: Service) -> str:
    if not service.log or not service.log.exists():
        return ""
    return f": {reason_in(service.log.read_text(errors='replace')[-LOG_TAIL_CHARACTERS:])}"

"""Let the pages of one Chromium go before the rest of the machine (Linux, root)."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NICENESS = -15
# Chromium sets the niceness of a page itself whenever it is shown or hidden.
EVERY_SECONDS = 0.02


@contextmanager
def pages_first(port: int) -> Iterator[None]:
    """Keep the main threads of the pages of a Chromium, debugged at `port`, before all else.

    They share two processors with Lighthouse, the server, and the drawing without a graphics card.
    A phone has eight, and a graphics card. Without the right to it nothing changes.
    """
    done = threading.Event()
    thread = threading.Thread(target=_repeat, args=(port, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _repeat(port: int, done: threading.Event) -> None:
    browser = _browser(port)
    while browser and not done.wait(EVERY_SECONDS):
        for pid in _below(browser):
            if b"--type=renderer" in _arguments(pid):
                # Of Linux: the main thread of the process alone.
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, pid, NICENESS)


def _browser(port: int) -> int | None:
    wanted = f"--remote-debugging-port={port}".encode()
    pids = (int(each.name) for each in Path("/proc").glob("[0-9]*"))
    found = (
        pid for pid in pids if wanted in (given := _arguments(pid)) and b"--type=" not in given
    )
    return next(found, None)


def _below(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(child)
            yield from _below(int(child))


def _arguments(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""

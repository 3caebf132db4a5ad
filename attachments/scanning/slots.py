"""Bound the decoders that run at once on this machine, and so their memory.

A slot is a file that a process locks. The system gives it back when the process ends, however it
ends. Slots are counted by machine and not in the database, since memory is.
"""

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from attachments.decoder.protocol import MEMORY_BYTES
from core.web.errors import Unavailable

# With the longest analysis, less than the time limit of a task (CELERY_TASK_SOFT_TIME_LIMIT).
LONGEST_WAIT_SECONDS = 10.0
PAUSE_SECONDS = 0.05


class DecodersBusy(Unavailable):
    """All slots of this machine were taken for LONGEST_WAIT_SECONDS. The file comes again."""

    default_code = "decoders_busy"


@contextmanager
def taken() -> Iterator[None]:
    """Hold one slot of this machine; wait for one. Raises DecodersBusy when none gets free."""
    descriptor = _waited_for()
    try:
        yield
    finally:
        os.close(descriptor)


def count() -> int:
    """Return how many decoders may run at once: by their memory, at least one."""
    return max(1, int(settings.ATTACHMENT_DECODERS_BYTES) // MEMORY_BYTES)


def _waited_for() -> int:
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while (descriptor := _free()) is None:
        if time.monotonic() > until:
            raise DecodersBusy
        # flock has no time-out.
        time.sleep(PAUSE_SECONDS)
    return descriptor


def _free() -> int | None:
    folder = _folder()
    for number in range(count()):
        descriptor = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return descriptor
    return None


def _folder() -> Path:
    """Return the folder of the slots, which belongs to this account alone."""
    folder = Path(tempfile.gettempdir()) / f"liaison-decoders-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it")
    return folder

"""Runs the decoder (`decoder/main.py`) on one file, in a child process with limits.

The child writes to files that have no name, so a kill of either process leaves nothing on the
disk. It inherits no environment, and so no password.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from attachments.decoder.protocol import LARGE_PX, SMALL_PX, DecodeRequest, Report
from attachments.scanning import slots
from attachments.uploads.formats import Format

WALL_SECONDS = 15
PREVIEW_SIZES_PX = (SMALL_PX, LARGE_PX)
_ROOT = str(Path(__file__).resolve().parents[2])
# The child gets `sys.path` from its parent and does not run `site` (`-S`), which takes 5 ms.
_PROGRAM = (
    f"import sys; sys.path[:] = {[_ROOT, *filter(None, sys.path)]!r}; "
    "from attachments.decoder.main import main; main()"
)


class DecoderFailed(Exception):
    """The child did not run. The file is not the cause, so it is tried again."""


@dataclass(frozen=True)
class Decoded:
    """The report of the child, and the files that it wrote. They end with the context."""

    report: Report
    previews: dict[int, IO[bytes]]
    shared: IO[bytes]
    contents: IO[bytes]


@contextmanager
def decoding(file: IO[bytes], format: Format, *, keeps_location: bool) -> Iterator[Decoded]:
    """Have the child confirm a file and write its previews, within limits of time and memory.

    A file that the child cannot read, or that passes a limit, gets a report with a reason. Raises
    DecoderFailed when the child itself does not run, DecodersBusy when no slot gets free.
    """
    with ExitStack() as stack:
        small, large, shared, contents = (
            stack.enter_context(tempfile.TemporaryFile()) for _ in range(4)
        )
        request = DecodeRequest(
            format=format.name,
            family=format.family,
            content_type=format.content_type,
            sniffed=format.sniffed,
            keeps_location=keeps_location,
            max_pixels=settings.ATTACHMENT_MAX_PIXELS,
            large_fd=large.fileno(),
            small_fd=small.fileno(),
            shared_fd=shared.fileno(),
            contents_fd=contents.fileno(),
        )
        with slots.taken():
            report = _report(file, request)
        yield Decoded(report, {SMALL_PX: small, LARGE_PX: large}, shared, contents)


def _report(file: IO[bytes], request: DecodeRequest) -> Report:
    file.seek(0)
    try:
        child = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-c", _PROGRAM, json.dumps(request._asdict())],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(request.large_fd, request.small_fd, request.shared_fd, request.contents_fd),
            env={},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Report(reason="too_complex", detail=f"more than {WALL_SECONDS} s")
    if child.returncode < 0:
        # A limit was passed (SIGXCPU or SIGKILL: time, SIGXFSZ: file size), or the child crashed.
        return Report(reason="too_complex", detail=f"signal {-child.returncode}")
    if child.returncode > 0:
        # The decoder reports on every file, so an error is ours, and may pass.
        raise DecoderFailed(f"The decoder ended with code {child.returncode}.")
    return Report(**json.loads(child.stdout))

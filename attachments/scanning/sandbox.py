"""Runs the decoder (`decoder/main.py`) on one file, in a child process with limits.

The child writes to files that have no name, so a kill of either process leaves nothing on the
disk. It inherits no environment, and so no password.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from attachments.decoder.protocol import (
    LARGE_PX,
    SMALL_PX,
    DecodeRequest,
    KnownFormat,
    Report,
    report_of,
)
from attachments.scanning import slots
from attachments.uploads.formats import FORMATS, Format, allowed_formats

# The processor time of the child is the limit of a file (`decoder.main.CPU_SECONDS`). This one only
# ends a child that is stuck: on a busy machine, where its niceness gives it a tenth of a processor,
# 15 s were too few for a plan of 49 million pixels.
WALL_SECONDS = 60
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
    embedded: IO[bytes]


@contextmanager
def decoding(
    file: IO[bytes],
    format: Format,
    *,
    extension: str = "",
    keeps_location: bool,
    is_embedded: bool = False,
) -> Iterator[Decoded]:
    """Have the child find what a file is and write its previews, within limits.

    `format` and `extension` are those of its name; the report says the format of its bytes. A file
    that `is_embedded` in another one may have any format, and gets no preview.

    A file that the child cannot read, or that passes a limit, gets a report with a reason. Raises
    DecoderFailed when the child itself does not run, DecodersBusy when no slot gets free.
    """
    with ExitStack() as stack:
        small, large, shared, contents, embedded = (
            stack.enter_context(tempfile.TemporaryFile()) for _ in range(5)
        )
        request = DecodeRequest(
            format=format.name,
            family=format.family,
            content_type=format.content_type,
            extension=extension,
            formats=known_formats(FORMATS if is_embedded else allowed_formats()),
            keeps_location=keeps_location,
            max_pixels=settings.ATTACHMENT_MAX_PIXELS,
            large_fd=large.fileno(),
            small_fd=small.fileno(),
            shared_fd=shared.fileno(),
            contents_fd=contents.fileno(),
            embedded_fd=embedded.fileno(),
            is_embedded=is_embedded,
        )
        with slots.taken():
            report = _report(file, request)
        yield Decoded(report, {SMALL_PX: small, LARGE_PX: large}, shared, contents, embedded)


def known_formats(formats: Iterable[Format]) -> dict[str, KnownFormat]:
    return {
        format.name: KnownFormat(
            format.family, format.content_type, format.extensions, format.sniffed
        )
        for format in formats
    }


def _report(file: IO[bytes], request: DecodeRequest) -> Report:
    file.seek(0)
    try:
        child = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-c", _PROGRAM, json.dumps(request._asdict())],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(
                request.large_fd,
                request.small_fd,
                request.shared_fd,
                request.contents_fd,
                request.embedded_fd,
            ),
            env={},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        return _cut_short(expired.stdout or b"", f"more than {WALL_SECONDS} s")
    if child.returncode < 0:
        # A limit was passed (SIGXCPU or SIGKILL: time, SIGXFSZ: file size), or the child crashed.
        return _cut_short(child.stdout, f"signal {-child.returncode}")
    report = _last_report(child.stdout)
    if child.returncode > 0 or report is None:
        # The decoder reports on every file, so an error is ours, and may pass.
        raise DecoderFailed(f"The decoder ended with code {child.returncode}.")
    return report


def _cut_short(output: bytes, cause: str) -> Report:
    """Return the report of a child that a limit ended: what it had judged, without previews."""
    if judged := _last_report(output):
        return judged._replace(detail=judged.detail or f"no preview: {cause}")
    return Report(reason="too_complex", detail=cause)


def _last_report(output: bytes) -> Report | None:
    """Return the last report that was written whole, with the end of its line."""
    lines = output.split(b"\n")[:-1]
    return report_of(lines[-1]) if lines else None

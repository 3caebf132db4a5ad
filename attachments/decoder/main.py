"""The child process that opens one file of a stranger, with few resources and no secrets.

Its standard input is the file, its only argument a DecodeRequest and its output a Report on each
line, both in JSON. It has no environment, and no descriptors but these and those of the request.
The parent kills it when it takes too long.

A file is judged first, then drawn. The first line is the judgement. The second one adds the
previews: a child that ends while it draws leaves a file that may be opened and has no preview.
"""

import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from io import BufferedReader, FileIO
from types import ModuleType
from typing import IO

from attachments.decoder import sniffing
from attachments.decoder.protocol import (
    MEMORY_BYTES,
    DecodeRequest,
    Refused,
    Report,
    request_of,
)

# Programs and libraries, which RLIMIT_DATA does not count, take 25 to 35 MB (measured).
DATA_BYTES = MEMORY_BYTES - 48 * 1024 * 1024
ADDRESS_BYTES = 2048 * 1024 * 1024
CPU_SECONDS = 10
DRAWING_CPU_SECONDS = 6
# Above the worker's: people's messages go before files on a machine that is busy.
NICENESS = 10
FILE_BYTES = 256 * 1024 * 1024
OPEN_FILES = 64

# The module of a format, or else of its family. Only that one is loaded, because starting is most
# of what a small file takes: 84 of 126 ms for a photo of 640 by 480, 62 of 69 ms for a text
# (measured, processor time).
MODULES = {
    "image": "image",
    "pdf": "pdf",
    "video": "video",
    "text": "text",
    "markup": "text",
    "zip": "office",
    "ole": "office_97",
    "rtf": "rtf",
    "kept": "kept",
}


def main() -> None:
    set_limits()
    request = request_of(json.loads(sys.argv[1]))
    for report in reports(BufferedReader(FileIO(0, closefd=False)), request):
        sys.stdout.write(json.dumps(report._replace(peak_bytes=peak_bytes())._asdict()) + "\n")
        sys.stdout.flush()


def set_limits() -> None:
    for which, limit in (
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_AS, ADDRESS_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (limit, limit))
    os.nice(NICENESS)


def peak_bytes() -> int:
    """Return the peak memory of this process (`ru_maxrss` may be its parent's, before `exec`)."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def limit_drawing() -> None:
    """Leave some seconds of processor time for the previews."""
    used = time.process_time()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(used) + DRAWING_CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def reports(file: IO[bytes], request: DecodeRequest) -> Iterator[Report]:
    """Yield the judgement on a file, then the same with previews if its module draws any.

    A module judges in `decode(file, request)`. It draws in `preview(file, request, report)`.
    """
    try:
        request = sniffing.recognised(file, request)
        module = import_module(f"attachments.decoder.{_module_of(request)}")
    except Exception as error:
        # Parsers raise errors of any class on a damaged file. That is an answer, as below.
        yield _of_archive(file, request) if _is_archive(error, request) else _failed(error)
        return
    report = _judged(module, file, request)
    yield report
    if not report.reason and not request.is_embedded and hasattr(module, "preview"):
        limit_drawing()
        yield _drawn(module, file, request, report)


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Find what the bytes of a file are, and write its previews."""
    *_, last = reports(file, request)
    return last


def _judged(module: ModuleType, file: IO[bytes], request: DecodeRequest) -> Report:
    try:
        file.seek(0)
        report: Report = module.decode(file, request)
    # Of any class, as above.
    except Exception as error:
        report = _failed(error)
    return report._replace(format=request.format)


def _drawn(module: ModuleType, file: IO[bytes], request: DecodeRequest, report: Report) -> Report:
    """Add the previews. Without one the file is as good, unless the module refuses it."""
    try:
        file.seek(0)
        drawn: Report = module.preview(file, request, report)
    except Refused as refused:
        return report._replace(reason=refused.reason, detail=refused.detail)
    # A file without a preview is shown all the same, and the report says why.
    except Exception as error:
        return report._replace(detail=f"no preview: {type(error).__name__}: {error}"[:200])
    return drawn


def _is_archive(error: Exception, request: DecodeRequest) -> bool:
    """Tell whether this is an archive inside a document, whose members are looked at."""
    return request.is_embedded and isinstance(error, Refused) and error.reason == "archive"


def _of_archive(file: IO[bytes], request: DecodeRequest) -> Report:
    return _judged(import_module("attachments.decoder.archive"), file, request)._replace(format="")


def _failed(error: Exception) -> Report:
    if isinstance(error, Refused):
        return Report(reason=error.reason, detail=error.detail)
    if isinstance(error, MemoryError):
        return Report(reason="too_complex", detail="memory")
    # Decoders raise errors of any class on a damaged file. This is an answer, not a fault.
    return Report(reason="unreadable", detail=f"{type(error).__name__}: {error}"[:200])


def _module_of(request: DecodeRequest) -> str:
    return MODULES.get(request.format) or MODULES[request.family]

"""The child process that opens one file of a stranger, with few resources and no secrets.

Its standard input is the file, its only argument a DecodeRequest and its output a Report, both in
JSON. It has no environment, and no descriptors but these and those of the request. The parent
kills it when it takes too long.
"""

import json
import resource
import sys
from importlib import import_module
from io import BufferedReader, FileIO
from typing import IO

from attachments.decoder import sniffing
from attachments.decoder.protocol import DecodeRequest, Refused, Report, request_of

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 10
FILE_BYTES = 256 * 1024 * 1024
OPEN_FILES = 64

# The module of a format, or else of its family. Only that one is loaded, because starting is most
# of what a small file takes: 84 of 126 ms for a photo of 640 by 480, 62 of 69 ms for a text
# (measured, processor time).
MODULES = {
    "heic": "heic",
    "image": "image",
    "pdf": "pdf",
    "video": "video",
    "text": "text",
    "markup": "text",
    "zip": "office",
    "ole": "office_97",
    "kept": "kept",
}


def main() -> None:
    set_limits()
    request = request_of(json.loads(sys.argv[1]))
    report = decode(BufferedReader(FileIO(0, closefd=False)), request)
    sys.stdout.write(json.dumps(report._replace(peak_bytes=peak_bytes())._asdict()))


def set_limits() -> None:
    for which, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (limit, limit))


def peak_bytes() -> int:
    """Return the peak memory of this process (`ru_maxrss` may be its parent's, before `exec`)."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Find what the bytes of a file are, and write its previews."""
    try:
        request = sniffing.recognised(file, request)
    except Exception as error:
        return _failed(error)
    try:
        file.seek(0)
        module = import_module(f"attachments.decoder.{_module_of(request)}")
        report: Report = module.decode(file, request)
    except Exception as error:
        report = _failed(error)
    return report._replace(format=request.format)


def _failed(error: Exception) -> Report:
    if isinstance(error, Refused):
        return Report(reason=error.reason, detail=error.detail)
    if isinstance(error, MemoryError):
        return Report(reason="too_complex", detail="memory")
    # Decoders raise errors of any class on a damaged file. This is an answer, not a fault.
    return Report(reason="unreadable", detail=f"{type(error).__name__}: {error}"[:200])


def _module_of(request: DecodeRequest) -> str:
    return MODULES.get(request.format) or MODULES[request.family]

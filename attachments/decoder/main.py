"""The child process that opens one file of a stranger, with few resources and no secrets.

Its standard input is the file, its only argument a DecodeRequest and its output a Report, both in
JSON. It has no environment, and no descriptors but these and those of the request. The parent
kills it when it takes too long.
"""

import json
import os
import resource
import sys
from importlib import import_module
from io import BufferedReader, FileIO
from typing import IO

from attachments.decoder import sniffing
from attachments.decoder.protocol import MEMORY_BYTES, DecodeRequest, Refused, Report

ADDRESS_BYTES = 2048 * 1024 * 1024
CPU_SECONDS = 10
# Above the worker's: people's messages go before files on a machine that is busy.
NICENESS = 10
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
    "dwg": "cad",
    "dxf": "cad",
    "zip": "office",
    "ole": "office_97",
}


def main() -> None:
    set_limits()
    asked = json.loads(sys.argv[1])
    request = DecodeRequest(**{**asked, "sniffed": tuple(asked["sniffed"])})
    report = decode(BufferedReader(FileIO(0, closefd=False)), request)
    sys.stdout.write(json.dumps(report._replace(peak_bytes=peak_bytes())._asdict()))


def set_limits() -> None:
    for which, limit in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
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


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm that a file has the format that its name says, and write its previews."""
    try:
        sniffing.require(file, request)
    except Refused as refused:
        return Report(reason=refused.reason, detail=refused.detail)
    file.seek(0)
    try:
        module = import_module(f"attachments.decoder.{_module_of(request)}")
        report: Report = module.decode(file, request)
        return report
    except Refused as refused:
        return Report(reason=refused.reason, detail=refused.detail)
    except MemoryError:
        return Report(reason="too_complex", detail="memory")
    except Exception as error:
        # Decoders raise errors of any class on a damaged file. This is an answer, not a fault.
        return Report(reason="unreadable", detail=f"{type(error).__name__}: {error}"[:200])


def _module_of(request: DecodeRequest) -> str:
    return MODULES.get(request.format) or MODULES[request.family]

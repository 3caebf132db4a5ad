"""Judges the files that stand inside a file: attachments of a PDF, objects of an Office document.

Each one passes the antivirus, the decoder of its true type and the policy rules, like a file that
was sent alone. What may not be sent alone but does no harm may stand inside: the XML of an invoice
(Factur-X), data of a program, a type that nobody knows.
"""

import tempfile
import time
from dataclasses import dataclass, field
from typing import IO

from attachments.decoder.protocol import EmbeddedFile
from attachments.scanning import verdict
from attachments.scanning.sandbox import Decoded, decoding
from attachments.scanning.verdict import ScanVerdict
from attachments.uploads.formats import PROGRAMS, UNKNOWN, extension_of, format_named, format_of
from core.text import visible_line

DEPTH_MAX = 3
FILES_MAX = 100
# From the beginning of the analysis. With the decoder of the last inner file it is less than the
# time limit of a task (CELERY_TASK_SOFT_TIME_LIMIT).
SECONDS_MAX = 30.0
CHUNK_BYTES = 1024 * 1024
# Why a file could not be sent alone, though it does no harm where it stands.
HARMLESS_INSIDE = frozenset(
    {"type_not_allowed", "name_and_type_differ", "unreadable", "location_not_removable"}
)
# Endings that the computer of a reader runs. Office calls its own objects `.bin`.
RUN_AT_A_CLICK = PROGRAMS - {"bin"}


@dataclass
class Budget:
    """How many more inner files may be judged, at any depth, and until when."""

    files: int = FILES_MAX
    deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS_MAX)

    def spend(self) -> bool:
        """Count one file. Return False when there were too many, or when time is over."""
        self.files -= 1
        return self.files >= 0 and self.seconds_left > 0

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()


def objection_to_embedded(decoded: Decoded, budget: Budget, depth: int = 1) -> ScanVerdict | None:
    """Judge the files that a decoder took out of a file; return the verdict against one, or None.

    The reason is that of the inner file, and the detail names it. Raises AntivirusAway when the
    antivirus is configured or required and does not answer.
    """
    for entry in decoded.report.embedded:
        if depth > DEPTH_MAX or not budget.spend():
            return _naming(entry, verdict.rejected("too_complex", "too much inside"))
        with tempfile.TemporaryFile() as file:
            _copy(decoded.embedded, entry, file)
            if objection := _objection(file, entry, budget, depth):
                return _naming(entry, objection)
    return None


def _objection(
    file: IO[bytes], entry: EmbeddedFile, budget: Budget, depth: int
) -> ScanVerdict | None:
    extension = extension_of(entry.name)
    if objection := verdict.objection_to_bytes(file, within=budget.seconds_left):
        return objection
    if extension in RUN_AT_A_CLICK:
        return verdict.rejected("executable", extension)
    announced = format_of(entry.name) or UNKNOWN
    with decoding(
        file, announced, extension=extension, keeps_location=True, is_embedded=True
    ) as decoded:
        format = format_named(decoded.report.format)
        objection = verdict.objection_to_contents(file, decoded, format)
        if objection and objection.reason not in HARMLESS_INSIDE:
            return objection
        return objection_to_embedded(decoded, budget, depth + 1)


def _copy(source: IO[bytes], entry: EmbeddedFile, target: IO[bytes]) -> None:
    source.seek(entry.offset)
    left = entry.size
    while chunk := source.read(min(left, CHUNK_BYTES)):
        target.write(chunk)
        left -= len(chunk)
    target.flush()


def _naming(entry: EmbeddedFile, objection: ScanVerdict) -> ScanVerdict:
    detail = f"{visible_line(entry.name)[:80]}: {objection.detail}"[:200]
    return verdict.rejected(objection.reason, detail)

"""One pass over a file: read once, judged, and what may be shown of it written where it is served.

What was scanned is what is served: the bytes are read from quarantine once into a file without a
name, and that very file is judged, decoded and uploaded. Sending other bytes to the quarantine
meanwhile changes nothing.
"""

import hashlib
import tempfile
from dataclasses import dataclass, field
from typing import IO, Any

from attachments.decoder.protocol import PREVIEW_TYPE
from attachments.models import Attachment
from attachments.scanning import verdict
from attachments.scanning.sandbox import Decoded, decoding
from attachments.scanning.verdict import ScanVerdict
from attachments.storage import objects
from attachments.uploads.formats import Format, format_named
from core.jobs import progress
from core.jobs.lease import Lease

# Reading, checking, storing: as the dashboard shows a file that takes long.
STEPS = 3


@dataclass(frozen=True)
class AnalysisResult:
    """What an analysis leads to, not yet recorded (`actions.record`)."""

    lease: Lease
    scan_verdict: ScanVerdict
    shown: dict[str, Any] = field(default_factory=dict)


def examine(attachment: Attachment, lease: Lease) -> AnalysisResult:
    """Judge a file in quarantine and write what may be served of it.

    Running twice writes the same objects. Raises StorageAway and AntivirusAway.
    """
    format = format_named(attachment.format)
    with tempfile.TemporaryFile() as file:
        if objection := _fetched(attachment, file) or verdict.objection_to_bytes(file, format):
            return AnalysisResult(lease, objection)
        return _opened(attachment, lease, file, format)


def _fetched(attachment: Attachment, file: IO[bytes]) -> ScanVerdict | None:
    """Copy the file out of quarantine; return an objection when it is not what was announced."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in objects.chunks(objects.quarantine_key(attachment.pk)):
            size += len(chunk)
            if size > attachment.size:
                return verdict.rejected("changed", "longer than announced")
            digest.update(chunk)
            file.write(chunk)
            progress.step(size, attachment.size, "reading")
    except objects.Missing:
        return verdict.rejected("never_received", "gone from quarantine")
    if digest.digest() != bytes(attachment.sha256):
        return verdict.rejected("changed", "another check sum")
    return None


def _opened(
    attachment: Attachment, lease: Lease, file: IO[bytes], format: Format
) -> AnalysisResult:
    progress.step(1, STEPS, "checking")
    with decoding(file, format, keeps_location=attachment.keeps_location) as decoded:
        if objection := verdict.objection_to_contents(decoded, format):
            return AnalysisResult(lease, objection)
        progress.step(2, STEPS, "storing")
        _publish(attachment, file, decoded, format)
        return AnalysisResult(lease, verdict.accepted(), _shown(decoded))


def _publish(attachment: Attachment, file: IO[bytes], decoded: Decoded, format: Format) -> None:
    for version, content, content_type in _versions(file, decoded, format):
        key = objects.file_key(attachment.pk, version)
        objects.write(key, content, content_type=content_type)


def _versions(
    file: IO[bytes], decoded: Decoded, format: Format
) -> list[tuple[str, IO[bytes], str]]:
    versions = [(objects.ORIGINAL, file, format.content_type)]
    if decoded.report.location == Attachment.Location.REMOVED:
        versions.append((objects.SHARED, decoded.shared, format.content_type))
    if decoded.report.has_preview:
        for size_px, preview in decoded.previews.items():
            versions.append((objects.preview_version(size_px), preview, PREVIEW_TYPE))
    return versions


def _shown(decoded: Decoded) -> dict[str, Any]:
    report = decoded.report
    is_removed = report.location == Attachment.Location.REMOVED
    return {
        "width": report.width,
        "height": report.height,
        "placeholder": report.placeholder,
        "has_preview": report.has_preview,
        "location": report.location,
        "shared_size": decoded.shared.seek(0, 2) if is_removed else None,
    }

"""One pass over a file: read once, judged, and what may be shown of it written where it is served.

What was scanned is what is served: the bytes are read from quarantine once into a file without a
name, and that very file is judged, decoded and uploaded. Sending other bytes to the quarantine
meanwhile changes nothing.
"""

import hashlib
import tempfile
from dataclasses import dataclass, field
from typing import IO, Any

from attachments import scanners, storage
from attachments.decoder.order import PREVIEW_TYPE
from attachments.formats import Format, format_named
from attachments.leases import Lease
from attachments.models import Attachment
from attachments.scanners import ScanVerdict
from attachments.thumbnails import Decoded, decoding
from core.jobs import progress

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
        if objection := _fetched(attachment, file) or scanners.objection_to_bytes(file, format):
            return AnalysisResult(lease, objection)
        return _opened(attachment, lease, file, format)


def _fetched(attachment: Attachment, file: IO[bytes]) -> ScanVerdict | None:
    """Copy the file out of quarantine; return an objection when it is not what was announced."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in storage.chunks(storage.quarantine_key(attachment.pk)):
            size += len(chunk)
            if size > attachment.size:
                return scanners.rejected("changed", "longer than announced")
            digest.update(chunk)
            file.write(chunk)
            progress.step(size, attachment.size, "reading")
    except storage.Missing:
        return scanners.rejected("never_received", "gone from quarantine")
    if digest.digest() != bytes(attachment.sha256):
        return scanners.rejected("changed", "another check sum")
    return None


def _opened(
    attachment: Attachment, lease: Lease, file: IO[bytes], format: Format
) -> AnalysisResult:
    progress.step(1, STEPS, "checking")
    with decoding(file, format, keeps_location=attachment.keeps_location) as decoded:
        if objection := scanners.objection_to_contents(decoded, format):
            return AnalysisResult(lease, objection)
        progress.step(2, STEPS, "storing")
        _publish(attachment, file, decoded, format)
        return AnalysisResult(lease, scanners.accepted(), _shown(decoded))


def _publish(attachment: Attachment, file: IO[bytes], decoded: Decoded, format: Format) -> None:
    for version, content, content_type in _versions(file, decoded, format):
        key = storage.file_key(attachment.pk, version)
        storage.write(key, content, content_type=content_type)


def _versions(
    file: IO[bytes], decoded: Decoded, format: Format
) -> list[tuple[str, IO[bytes], str]]:
    versions = [(storage.ORIGINAL, file, format.content_type)]
    if decoded.report.location == Attachment.Location.REMOVED:
        versions.append((storage.SHARED, decoded.shared, format.content_type))
    if decoded.report.has_preview:
        for size_px, preview in decoded.previews.items():
            versions.append((storage.preview_version(size_px), preview, PREVIEW_TYPE))
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

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
from attachments.scanners import Judgement
from attachments.thumbnails import Looked, looked_at
from core import progress

# Reading, checking, storing: as the dashboard shows a file that takes long.
STEPS = 3


@dataclass(frozen=True)
class Finding:
    """What an analysis leads to, not yet recorded (`actions.record`)."""

    lease: Lease
    judgement: Judgement
    shown: dict[str, Any] = field(default_factory=dict)


def examine(attachment: Attachment, lease: Lease) -> Finding:
    """Judge a file in quarantine and write what may be served of it.

    Running twice writes the same objects. Raises StorageAway and AntivirusAway.
    """
    format = format_named(attachment.format)
    with tempfile.TemporaryFile() as file:
        if objection := _fetched(attachment, file) or scanners.objection_to_bytes(file, format):
            return Finding(lease, objection)
        return _opened(attachment, lease, file, format)


def _fetched(attachment: Attachment, file: IO[bytes]) -> Judgement | None:
    """Copy the file out of quarantine; return an objection when it is not what was announced."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in storage.chunks(storage.quarantine_key(attachment.pk)):
            size += len(chunk)
            if size > attachment.size:
                return scanners.against("changed", "longer than announced")
            digest.update(chunk)
            file.write(chunk)
            progress.step(size, attachment.size, "reading")
    except storage.Missing:
        return scanners.against("never_received", "gone from quarantine")
    if digest.digest() != bytes(attachment.sha256):
        return scanners.against("changed", "another check sum")
    return None


def _opened(attachment: Attachment, lease: Lease, file: IO[bytes], format: Format) -> Finding:
    progress.step(1, STEPS, "checking")
    with looked_at(file, format, keeps_location=attachment.keeps_location) as looked:
        if objection := scanners.objection_to_contents(looked, format):
            return Finding(lease, objection)
        progress.step(2, STEPS, "storing")
        _publish(attachment, file, looked, format)
        return Finding(lease, scanners.in_favour(), _shown(looked))


def _publish(attachment: Attachment, file: IO[bytes], looked: Looked, format: Format) -> None:
    for version, content, content_type in _versions(file, looked, format):
        key = storage.file_key(attachment.pk, version)
        storage.write(key, content, content_type=content_type)


def _versions(file: IO[bytes], looked: Looked, format: Format) -> list[tuple[str, IO[bytes], str]]:
    versions = [(storage.ORIGINAL, file, format.content_type)]
    if looked.report.location == Attachment.Location.REMOVED:
        versions.append((storage.SHARED, looked.shared, format.content_type))
    if looked.report.has_preview:
        for size_px, preview in looked.previews.items():
            versions.append((storage.preview_version(size_px), preview, PREVIEW_TYPE))
    return versions


def _shown(looked: Looked) -> dict[str, Any]:
    report = looked.report
    is_removed = report.location == Attachment.Location.REMOVED
    return {
        "width": report.width,
        "height": report.height,
        "placeholder": report.placeholder,
        "has_preview": report.has_preview,
        "location": report.location,
        "shared_size": looked.shared.seek(0, 2) if is_removed else None,
    }

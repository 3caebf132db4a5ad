"""The analysis of a file: read it from quarantine, judge it, write what is served of it.

The bytes that were judged are the bytes that are served. They are read from quarantine once, into
a temporary file without a name, which is judged, decoded and uploaded. Other bytes sent to
quarantine during the analysis change nothing.
"""

import hashlib
import tempfile
from dataclasses import dataclass, field, replace
from typing import IO, TypedDict

from attachments.decoder.protocol import PREVIEW_TYPE
from attachments.models import Attachment
from attachments.scanning import verdict
from attachments.scanning.embedded import Budget, objection_to_embedded
from attachments.scanning.sandbox import Decoded, decoding
from attachments.scanning.verdict import ScanVerdict
from attachments.storage import objects
from attachments.uploads.filenames import with_extension_of
from attachments.uploads.formats import Format, extension_of, format_named
from core.jobs import progress
from core.jobs.lease import Lease

# Reading, checking, storing. The dashboard shows the current step.
STEPS = 3


class Shown(TypedDict, total=False):
    """The columns of an attachment that its decoder fills; none for a file that is not ready."""

    name: str
    format: str
    content_type: str
    kind: str
    width: int | None
    height: int | None
    placeholder: str
    has_preview: bool
    location: str
    shared_size: int | None


@dataclass(frozen=True)
class AnalysisResult:
    """The verdict on a file and the columns to show; not recorded yet (`actions.record`)."""

    lease: Lease
    scan_verdict: ScanVerdict
    shown: Shown = field(default_factory=Shown)
    # The file was ready before: only a danger takes it back.
    is_again: bool = False


def examine(attachment: Attachment, lease: Lease) -> AnalysisResult:
    """Judge a file in quarantine, or again one that is served, and write what may be served of it.

    A second run writes the same objects. Raises StorageAway or AntivirusAway.
    """
    result = _examined(attachment, lease)
    return replace(result, is_again=attachment.status == Attachment.Status.READY)


def _examined(attachment: Attachment, lease: Lease) -> AnalysisResult:
    budget = Budget()
    with tempfile.TemporaryFile() as file:
        if objection := _fetched(attachment, file) or verdict.objection_to_bytes(file):
            return AnalysisResult(lease, objection)
        return _opened(attachment, lease, file, budget)


def _fetched(attachment: Attachment, file: IO[bytes]) -> ScanVerdict | None:
    """Copy the file from quarantine. Return an objection when it is not the announced one."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in objects.chunks(_key(attachment)):
            size += len(chunk)
            if size > attachment.size:
                return verdict.rejected("changed", "longer than announced")
            digest.update(chunk)
            file.write(chunk)
            progress.step(size, attachment.size, "reading")
    except objects.Missing:
        return verdict.rejected("never_received", "gone from the bucket")
    if digest.digest() != bytes(attachment.sha256):
        return verdict.rejected("changed", "another check sum")
    return None


def _key(attachment: Attachment) -> str:
    if attachment.status == Attachment.Status.READY:
        return objects.file_key(attachment.pk, objects.ORIGINAL)
    return objects.quarantine_key(attachment.pk)


def _opened(
    attachment: Attachment, lease: Lease, file: IO[bytes], budget: Budget
) -> AnalysisResult:
    progress.step(1, STEPS, "checking")
    announced = format_named(attachment.format)
    with decoding(
        file,
        announced,
        extension=extension_of(attachment.name),
        keeps_location=attachment.keeps_location,
    ) as decoded:
        format = format_named(decoded.report.format) if decoded.report.format else announced
        if objection := verdict.objection_to_contents(
            file, decoded, format
        ) or objection_to_embedded(decoded, budget):
            return AnalysisResult(lease, objection)
        progress.step(2, STEPS, "storing")
        _publish(attachment, file, decoded, format)
        return AnalysisResult(lease, verdict.accepted(), _shown(attachment, decoded, format))


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


def _shown(attachment: Attachment, decoded: Decoded, format: Format) -> Shown:
    report = decoded.report
    is_removed = report.location == Attachment.Location.REMOVED
    return {
        "name": with_extension_of(format, attachment.name),
        "format": format.name,
        "content_type": format.content_type,
        "kind": format.kind,
        "width": report.width,
        "height": report.height,
        "placeholder": report.placeholder,
        "has_preview": report.has_preview,
        "location": report.location,
        "shared_size": decoded.shared.seek(0, 2) if is_removed else None,
    }

"""Compares the objects of the bucket with the rows, both ways."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX
from attachments.storage import hold, objects
from attachments.storage.objects import Listed

# Younger objects are left to `cleanup`, which deletes them after 24 h and runs every hour.
GRACE = timedelta(hours=25)
BATCH = 1000


@dataclass
class Audit:
    """Rows by id with the keys of the objects they miss, and keys without a row."""

    missing: dict[UUID, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.missing and not self.unknown


def audit() -> Audit:
    """List the whole bucket and every row. Takes minutes on a large bucket."""
    found: set[str] = set()
    result = Audit()
    for batch in _batches(objects.listed("")):
        result.unknown += _unknown(batch)
        found.update(item.key for item in batch)
    for attachment in queries.stored_attachments():
        if missing := [key for key in expected_keys(attachment) if key not in found]:
            result.missing[attachment.pk] = missing
    return result


def delete_unknown(found: Audit) -> bool:
    """Delete the objects without a row. Return False, with some left, while a backup runs."""
    while found.unknown:
        with hold.deletion() as is_allowed:
            if not is_allowed:
                return False
            objects.delete(found.unknown[:BATCH])
        del found.unknown[:BATCH]
    return True


@dataclass(frozen=True)
class Kept:
    """Where the objects of a file are (`objects.place_of`), and the keys of those it must have."""

    places: list[str]
    required: list[str]


def kept() -> Iterator[Kept]:
    """Yield the objects of each file that is not thrown away.

    Not all are required: the original of a file that was taken back, bytes that have just arrived.
    """
    for attachment in Attachment.objects.filter(discarded_at=None).order_by("pk").iterator():
        served = objects.file_key(attachment.pk, "").rstrip("/")
        sent = objects.quarantine_key(attachment.pk)
        if attachment.status == Attachment.Status.READY:
            yield Kept([served], expected_keys(attachment))
        elif attachment.status == Attachment.Status.SCANNING:
            yield Kept([served, sent], [sent])
        elif attachment.status == Attachment.Status.UPLOADING:
            yield Kept([sent], [])
        else:
            yield Kept([served], [])


def expected_keys(attachment: Attachment) -> list[str]:
    """Return the keys of the objects that a ready file must have."""
    versions = [objects.ORIGINAL]
    if attachment.location == Attachment.Location.REMOVED:
        versions.append(objects.SHARED)
    if attachment.has_preview:
        versions += [objects.preview_version(size_px) for size_px in PREVIEW_SIZES_PX]
    return [objects.file_key(attachment.pk, version) for version in versions]


def _unknown(batch: list[Listed]) -> list[str]:
    owners = {item.key: objects.owner_of(item.key) for item in batch}
    known = queries.known_ids({owner for owner in owners.values() if owner})
    before = timezone.now() - GRACE
    return [
        item.key
        for item in batch
        if owners[item.key] not in known
        and item.modified_at < before
        # Rows of other apps know these.
        and not item.key.startswith((objects.SEALED, objects.EXPORTS))
    ]


def _batches(items: Iterator[Listed]) -> Iterator[list[Listed]]:
    batch: list[Listed] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch

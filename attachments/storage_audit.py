"""Compares the objects of the bucket with the rows, both ways."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX
from attachments.storage import objects
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
        and not item.key.startswith(objects.SEALED)
    ]


def _batches(items: Iterator[Listed]) -> Iterator[list[Listed]]:
    batch: list[Listed] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch

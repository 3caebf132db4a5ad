"""The files of an export: which of them it holds, in which version, and under which path."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX
from attachments.storage import objects
from attachments.storage.objects import Missing
from messaging.exporting.paths import Place

SMALL_PX = min(PREVIEW_SIZES_PX)


@dataclass(frozen=True)
class Copies:
    """`with_files` is what the person chose; `reader_id` decides who gets a photo's location."""

    reader_id: UUID
    with_files: bool

    def is_held(self, file: Attachment) -> bool:
        return self.with_files and file.status == Attachment.Status.READY

    def path_of(self, place: Place, owner: str, file: Attachment) -> str | None:
        """Return the path of a file in the ZIP; None if it is not there."""
        if not self.is_held(file):
            return None
        return place.file(owner, file.position or 0, file)

    def is_shared(self, file: Attachment) -> bool:
        """Tell whether the reader gets a copy without the location, as on the screen."""
        return not file.original_is_for(self.reader_id)

    def content(self, file: Attachment) -> Iterator[bytes]:
        """Read a file in chunks. Raises Missing or StorageAway."""
        version = objects.SHARED if self.is_shared(file) else objects.ORIGINAL
        return objects.chunks(objects.file_key(file.pk, version))


def preview(file: Attachment) -> bytes | None:
    """Return the small preview of a file; None if it has none. Raises StorageAway."""
    if not file.has_preview or file.status != Attachment.Status.READY:
        return None
    try:
        key = objects.file_key(file.pk, objects.preview_version(SMALL_PX))
        return b"".join(objects.chunks(key))
    except Missing:
        return None

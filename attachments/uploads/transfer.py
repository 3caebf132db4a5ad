"""How a browser sends a file straight to the bucket, and the check that it has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments.models import Attachment
from attachments.storage import multipart, objects, presigned
from core.web.errors import Refusal

# One request carries at most a part: by default 8 MiB, which is an hour at 19 kbit/s. The address
# is signed for exactly the announced bytes, so a long life does no harm.
URL_LIFETIME = timedelta(hours=1)


class UploadIncomplete(Refusal):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "upload_incomplete"
    default_detail = _("This file has not arrived in full. Send it again.")


class UploadDiffers(Refusal):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "upload_differs"
    default_detail = _("What arrived is not the file that was announced. Send it again.")


class UploadOver(Refusal):
    default_code = "upload_over"
    default_detail = _("This file has already been received.")


class UnknownPart(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_part"
    default_detail = _("This part is not of this file.")


@dataclass(frozen=True)
class WantedPart:
    """A part that a browser is about to send; the first is number 1."""

    number: int
    sha256: bytes


@dataclass(frozen=True)
class SignedPart:
    number: int
    size: int
    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Upload:
    """How to send a file: by one PUT (`url`, `headers`), or in parts that are signed one by one."""

    method: str
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    part_size: int | None = None
    part_count: int | None = None


def is_in_parts(size: int) -> bool:
    return size > int(settings.ATTACHMENT_PART_BYTES)


def begin(attachment: Attachment) -> str:
    """Open a multipart upload and return its id. Raises StorageAway."""
    key = objects.quarantine_key(attachment.pk)
    return multipart.start_multipart(key, content_type=attachment.content_type)


def instructions(attachment: Attachment) -> Upload | None:
    """Return how to send a file, or None once its bytes were completed."""
    if attachment.status != Attachment.Status.UPLOADING:
        return None
    if attachment.is_multipart:
        count = part_count(attachment.size)
        return Upload("multipart", part_size=settings.ATTACHMENT_PART_BYTES, part_count=count)
    url, headers = presigned.presigned_put(
        objects.quarantine_key(attachment.pk),
        size=attachment.size,
        content_type=attachment.content_type,
        sha256=bytes(attachment.sha256),
        lifetime=URL_LIFETIME,
    )
    return Upload("PUT", url=url, headers=headers, expires_at=timezone.now() + URL_LIFETIME)


def sign(attachment: Attachment, wanted: Sequence[WantedPart]) -> list[SignedPart]:
    """Return a presigned request for each part. Raises UnknownPart for a number out of range."""
    key = objects.quarantine_key(attachment.pk)
    signed = []
    for part in wanted:
        size = part_size(attachment.size, part.number)
        url, headers = presigned.presigned_part(
            key,
            attachment.upload_id,
            part.number,
            size=size,
            sha256=part.sha256,
            lifetime=URL_LIFETIME,
        )
        signed.append(SignedPart(part.number, size, url, headers))
    return signed


def received(attachment: Attachment) -> list[multipart.Part]:
    """Return the parts that have arrived in full, by number. Raises StorageAway."""
    try:
        parts = multipart.received_parts(
            objects.quarantine_key(attachment.pk), attachment.upload_id
        )
    except objects.Missing:
        return []
    count = part_count(attachment.size)
    return [
        part
        for part in parts
        if part.number <= count and part.size == part_size(attachment.size, part.number)
    ]


def verify(attachment: Attachment) -> None:
    """Join the parts to one object, and check that quarantine holds the announced bytes.

    Raises UploadIncomplete, UploadDiffers or StorageAway. S3 has no SHA-256 of a file that was
    sent in parts: the analysis computes it.
    """
    if attachment.is_multipart:
        _join(attachment)
    try:
        found = objects.stored(objects.quarantine_key(attachment.pk))
    except objects.Missing as error:
        raise UploadIncomplete from error
    if found.size != attachment.size:
        raise UploadDiffers
    if found.sha256 is not None and found.sha256 != bytes(attachment.sha256):
        raise UploadDiffers


def part_count(size: int) -> int:
    return ceil(size / int(settings.ATTACHMENT_PART_BYTES))


def part_size(size: int, number: int) -> int:
    """Return the size in bytes of a part, counted from 1. Raises UnknownPart."""
    count = part_count(size)
    if not 1 <= number <= count:
        raise UnknownPart
    whole: int = settings.ATTACHMENT_PART_BYTES
    return whole if number < count else size - whole * (count - 1)


def _join(attachment: Attachment) -> None:
    key = objects.quarantine_key(attachment.pk)
    if _is_stored(key):
        # An earlier request joined them, and its answer was lost.
        return
    parts = received(attachment)
    if len(parts) < part_count(attachment.size):
        raise UploadIncomplete
    try:
        multipart.complete_multipart(key, attachment.upload_id, parts)
    except objects.Missing as error:
        if not _is_stored(key):
            raise UploadIncomplete from error


def _is_stored(key: str) -> bool:
    try:
        objects.stored(key)
    except objects.Missing:
        return False
    return True

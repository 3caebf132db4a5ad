"""Announces a file: checks its name and size, records it once, within the volume of a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments import queries
from attachments.models import Attachment
from attachments.uploads import refusals, transfer
from attachments.uploads.filenames import clean_name, with_extension_of
from attachments.uploads.formats import (
    UNKNOWN,
    Format,
    extension_of,
    format_named,
    format_of,
    is_known_extension,
)
from core.ids import new_id
from core.models import User
from core.web.errors import Refusal, TooMany

ONE_DAY = timedelta(days=1)


class AttachmentTooLarge(Refusal):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "attachment_too_large"


class TypeNotAllowed(Refusal):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "type_not_allowed"
    default_detail = _("This kind of file cannot be sent: send a photo or a PDF instead.")


class AttachmentEmpty(Refusal):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "attachment_empty"
    default_detail = _("This file is empty: choose it again.")


class AttachmentConflict(Refusal):
    default_code = "attachment_conflict"
    default_detail = _("This was already used for another file. Choose the file again.")


class DailyVolumeReached(TooMany):
    default_code = "daily_volume_reached"
    default_detail = _("You have sent a great deal today. Send the rest tomorrow.")


@dataclass(frozen=True)
class Wanted:
    """A file that a person is about to send. `size` in bytes; the caller may choose the id."""

    name: str
    size: int
    sha256: bytes
    keeps_location: bool = False
    id: UUID | None = None


class Opened(NamedTuple):
    attachment: Attachment
    is_new: bool


def open_upload(*, uploader: User, wanted: Wanted, allow_parts: bool = True) -> Opened:
    """Announce a file; `transfer.instructions` then says how to send it.

    A file larger than a part opens a multipart upload, unless `allow_parts` is false. The same id
    and file announced again gives back the first one. Raises AttachmentEmpty, AttachmentTooLarge,
    TypeNotAllowed, DailyVolumeReached, AttachmentConflict or StorageAway.
    """
    name = clean_name(wanted.name)
    # Before the checks: what was accepted stays so, whatever the limits are now.
    if earlier := _announced(uploader, wanted, name):
        return Opened(earlier, is_new=False)
    format = _checked(name, wanted)
    attachment = _new(uploader, wanted, name, format)
    if allow_parts and transfer.is_in_parts(wanted.size):
        # Before the row: an upload that the bucket does not open leaves no row. An upload that
        # was opened without its row is ended by `cleanup`.
        attachment.upload_id = transfer.begin(attachment)
    try:
        _record_announced(attachment)
    except IntegrityError as error:
        # A simultaneous announcement was faster, or the id is of another person's file.
        if earlier := _announced(uploader, wanted, name):
            return Opened(earlier, is_new=False)
        raise AttachmentConflict from error
    return Opened(attachment, is_new=True)


def _checked(name: str, wanted: Wanted) -> Format:
    if wanted.size > settings.ATTACHMENT_MAX_BYTES:
        megabytes = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise AttachmentTooLarge(
            _("This file is larger than %(megabytes)d MB: send a smaller version of it.")
            % {"megabytes": megabytes}
        )
    if wanted.size == 0:
        raise AttachmentEmpty
    return announced_format(name)


def announced_format(name: str) -> Format:
    """Return what a name announces. An unknown ending, or none, waits for the bytes."""
    format, extension = format_of(name), extension_of(name)
    if format is None and is_known_extension(extension):
        raise TypeNotAllowed(refusals.sentence_of_extension(extension))
    return format or UNKNOWN


def _announced(uploader: User, wanted: Wanted, name: str) -> Attachment | None:
    if wanted.id is None:
        return None
    earlier = Attachment.objects.filter(pk=wanted.id).first()
    if earlier is None:
        return None
    # Once its bytes were seen its name may have another extension.
    renamed = with_extension_of(format_named(earlier.format), name)
    is_same = (earlier.uploader_id, earlier.size, bytes(earlier.sha256)) == (
        uploader.pk, wanted.size, wanted.sha256,
    ) and earlier.name in (name, renamed)  # fmt: skip
    if not is_same or earlier.discarded_at is not None:
        raise AttachmentConflict
    return earlier


def _new(uploader: User, wanted: Wanted, name: str, format: Format) -> Attachment:
    return Attachment(
        id=wanted.id or new_id(),
        uploader=uploader,
        name=name,
        size=wanted.size,
        sha256=wanted.sha256,
        format=format.name,
        content_type=format.content_type,
        kind=format.kind,
        keeps_location=wanted.keeps_location,
    )


@transaction.atomic
def _record_announced(attachment: Attachment) -> None:
    """Insert the row. Lock its uploader, so that simultaneous ones cannot pass the daily volume."""
    uploader = User.objects.select_for_update(no_key=True).get(pk=attachment.uploader_id)
    now = timezone.now()
    sent = queries.sizes_sent_since(uploader, now - ONE_DAY)
    excess = sum(size for _at, size in sent) + attachment.size - settings.ATTACHMENT_DAILY_BYTES
    if excess > 0:
        raise DailyVolumeReached(_wait_for(excess, sent, now))
    attachment.save(force_insert=True)


def _wait_for(excess: int, sent: list[tuple[datetime, int]], now: datetime) -> timedelta:
    """Return the time until enough of what was sent, the oldest first, is older than a day."""
    for at, size in sent:
        excess -= size
        if excess <= 0:
            return at + ONE_DAY - now
    return ONE_DAY

"""What is done with a file: one short transaction each; the bucket is asked outside of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments import analysis, leases, queries, scanners, storage, uploads
from attachments.analysis import AnalysisResult
from attachments.clamd import AntivirusAway
from attachments.formats import Format, format_of
from attachments.models import Attachment
from attachments.names import clean_name
from attachments.scanners import ScanVerdict
from attachments.storage import StorageAway
from core.ids import new_id
from core.jobs.enqueue import Job, enqueue
from core.models import User
from core.web.errors import Refusal, TooMany

Status = Attachment.Status
ONE_DAY = timedelta(days=1)
# The state in which a file fails for each reason; in another one meanwhile, it does not.
FAILS_WHILE = {
    "cancelled": Status.UPLOADING,
    "never_received": Status.UPLOADING,
    "analysis_failed": Status.SCANNING,
}

logger = structlog.get_logger(__name__)


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


class UnknownAttachment(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_attachment"
    default_detail = _("One of these files is no longer there. Choose it again.")


class AlreadySent(Refusal):
    default_code = "attachment_sent"
    default_detail = _("This file is already in a message.")


@dataclass(frozen=True)
class Wanted:
    """A file that a person is about to send, as announced."""

    name: str
    size: int
    sha256: bytes
    keeps_location: bool = False
    id: UUID | None = None


class Opened(NamedTuple):
    attachment: Attachment
    is_new: bool


# --- Sending a file -------------------------------------------------------------------------------


def open_upload(*, uploader: User, wanted: Wanted) -> Opened:
    """Announce a file; `uploads.instructions` then says how to send it.

    The same id and file announced again gives back the first one. Raises AttachmentEmpty,
    AttachmentTooLarge, TypeNotAllowed, DailyVolumeReached, AttachmentConflict or StorageAway.
    """
    name = clean_name(wanted.name)
    format = _checked(name, wanted)
    if earlier := _announced(uploader, wanted, name):
        return Opened(earlier, is_new=False)
    attachment = _new(uploader, wanted, name, format)
    # Before the row: an upload that the bucket would not begin leaves no row behind. One that
    # begins without its row is found by `clean`.
    attachment.upload_id = uploads.begin(attachment)
    try:
        _record_announced(attachment)
    except IntegrityError as error:
        # The same announcement a moment ago, on another thread; or another person's id.
        if earlier := _announced(uploader, wanted, name):
            return Opened(earlier, is_new=False)
        raise AttachmentConflict from error
    return Opened(attachment, is_new=True)


def request_analysis(attachment_id: UUID, *, is_claimed: bool) -> Attachment | None:
    """Take note that the bytes have arrived (`uploads.verify`), and order their analysis.

    Like `record`, None when there is nothing to write under these conditions.
    """
    waiting = Attachment.objects.filter(
        pk=attachment_id, status=Status.UPLOADING, claimed_at__isnull=not is_claimed
    )
    now = timezone.now()
    if not waiting.update(status=Status.SCANNING, uploaded_at=now, due_at=now):
        return None
    enqueue(Job.ANALYSE_ATTACHMENT, attachment_id=attachment_id)
    return Attachment.objects.get(pk=attachment_id)


@transaction.atomic
def discard(attachment: Attachment) -> None:
    """Withdraw a file that is in no message yet; raises AlreadySent."""
    unclaimed = Attachment.objects.filter(pk=attachment.pk, claimed_at=None)
    if not unclaimed.update(discarded_at=timezone.now(), due_at=None):
        raise AlreadySent


def claim(ids: Sequence[UUID], *, by: User) -> list[Attachment]:
    """Take a person's own unsent files for a message, in the order given.

    Whatever their state: a text does not wait for its files. Within the message's transaction.
    Raises UnknownAttachment when one of them is not there, not theirs or already in a message.
    """
    mine = queries.unclaimed_of(by).select_for_update(no_key=True)
    found = {attachment.pk: attachment for attachment in mine.filter(pk__in=ids).order_by("pk")}
    if len(found) != len(ids):
        raise UnknownAttachment
    Attachment.objects.filter(pk__in=ids).update(claimed_at=timezone.now())
    return [found[attachment_id] for attachment_id in ids]


# --- Analysing it ---------------------------------------------------------------------------------


def analyse(attachment_id: UUID) -> AnalysisResult | None:
    """Judge a file that the caller holds and write what may be served; None when nothing is owed.

    The result is not recorded: whoever shows the file does that (`record`), in one transaction
    with what the screens are told. Raises StorageAway or AntivirusAway after putting it off.
    """
    attachment = queries.leased_attachment(attachment_id)
    if attachment is None:
        return None
    with leases.renewed(attachment) as lease:
        try:
            return analysis.examine(attachment, lease)
        except (StorageAway, AntivirusAway) as error:
            leases.postpone(lease, error, attempts=attachment.attempts)
            raise
        except Exception:
            # A surprise goes on to the worker, which notes it in the row it holds until then.
            leases.restore(lease, attachment.leased_until)
            raise


def record(result: AnalysisResult, *, is_claimed: bool) -> Attachment | None:
    """Write down what an analysis found; None when another worker has it by now.

    None too when the file was, or was not, put in a message meanwhile, unlike `is_claimed` says:
    look again.
    """
    held = leases.rows_under(result.lease).filter(claimed_at__isnull=not is_claimed)
    if not held.update(**_recorded(result.scan_verdict), **result.shown):
        return None
    attachment = Attachment.objects.get(pk=result.lease.attachment_id)
    transaction.on_commit(lambda: _forget_quarantined(attachment))
    return attachment


def record_failure(attachment_id: UUID, reason: str, *, is_claimed: bool) -> Attachment | None:
    """Give up on a file for a reason of `attachments.reasons`; None as for `record`."""
    waiting = Attachment.objects.filter(
        pk=attachment_id, status=FAILS_WHILE[reason], claimed_at__isnull=not is_claimed
    )
    if not waiting.update(**_recorded(scanners.rejected(reason))):
        return None
    return Attachment.objects.get(pk=attachment_id)


# --- Steps of several actions ---------------------------------------------------------------------


def _checked(name: str, wanted: Wanted) -> Format:
    if wanted.size > settings.ATTACHMENT_MAX_BYTES:
        megabytes = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise AttachmentTooLarge(
            _("This file is larger than %(megabytes)d MB: send a smaller version of it.")
            % {"megabytes": megabytes}
        )
    if wanted.size == 0:
        raise AttachmentEmpty
    format = format_of(name)
    if format is None:
        raise TypeNotAllowed
    return format


def _announced(uploader: User, wanted: Wanted, name: str) -> Attachment | None:
    if wanted.id is None:
        return None
    earlier = Attachment.objects.filter(pk=wanted.id).first()
    if earlier is None:
        return None
    is_same = (earlier.uploader_id, earlier.name, earlier.size, bytes(earlier.sha256)) == (
        uploader.pk, name, wanted.size, wanted.sha256,
    )  # fmt: skip
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
    """Insert the row, within its uploader's daily volume, exact among simultaneous requests."""
    uploader = User.objects.select_for_update(no_key=True).get(pk=attachment.uploader_id)
    sent = queries.bytes_sent_since(uploader, timezone.now() - ONE_DAY)
    if sent + attachment.size > settings.ATTACHMENT_DAILY_BYTES:
        raise DailyVolumeReached(ONE_DAY)
    attachment.save(force_insert=True)


def _recorded(scan_verdict: ScanVerdict) -> dict[str, Any]:
    return {
        "status": scan_verdict.status,
        "verdict": scan_verdict.verdict,
        "reason_code": scan_verdict.reason,
        "detail": scan_verdict.detail[:200],
        "settled_at": timezone.now(),
        "due_at": None,
        "leased_until": None,
        "last_error": "",
    }


def _forget_quarantined(attachment: Attachment) -> None:
    """Delete what was sent, now that what is served is elsewhere; its lifecycle does it too."""
    try:
        storage.delete([storage.quarantine_key(attachment.pk)])
    except StorageAway as error:
        logger.warning("quarantine_not_deleted", attachment=str(attachment.pk), error=str(error))

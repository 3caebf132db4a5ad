"""Writes of a file's row, one short transaction each. The bucket is asked outside of them."""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments import cleanup, queries
from attachments.models import Attachment
from attachments.scanning import lease_renewal, pipeline, verdict
from attachments.scanning.clamd import AntivirusAway
from attachments.scanning.pipeline import AnalysisResult
from attachments.scanning.slots import DecodersBusy
from attachments.scanning.verdict import ScanVerdict
from attachments.storage import hold, objects
from attachments.storage.objects import StorageAway
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import NOT_DUE, Lease, error_text, reset_attempts
from core.models import User
from core.web.errors import Refusal

Status = Attachment.Status
# The status that a file must still have to fail for each reason.
FAILS_WHILE = {
    "cancelled": Status.UPLOADING,
    "never_received": Status.UPLOADING,
    "analysis_failed": Status.SCANNING,
}

logger = structlog.get_logger(__name__)


class UnknownAttachment(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_attachment"
    default_detail = _("One of these files is no longer there. Choose it again.")

    def __init__(self, place: int) -> None:
        super().__init__()
        self.attr = f"attachments.{place}"


class AlreadySent(Refusal):
    default_code = "attachment_sent"
    default_detail = _("This file is already in a message.")


def request_analysis(attachment_id: UUID) -> Attachment | None:
    """Record that the bytes of a file have arrived, and order its analysis.

    The caller has verified them (`uploads.transfer.verify`). Return the file as it is then, or None
    if this was recorded before.
    """
    waiting = Attachment.objects.filter(pk=attachment_id, status=Status.UPLOADING)
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
    """Put a person's own files in a message that is being sent; return them in the order given.

    Called in the transaction of the message. Files in any state are claimed, since a text does
    not wait for its files. Raises UnknownAttachment for the first that does not exist, belongs to
    another person or is already in a message.
    """
    mine = queries.unclaimed_of(by).select_for_update(no_key=True)
    found = {attachment.pk: attachment for attachment in mine.filter(pk__in=ids).order_by("pk")}
    for place, attachment_id in enumerate(ids):
        if attachment_id not in found:
            raise UnknownAttachment(place)
    Attachment.objects.filter(pk__in=ids).update(claimed_at=timezone.now())
    return [found[attachment_id] for attachment_id in ids]


def analyse(attachment_id: UUID) -> AnalysisResult | None:
    """Judge a file on which the caller has a lease, and write what may be served of it.

    Return None when it needs no analysis any more. The caller records the result (`record`) in
    one transaction with what it tells the screens. Raises StorageAway, AntivirusAway or
    DecodersBusy after postponing the file.
    """
    attachment = queries.leased_attachment(attachment_id)
    if attachment is None:
        return None
    lease = Lease.of(queries.pending_attachments(), attachment)
    until = lease.leased_until
    try:
        with lease_renewal.renewed(lease):
            return pipeline.examine(attachment, lease)
    except (StorageAway, AntivirusAway, DecodersBusy) as error:
        # No fault of the file: an outage, however long, uses up no attempt.
        lease.postpone(error_text(error), longest=lease_renewal.LONGEST_BACKOFF)
        raise
    except Exception:
        # The worker notes a surprise in the row, which it knows by the end of its own lease.
        lease.renew(until)
        raise


def record(result: AnalysisResult) -> Attachment | None:
    """Record what an analysis found, and return the file; None if another worker holds it now."""
    leased = result.lease.leased_rows()
    if not leased.update(**_columns(result)):
        return None
    attachment = Attachment.objects.get(pk=result.lease.key)
    if not result.is_again:
        transaction.on_commit(lambda: _forget_quarantined(attachment))
    elif attachment.is_withdrawn:
        transaction.on_commit(lambda: cleanup.forget_copies(attachment))
    return attachment


def request_check_again(ids: Sequence[UUID], *, pace: timedelta) -> int:
    """Have ready files checked again, one after each `pace`; return how many.

    People can still open them. Spread over time, they hold up no new file.
    """
    now, count = timezone.now(), 0
    for attachment_id in ids:
        ready = Attachment.objects.filter(pk=attachment_id, status=Status.READY, due_at=None)
        count += ready.update(**reset_attempts(now + count * pace))
    return count


def record_failure(attachment_id: UUID, reason: str) -> Attachment | None:
    """Give up on a file for a reason of `attachments.scanning.reasons`, and return it.

    None if it is in another state than `FAILS_WHILE` says for this reason.
    """
    waiting = Attachment.objects.filter(pk=attachment_id, status=FAILS_WHILE[reason])
    if not waiting.update(**_recorded(verdict.rejected(reason))):
        return None
    return Attachment.objects.get(pk=attachment_id)


def _columns(result: AnalysisResult) -> dict[str, Any]:
    if not result.is_again or not result.scan_verdict.reason:
        return {**_recorded(result.scan_verdict), **result.shown}
    if result.scan_verdict.reason in verdict.DANGEROUS:
        return {**_recorded(result.scan_verdict), "is_withdrawn": True, "has_preview": False}
    # People have opened it: what we fail to read is no reason to take it away.
    logger.warning("check_again_failed", detail=result.scan_verdict.detail)
    return {"gate": verdict.GATE, "last_error": "", **NOT_DUE}


def _recorded(scan_verdict: ScanVerdict) -> dict[str, Any]:
    return {
        "status": scan_verdict.status,
        "verdict": scan_verdict.verdict,
        "reason_code": scan_verdict.reason,
        "detail": scan_verdict.detail[:200],
        "settled_at": timezone.now(),
        "gate": verdict.GATE,
        "last_error": "",
        **NOT_DUE,
    }


def _forget_quarantined(attachment: Attachment) -> None:
    """Empty the object that was sent. The hourly clean-up deletes it, after a day.

    It is not deleted at once: its address is valid for an hour, and the bucket would take the same
    bytes again. While an object is there, even an empty one, it answers 412.
    """
    key = objects.quarantine_key(attachment.pk)
    try:
        with hold.deletion() as is_allowed:
            if is_allowed and attachment.is_multipart:
                objects.delete([key])
            elif is_allowed:
                objects.write(key, io.BytesIO(), content_type=attachment.content_type)
    except StorageAway as error:
        logger.warning("quarantine_not_deleted", attachment=str(attachment.pk), error=str(error))

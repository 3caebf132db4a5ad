"""Writes of a file's row, one short transaction each. The bucket is asked outside of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments import queries
from attachments.models import Attachment
from attachments.scanning import lease_renewal, pipeline, verdict
from attachments.scanning.clamd import AntivirusAway
from attachments.scanning.pipeline import AnalysisResult
from attachments.scanning.verdict import ScanVerdict
from attachments.storage import objects
from attachments.storage.objects import StorageAway
from core.jobs.enqueue import Job, enqueue
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


class AlreadySent(Refusal):
    default_code = "attachment_sent"
    default_detail = _("This file is already in a message.")


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
    """Put a person's own files in a message that is being sent; return them in the order given.

    Called in the transaction of the message. Files in any state are claimed, since a text does
    not wait for its files. Raises UnknownAttachment when a file does not exist, belongs to
    another person or is already in a message.
    """
    mine = queries.unclaimed_of(by).select_for_update(no_key=True)
    found = {attachment.pk: attachment for attachment in mine.filter(pk__in=ids).order_by("pk")}
    if len(found) != len(ids):
        raise UnknownAttachment
    Attachment.objects.filter(pk__in=ids).update(claimed_at=timezone.now())
    return [found[attachment_id] for attachment_id in ids]


def analyse(attachment_id: UUID) -> AnalysisResult | None:
    """Judge a file on which the caller has a lease, and write what may be served of it.

    Return None when it needs no analysis any more. The caller records the result (`record`) in
    one transaction with what it tells the screens. Raises StorageAway or AntivirusAway after
    postponing the file.
    """
    attachment = queries.leased_attachment(attachment_id)
    if attachment is None:
        return None
    with lease_renewal.renewed(attachment) as lease:
        try:
            return pipeline.examine(attachment, lease)
        except (StorageAway, AntivirusAway) as error:
            lease_renewal.postpone(lease, error, attempts=attachment.attempts)
            raise
        except Exception:
            # The worker records the error under the lease that it knows, so give it back.
            lease_renewal.restore(lease, attachment.leased_until)
            raise


def record(result: AnalysisResult, *, is_claimed: bool) -> Attachment | None:
    """Write down what an analysis found; None when another worker has it by now.

    None too when the file was, or was not, put in a message meanwhile, unlike `is_claimed` says:
    look again.
    """
    held = lease_renewal.rows_under(result.lease).filter(claimed_at__isnull=not is_claimed)
    if not held.update(**_recorded(result.scan_verdict), **result.shown):
        return None
    attachment = Attachment.objects.get(pk=result.lease.attachment_id)
    transaction.on_commit(lambda: _forget_quarantined(attachment))
    return attachment


def record_failure(attachment_id: UUID, reason: str, *, is_claimed: bool) -> Attachment | None:
    """Give up on a file for a reason of `attachments.scanning.reasons`; None as for `record`."""
    waiting = Attachment.objects.filter(
        pk=attachment_id, status=FAILS_WHILE[reason], claimed_at__isnull=not is_claimed
    )
    if not waiting.update(**_recorded(verdict.rejected(reason))):
        return None
    return Attachment.objects.get(pk=attachment_id)


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
    """Delete the bytes that were sent. The lifecycle of the bucket does it too, after a day."""
    try:
        objects.delete([objects.quarantine_key(attachment.pk)])
    except StorageAway as error:
        logger.warning("quarantine_not_deleted", attachment=str(attachment.pk), error=str(error))

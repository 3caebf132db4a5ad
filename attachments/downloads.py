"""From a file that may be seen to the short-lived address where a browser gets it."""

from datetime import timedelta

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from attachments.decoder.protocol import PREVIEW_TYPE
from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX
from attachments.storage import objects, presigned
from attachments.uploads.filenames import content_disposition
from core.web.errors import Refusal

CONTENT_LIFETIME = timedelta(seconds=60)
# A preview is asked for again at each scroll: the browser keeps both the redirection (while its
# address is good) and the picture.
PREVIEW_LIFETIME = timedelta(hours=1)
PREVIEW_KEPT = "private, max-age=31536000, immutable"


class NotReady(Refusal):
    default_code = "attachment_not_ready"
    default_detail = _("This file cannot be opened yet.")


def content_url(attachment: Attachment, *, is_original: bool) -> str:
    """Return where to download a file; raises NotReady unless it was found fit to be opened.

    Without its location, unless the very original is asked for.
    """
    _require_ready(attachment)
    is_shared = attachment.location == Attachment.Location.REMOVED and not is_original
    version = objects.SHARED if is_shared else objects.ORIGINAL
    return presigned.presigned_get(
        objects.file_key(attachment.pk, version),
        content_type=attachment.content_type,
        disposition=content_disposition(attachment.name),
        cache_control="private, no-store",
        lifetime=CONTENT_LIFETIME,
    )


def preview_url(attachment: Attachment, max_px: int) -> str:
    """Return where to get a preview; raises NotReady, or Http404 where there is none."""
    _require_ready(attachment)
    if not attachment.has_preview or max_px not in PREVIEW_SIZES_PX:
        raise Http404
    return presigned.presigned_get(
        objects.file_key(attachment.pk, objects.preview_version(max_px)),
        content_type=PREVIEW_TYPE,
        disposition="inline",
        cache_control=PREVIEW_KEPT,
        # Longer than the redirection is kept, so that none that is kept leads nowhere.
        lifetime=PREVIEW_LIFETIME + timedelta(minutes=1),
    )


def _require_ready(attachment: Attachment) -> None:
    if attachment.status != Attachment.Status.READY:
        raise NotReady

"""Short-lived addresses from which a browser downloads a file or its preview."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.decoder.protocol import PREVIEW_TYPE
from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX
from attachments.storage import objects, presigned
from attachments.uploads.filenames import content_disposition
from core.web.errors import Refusal

CONTENT_LIFETIME = timedelta(seconds=60)
# A player asks again, at the address of the bucket, when somebody goes back or listens later.
SOUND_LIFETIME = timedelta(hours=1)
# The browser asks for a preview at each scroll. It caches the redirection, as long as its address
# is valid, and the picture, for a year.
PREVIEW_LIFETIME = timedelta(hours=1)
PREVIEW_KEPT = "private, max-age=31536000, immutable"


class NotReady(Refusal):
    default_code = "attachment_not_ready"
    default_detail = _("This file cannot be opened yet.")


@dataclass(frozen=True)
class Link:
    """An address that opens without a login until `expires_at`."""

    url: str
    expires_at: datetime


def links(attachment: Attachment, *, has_original: bool) -> dict[str, Link | None]:
    """Return the addresses of a file and its previews, for a page that cannot ask with a cookie.

    `has_original`: the reader may have the photo with its location. Raises NotReady.
    """
    now = timezone.now()
    content = now + _content_lifetime(attachment)
    original = content_url(attachment, is_original=True) if has_original else None
    return {
        "content": Link(content_url(attachment, is_original=False), content),
        "original": Link(original, content) if original else None,
        **{
            f"preview_{px}": Link(preview_url(attachment, px), now + PREVIEW_LIFETIME)
            if attachment.has_preview
            else None
            for px in PREVIEW_SIZES_PX
        },
    }


def content_url(attachment: Attachment, *, is_original: bool) -> str:
    """Return the address of a file, without its location unless `is_original`.

    Raises NotReady unless the file was analysed and may be opened.
    """
    _require_ready(attachment)
    is_shared = attachment.location == Attachment.Location.REMOVED and not is_original
    version = objects.SHARED if is_shared else objects.ORIGINAL
    return presigned.presigned_get(
        objects.file_key(attachment.pk, version),
        content_type=attachment.content_type,
        disposition=content_disposition(attachment.name),
        cache_control="private, no-store",
        lifetime=_content_lifetime(attachment),
    )


def preview_url(attachment: Attachment, max_px: int) -> str:
    """Return the address of a preview of 320 or 1280 px. Raises NotReady, Http404 without one."""
    _require_ready(attachment)
    if not attachment.has_preview or max_px not in PREVIEW_SIZES_PX:
        raise Http404
    return presigned.presigned_get(
        objects.file_key(attachment.pk, objects.preview_version(max_px)),
        content_type=PREVIEW_TYPE,
        disposition="inline",
        cache_control=PREVIEW_KEPT,
        # Longer than the browser caches the redirection, so that a cached one still works.
        lifetime=PREVIEW_LIFETIME + timedelta(minutes=1),
    )


def _content_lifetime(attachment: Attachment) -> timedelta:
    is_sound = attachment.kind == Attachment.Kind.AUDIO
    return SOUND_LIFETIME if is_sound else CONTENT_LIFETIME


def _require_ready(attachment: Attachment) -> None:
    if attachment.status != Attachment.Status.READY:
        raise NotReady

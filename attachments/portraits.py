"""The photos of the company's people. They are small, so they are rows and no objects in S3."""

from secrets import token_urlsafe
from tempfile import TemporaryFile

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from attachments.decoder.protocol import PREVIEW_TYPE, SMALL_PX
from attachments.models import Attachment, Portrait
from attachments.scanning.sandbox import DecoderFailed, decoding
from attachments.uploads.formats import FORMATS
from core.models import User
from core.web.errors import Refusal, Unavailable

CONTENT_TYPE = PREVIEW_TYPE
# A page of ours sends some 10 kB.
MAX_BYTES = 500 * 1024
PHOTOS = {format.name: format for format in FORMATS if format.kind == Attachment.Kind.IMAGE}


class NotAPhoto(Refusal):
    status_code = 400
    default_code = "not_a_photo"
    default_detail = _("This photo cannot be read. Choose another one, as JPEG or PNG.")
    attr = "image"


def keep_portrait(person: User, image: bytes) -> Portrait:
    """Keep a photo of a person of the company, in place of the one before.

    The child process draws it anew, without its metadata. Raises NotAPhoto, and Unavailable when no
    child process can run.
    """
    columns = {"key": token_urlsafe(16), "content": _drawn(image)}
    portrait, _created = Portrait.objects.update_or_create(person=person, defaults=columns)
    return portrait


def remove_portrait(person: User) -> None:
    Portrait.objects.filter(person=person).delete()


def key_of(person: User) -> str | None:
    """Return the key of a person's photo, if there is one."""
    return Portrait.objects.filter(person=person).values_list("key", flat=True).first()


def content_of(key: str) -> bytes:
    """Return a photo by its key. Raises Http404."""
    content = Portrait.objects.filter(key=key).values_list("content", flat=True).first()
    if content is None:
        raise Http404
    return bytes(content)


def _drawn(image: bytes) -> bytes:
    with TemporaryFile() as file:
        file.write(image)
        try:
            with decoding(file, PHOTOS["jpeg"], keeps_location=False) as decoded:
                report = decoded.report
                if report.reason or not report.has_preview or report.format not in PHOTOS:
                    raise NotAPhoto
                preview = decoded.previews[SMALL_PX]
                preview.seek(0)
                return preview.read()
        except DecoderFailed as error:
            raise Unavailable from error

"""Uploads that the server makes itself, of bytes that it already holds (files of an email)."""

import hashlib
import io
from uuid import UUID

from attachments.models import Attachment
from attachments.storage import objects
from attachments.uploads import announce
from attachments.uploads.announce import Wanted
from core.models import User


def store_bytes(*, uploader: User, name: str, content: bytes, id: UUID) -> Attachment:
    """Announce a file and write its bytes to quarantine, as one object whatever its size.

    The file is still `uploading`: the caller completes it as it completes a browser's upload.
    The same id and bytes again give back the same file, and a call that was cut is made again.
    Raises the errors of `announce.open_upload`.
    """
    digest = hashlib.sha256(content).digest()
    wanted = Wanted(name=name, size=len(content), sha256=digest, id=id)
    opened = announce.open_upload(uploader=uploader, wanted=wanted, allow_parts=False)
    attachment = opened.attachment
    if attachment.status == Attachment.Status.UPLOADING:
        key = objects.quarantine_key(attachment.pk)
        objects.write(key, io.BytesIO(content), content_type=attachment.content_type)
    return attachment

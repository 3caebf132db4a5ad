from uuid import UUID

from attachments.models import Attachment
from core.models import User


def announced(uploader: User) -> UUID:
    """Return the id of a file that is in no message yet, and whose bytes have not come."""
    return Attachment.objects.create(
        uploader=uploader, name="plan é.pdf", size=4, sha256=bytes(32), format="pdf",
        content_type="application/pdf", kind="document",
    ).pk  # fmt: skip

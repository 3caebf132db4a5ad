"""Make the message of an email: its text, its files, and a sentence about what was left out."""

from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from attachments.uploads.server_side import store_bytes
from core.models import User
from core.text import cleaned, is_blank
from core.web.errors import Refusal, TooMany
from messaging.actions import attachments
from messaging.conversation.idempotency import Draft
from messaging.models import BODY_LENGTH
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.reading.content import File
from notifications.models import ReplyAddress

# The ids of a message and of its files are made from the email's id, so a repeat has the same ones.
EMAILS = UUID("5b0c1f5e-7d3f-4c0b-9a52-6d2b0e5a4f11")


def is_empty(incoming: Incoming, said: str) -> bool:
    """Tell whether an email would make an empty message. `said` is its author's text."""
    return is_blank(said) and not incoming.files and not incoming.left_out


def of(incoming: Incoming, said: str, holder: ReplyAddress) -> Draft:
    """Return the message of an email, in the language that is active. Its files are uploaded."""
    author = holder.user
    draft_id = uuid5(EMAILS, incoming.digest.hex())
    kept, refused = [], []
    for number, file in enumerate(incoming.files):
        try:
            kept.append(_upload(uuid5(draft_id, str(number)), file, author))
        except (Refusal, TooMany) as refusal:
            refused.append(f"{file.name} : {refusal.detail}")
    body = "" if is_blank(said) else cleaned(said)
    if refused:
        body += "\n\n" + _("Files of the email that were refused:") + "\n" + "\n".join(refused)
    return Draft(
        id=draft_id, body=body.strip()[:BODY_LENGTH], attachment_ids=tuple(kept), by_email=True
    )


def _upload(file_id: UUID, file: File, author: User) -> UUID:
    """Send a file through everybody's door: quarantine, analysis, and only then seen."""
    attachment = store_bytes(uploader=author, name=file.name, content=file.content, id=file_id)
    return attachments.complete(attachment).pk

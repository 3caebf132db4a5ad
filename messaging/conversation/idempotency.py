"""Messages and conversations to record, each under an id that the caller made.

A caller that lost the answer sends the same again, and gets what was recorded the first time. The
same id with another content is a conflict. This holds without a time limit.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.models import User
from core.web.errors import Refusal
from messaging.conversation.lock import LockedToWrite
from messaging.models import Conversation, Message


class DraftConflict(Refusal):
    default_code = "draft_conflict"
    default_detail = _(
        "This was already sent with another content. Copy your text and send it again as new."
    )


@dataclass(frozen=True)
class Draft:
    """A message to send."""

    body: str
    id: UUID = field(default_factory=new_id)
    reply_to: UUID | None = None
    attachment_ids: tuple[UUID, ...] = ()
    by_email: bool = False

    def digest(self, conversation_id: UUID) -> bytes:
        return _digest(conversation_id, self.body, self.reply_to, *self.attachment_ids)


@dataclass(frozen=True)
class Opening:
    """A conversation to open, with or without a first message."""

    subject: str
    client: UUID
    chantier: UUID | None = None
    id: UUID = field(default_factory=new_id)
    message: Draft | None = None
    # Who of the company follows it; None: the rules decide.
    assigned_to: UUID | None = None

    def digest(self) -> bytes:
        first = self.message.body if self.message else None
        files = self.message.attachment_ids if self.message else ()
        # Left out if it is not there: a request may come again after an update.
        owner = ("assigned_to", self.assigned_to) if self.assigned_to else ()
        return _digest(self.subject, self.client, self.chantier, first, *files, *owner)


def already_sent(author: User, draft: Draft, locked: LockedToWrite) -> Message | None:
    """Return the message that was recorded from this draft, or None.

    Raises DraftConflict if its id was used by another person, in another conversation or for
    another content.
    """
    if not locked.message_exists:
        return None
    earlier = Message.objects.select_related("author", "reply_to__author").get(pk=draft.id)
    digest = draft.digest(locked.conversation.pk)
    if earlier.author_id != author.pk or bytes(earlier.draft_digest) != digest:
        raise DraftConflict
    return earlier


def already_opened(opener: User, opening: Opening) -> Conversation | None:
    """Return the conversation that this request has opened before, or None.

    Raises DraftConflict if its id was used by another person or for another content.
    """
    earlier = Conversation.objects.filter(pk=opening.id).first()
    if earlier is None:
        return None
    if earlier.created_by_id != opener.pk or bytes(earlier.draft_digest) != opening.digest():
        raise DraftConflict
    return earlier


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(_words(parts)).encode()).digest()


def _words(parts: Iterable[object]) -> Iterable[str]:
    return ("" if part is None else str(part) for part in parts)

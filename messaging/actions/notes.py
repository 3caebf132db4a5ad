"""Write, change and delete internal notes, which only the company sees."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from messaging import events
from messaging.conversation.idempotency import DraftConflict
from messaging.models import Conversation, Note


@transaction.atomic
def write_note(*, author: User, conversation: Conversation, body: str, note_id: UUID) -> Note:
    """Add an internal note. The same id and text sent again returns the first one.

    Raises NotAllowed for a client's user, DraftConflict if the id was used for something else.
    """
    if not author.is_company:
        raise NotAllowed
    asked = {"conversation": conversation, "author": author, "body": body}
    note, is_new = Note.objects.get_or_create(pk=note_id, defaults=asked)
    if is_new:
        _publish_note(note)
    elif (note.author_id, note.conversation_id, note.body) != (author.pk, conversation.pk, body):
        raise DraftConflict
    return note


@transaction.atomic
def edit_note(*, editor: User, note: Note, body: str) -> Note:
    """Change one's own note; raises NotAllowed for somebody else's."""
    if note.author_id != editor.pk:
        raise NotAllowed
    note.body, note.edited_at = body, timezone.now()
    note.save(update_fields=["body", "edited_at"])
    _publish_note(note)
    return note


@transaction.atomic
def delete_note(*, remover: User, note: Note) -> None:
    """Delete one's own note, or any as a manager. Raises NotAllowed."""
    if note.author_id != remover.pk and remover.role != User.Role.MANAGER:
        raise NotAllowed
    note.deleted_at = timezone.now()
    note.save(update_fields=["deleted_at"])
    _publish_note(note)


def _publish_note(note: Note) -> None:
    publish(events.note_updated(note), to=Audience(company=True))

"""Write, change and delete internal notes, which only the company sees."""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.conversation.idempotency import DraftConflict
from messaging.models import Conversation, Note


class Written(NamedTuple):
    note: Note
    is_new: bool


@transaction.atomic
def write_note(*, author: User, conversation: Conversation, body: str, note_id: UUID) -> Written:
    """Add an internal note. The same id and text sent again returns the first one.

    Once the note was changed its first text is not known any more: then the id is enough. Raises
    NotAllowed for a client's user, DraftConflict if the id was used for something else.
    """
    if not author.is_company:
        raise NotAllowed
    asked = {"conversation": conversation, "author": author, "body": body}
    note, is_new = Note.objects.get_or_create(pk=note_id, defaults=asked)
    if is_new:
        _publish_note(note)
    elif not _is_same(note, author, conversation, body):
        raise DraftConflict
    return Written(note, is_new)


@transaction.atomic
def edit_note(
    *, editor: User, note: Note, body: str, only_if: Preconditions = NO_PRECONDITIONS
) -> Note:
    """Change one's own note; raises NotAllowed for somebody else's, or PreconditionFailed."""
    if note.author_id != editor.pk:
        raise NotAllowed
    note = _locked(note)
    only_if.check(note.version)
    note.body, note.edited_at = body, timezone.now()
    note.save(update_fields=["body", "edited_at"])
    _publish_note(note)
    return note


@transaction.atomic
def delete_note(*, remover: User, note: Note, only_if: Preconditions = NO_PRECONDITIONS) -> None:
    """Delete one's own note, or any as a manager. Raises NotAllowed or PreconditionFailed."""
    if note.author_id != remover.pk and remover.role != User.Role.MANAGER:
        raise NotAllowed
    note = _locked(note)
    only_if.check(note.version)
    note.deleted_at = timezone.now()
    note.save(update_fields=["deleted_at"])
    _publish_note(note)


def _is_same(note: Note, author: User, conversation: Conversation, body: str) -> bool:
    is_same_place = (note.author_id, note.conversation_id) == (author.pk, conversation.pk)
    return is_same_place and (note.edited_at is not None or note.body == body)


def _locked(note: Note) -> Note:
    """Lock a note and read it again."""
    notes = Note.objects.select_for_update(of=("self",), no_key=True)
    return notes.select_related("author").get(pk=note.pk)


def _publish_note(note: Note) -> None:
    publish(events.note_updated(note), to=Audience(company=True))

"""Write, change and delete internal notes, which only the company sees."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.models import User
from core.queries import staff_for
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.actions.attachments import attach_to_note
from messaging.audited import record_deletion
from messaging.chain.contents import note_written
from messaging.conversation import chaining, notices, participant_events, participants
from messaging.conversation.idempotency import DraftConflict
from messaging.conversation.lock import lock, lock_note
from messaging.mentions import mentioned_in
from messaging.models import Conversation, Mention, Note, NoteRevision, Notice


class Written(NamedTuple):
    note: Note
    is_new: bool


@transaction.atomic
def write_note(
    *,
    author: User,
    conversation: Conversation,
    body: str,
    note_id: UUID,
    attachment_ids: Sequence[UUID] = (),
) -> Written:
    """Add an internal note. The same id, text and files sent again return the first one.

    Once the note was changed its first text is not known any more: then the id is enough. Raises
    NotAllowed for a client's user, DraftConflict if the id was used for something else, and
    UnknownAttachment.
    """
    if not author.is_company:
        raise NotAllowed
    asked = {"conversation": conversation, "author": author, "body": body}
    note, is_new = Note.objects.get_or_create(pk=note_id, defaults=asked)
    if is_new:
        # Before its files, in the order in which a message locks.
        chaining.record(lock(conversation.pk), [note_written(note)])
        attach_to_note(attachment_ids, to=note)
        _mention(note)
        _publish_note(note)
    elif not _is_same(note, author, conversation, body, attachment_ids):
        raise DraftConflict
    return Written(note, is_new)


@transaction.atomic
def edit_note(
    *, editor: User, note: Note, body: str, only_if: Preconditions = NO_PRECONDITIONS
) -> Note:
    """Change one's own note; the earlier text is kept.

    Raises NotAllowed for somebody else's, or PreconditionFailed.
    """
    if note.author_id != editor.pk:
        raise NotAllowed
    note = lock_note(note.pk)
    only_if.check(note.version)
    if note.body == body:
        return note
    NoteRevision.objects.create(note=note, body=note.body)
    note.body, note.edited_at = body, timezone.now()
    note.save(update_fields=["body", "edited_at"])
    _mention(note)
    _publish_note(note)
    return note


@transaction.atomic
def delete_note(*, remover: User, note: Note, only_if: Preconditions = NO_PRECONDITIONS) -> None:
    """Delete one's own note, or any as a manager. Raises NotAllowed or PreconditionFailed."""
    if note.author_id != remover.pk and remover.role != User.Role.MANAGER:
        raise NotAllowed
    note = lock_note(note.pk)
    only_if.check(note.version)
    note.deleted_at = timezone.now()
    note.save(update_fields=["deleted_at"])
    note.mentions.all().delete()
    record_deletion(remover, note, note.conversation)
    _publish_note(note)


def _mention(note: Note) -> None:
    """Record whom the text names. Who is new follows the conversation and is told, once."""
    named = mentioned_in(note.body, staff_for(note.author).exclude(pk=note.author_id))
    known = set(note.mentions.values_list("user_id", flat=True))
    note.mentions.exclude(user__in=named).delete()
    new = [each for each in named if each.pk not in known]
    if not new:
        return
    Mention.objects.bulk_create(
        Mention(note=note, user=each, conversation_id=note.conversation_id) for each in new
    )
    locked = lock(note.conversation_id)
    participants.choose(locked, new, follows=True)
    if participants.reconcile(locked, read_up_to=locked.conversation.last_seq):
        participant_events.publish_participants(locked)
    notices.tell(
        new,
        Notice.Kind.MENTIONED,
        locked.conversation,
        about=note.pk,
        by=note.author,
        text=note.body,
    )


def _is_same(
    note: Note, author: User, conversation: Conversation, body: str, files: Sequence[UUID]
) -> bool:
    is_same_place = (note.author_id, note.conversation_id) == (author.pk, conversation.pk)
    if not is_same_place or note.edited_at is not None:
        return is_same_place
    shown = note.attachment_links.values_list("attachment_id", flat=True)
    return note.body == body and list(shown) == list(files)


def _publish_note(note: Note) -> None:
    publish(events.note_updated(note), to=Audience(company=True))

"""Merge two conversations, and split messages off one: one transaction each."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.models import Chantier, User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed, Refusal
from messaging import events
from messaging.actions.conversations import give_first_owner
from messaging.actions.messages import ConversationClosed
from messaging.chain.contents import note_moved_away, note_written
from messaging.conversation import (
    chaining,
    history,
    outgoing,
    participant_events,
    participants,
    unread,
)
from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.history import Kind, NewLine
from messaging.conversation.idempotency import DraftConflict
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.moving import move
from messaging.conversation.status import changes_to
from messaging.conversation.versions import ConversationChanges, bump
from messaging.models import Conversation, Mention, Message, Note, SearchOwed

MERGED_AT_MOST = 1_000


class CannotMerge(Refusal):
    default_code = "cannot_merge"
    attr = "into"
    default_detail = _("Choose another open conversation of the same client.")


class TooLongToMerge(Refusal):
    default_code = "too_long_to_merge"
    default_detail = _("This conversation has too many messages to be merged.")


class NothingToSplit(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_message"
    attr = "messages"
    default_detail = _("Choose messages of this conversation that are not deleted.")


class Split(NamedTuple):
    conversation: Conversation
    is_new: bool


@transaction.atomic
def merge(*, editor: User, source: Conversation, target: Conversation) -> Conversation:
    """Move all messages and notes of a conversation into another one, and close it.

    It can still be read, and a message that a phone sends to it late opens it again. Raises
    NotAllowed for a client's user, CannotMerge, TooLongToMerge.
    """
    if not editor.is_company:
        raise NotAllowed
    from_, into = _lock_both(source.pk, target.pk)
    _check_mergeable(from_.conversation, into.conversation)
    messages = _kept_messages(from_.conversation)
    if len(messages) > MERGED_AT_MOST:
        raise TooLongToMerge
    if messages:
        move(messages, source=from_, target=into)
    notes = list(Note.objects.filter(conversation=source).select_related("author"))
    _move_notes(notes, from_, into)
    count = len(messages)
    told_here = {"into": _named(into.conversation), "count": count}
    told_there = {"from": _named(from_.conversation), "count": count}
    closing = changes_to(from_.conversation, Conversation.Status.CLOSED)
    _show_moved(from_, closing, [NewLine(Kind.MERGED, editor, told_here)])
    _show_moved(into, _waiting(into.conversation), [NewLine(Kind.MERGED, editor, told_there)])
    for note in notes:
        publish(events.note_updated(note), to=Audience(company=True))
    return into.conversation


@transaction.atomic
def split(
    *,
    editor: User,
    source: Conversation,
    message_ids: Sequence[UUID],
    subject: str,
    chantier: Chantier | None,
    new_conversation_id: UUID,
) -> Split:
    """Move messages of a conversation into a new one of the same client.

    The same request sent twice returns the first conversation. Raises NotAllowed for a client's
    user, NothingToSplit, DraftConflict, or ConversationClosed if the chantier is archived.
    """
    if not editor.is_company:
        raise NotAllowed
    digest = _digest(source.pk, subject, *message_ids)
    if earlier := Conversation.objects.filter(pk=new_conversation_id).first():
        if bytes(earlier.draft_digest) != digest:
            raise DraftConflict
        return Split(earlier, is_new=False)
    from_ = lock(source.pk)
    wanted = set(message_ids)
    messages = [each for each in _kept_messages(from_.conversation) if each.pk in wanted]
    if not messages or len(messages) < len(wanted):
        raise NothingToSplit
    into = _open_beside(from_.conversation, editor, new_conversation_id, subject, chantier, digest)
    owned = give_first_owner(into, editor)
    participants.reconcile(into, read_up_to=0)
    # Before its messages, in the order in which others learn of it.
    outgoing.conversation_created(into)
    move(messages, source=from_, target=into)
    count = len(messages)
    told_here = {"into": _named(into.conversation), "count": count}
    told_there = {"from": _named(from_.conversation), "count": count}
    _show_moved(from_, _waiting(from_.conversation), [NewLine(Kind.SPLIT, editor, told_here)])
    participants.reconcile(into, read_up_to=into.conversation.last_seq)
    bump(into, **_waiting(into.conversation))
    lines = [NewLine(Kind.OPENED, editor), *owned, NewLine(Kind.SPLIT, editor, told_there)]
    history.show_created(into, lines)
    participant_events.publish_counters(into, unread.recount(into))
    return Split(into.conversation, is_new=True)


def _lock_both(one: UUID, other: UUID) -> tuple[LockedConversation, LockedConversation]:
    """Lock two conversations in the order of their ids, so that two merges do not wait for ever."""
    if one == other:
        raise CannotMerge
    locked = {key: lock(key) for key in sorted((one, other))}
    return locked[one], locked[other]


def _check_mergeable(source: Conversation, target: Conversation) -> None:
    is_open = target.status == Conversation.Status.OPEN and target.accepts_messages
    if source.client_id != target.client_id or not is_open or source.archived_at:
        raise CannotMerge


def _kept_messages(conversation: Conversation) -> list[Message]:
    kept = Message.objects.filter(conversation=conversation, deleted_at=None)
    return list(kept.select_related("author").order_by("seq")[: MERGED_AT_MOST + 1])


def _move_notes(notes: list[Note], source: LockedConversation, target: LockedConversation) -> None:
    ids = [note.pk for note in notes]
    into = target.conversation
    Note.objects.filter(pk__in=ids).update(conversation=into)
    Mention.objects.filter(note__in=ids).update(conversation=into)
    chaining.record(source, [note_moved_away(note, to=into.pk) for note in notes])
    chaining.record(target, [note_written(note) for note in notes])
    # Of another conversation the triggers know nothing.
    SearchOwed.objects.bulk_create(SearchOwed(kind="note", row_id=each) for each in ids)
    for note in notes:
        note.conversation = into


def _open_beside(
    source: Conversation,
    editor: User,
    new_id: UUID,
    subject: str,
    chantier: Chantier | None,
    digest: bytes,
) -> LockedConversation:
    conversation = Conversation(
        id=new_id,
        client_id=source.client_id,
        chantier=chantier,
        subject=subject,
        created_by=editor,
        draft_digest=digest,
        version=1,
    )
    conversation.save(force_insert=True)
    locked = lock(conversation.pk)
    if not locked.conversation.accepts_messages:
        raise ConversationClosed
    return locked


def _waiting(conversation: Conversation) -> ConversationChanges:
    return {"awaiting_reply_since": awaiting_reply_since(conversation)}


def _show_moved(
    locked: LockedConversation, changes: ConversationChanges, lines: list[NewLine]
) -> None:
    """Give a conversation its next version and show it, with everybody's counters."""
    bump(locked, **changes)
    participants.reconcile(locked, read_up_to=locked.conversation.last_seq)
    history.show_changed(locked, lines)
    participant_events.publish_counters(locked, unread.recount(locked))


def _named(conversation: Conversation) -> dict[str, str]:
    return {"id": str(conversation.pk), "name": conversation.subject}


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).digest()

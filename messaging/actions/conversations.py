"""Open, change and archive conversations: one transaction each."""

from typing import NamedTuple, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.actions.messages import ConversationClosed, record_message
from messaging.conversation import (
    history,
    notices,
    outgoing,
    participant_events,
    participants,
    unread,
)
from messaging.conversation.history import Kind, NewLine, named
from messaging.conversation.idempotency import DraftConflict, Opening, already_opened, already_sent
from messaging.conversation.lock import LockedConversation, lock, lock_to_write
from messaging.conversation.ownership import owner_for
from messaging.conversation.status import changes_to
from messaging.conversation.versions import ConversationChanges, bump
from messaging.models import Conversation, HistoryLine, Snooze


class Opened(NamedTuple):
    conversation: Conversation
    is_new: bool


def open_conversation(*, opener: User, opening: Opening) -> Opened:
    """Open a conversation, with its first message if there is one.

    The same request sent twice returns the first conversation. Raises DraftConflict if the id was
    used for another one, ConversationClosed if its chantier is archived.
    """
    if earlier := already_opened(opener, opening):
        return Opened(earlier, is_new=False)
    try:
        return Opened(_open(opener, opening), is_new=True)
    except IntegrityError as error:
        # Another thread has just recorded the same request.
        if earlier := already_opened(opener, opening):
            return Opened(earlier, is_new=False)
        raise DraftConflict from error


@transaction.atomic
def change_conversation(
    *,
    editor: User,
    conversation: Conversation,
    changes: ConversationChanges,
    only_if: Preconditions = NO_PRECONDITIONS,
) -> Conversation:
    """Change the subject, the chantier, the status or the assigned person.

    Raises NotAllowed if a client's user changes more than the subject, or PreconditionFailed.
    """
    if not editor.is_company and changes.keys() - {"subject"}:
        raise NotAllowed
    locked = lock(conversation.pk)
    only_if.check(locked.conversation.version)
    conversation = locked.conversation
    differing = {k: v for k, v in changes.items() if getattr(conversation, k) != v}
    if not differing:
        return conversation
    changes = cast(ConversationChanges, differing)
    lines = history.lines_of_changes(editor, conversation, changes)
    former = conversation.assigned_to
    if "status" in changes:
        changes |= changes_to(conversation, changes["status"])
    bump(locked, **changes)
    if participants.reconcile(locked, read_up_to=conversation.last_seq):
        # A participant who returns has an old read mark.
        participant_events.publish_counters(locked, unread.recount(locked))
    _tell_of_owner(conversation, history.show_changed(locked, lines), former)
    return conversation


def _tell_of_owner(
    conversation: Conversation, lines: list[HistoryLine], former: User | None
) -> None:
    """Order the notices of a change of the owner, if there is one among these lines."""
    for line in lines:
        if line.kind in (Kind.ASSIGNED, Kind.TAKEN_OVER):
            owner = conversation.assigned_to
            notices.tell_of_owners(line, conversation, owner=owner, former=former)


@transaction.atomic
def archive_conversation(
    *, archiver: User, conversation: Conversation, only_if: Preconditions = NO_PRECONDITIONS
) -> None:
    """Take a conversation off the lists for good; it can still be read by its URL.

    Raises NotAllowed for a client's user, or PreconditionFailed.
    """
    if not archiver.is_company:
        raise NotAllowed
    locked = lock(conversation.pk)
    only_if.check(locked.conversation.version)
    if locked.conversation.archived_at is None:
        Snooze.objects.filter(pk=locked.conversation.pk).delete()
        bump(locked, archived_at=timezone.now(), awaiting_reply_since=None, snoozed_until=None)
        history.show_changed(locked)
        outgoing.conversation_archived(locked, archiver)


def show_typing(*, writer: User, conversation: Conversation, in_note: bool = False) -> None:
    """Show on the open screens that someone is writing. Nothing is recorded.

    `in_note`: an internal note, of which only the company learns. Raises NotAllowed for a client's
    user.
    """
    if in_note and not writer.is_company:
        raise NotAllowed
    listeners = () if in_note else participants.client_user_ids(conversation)
    event = events.typing(conversation.pk, writer, in_note=in_note)
    publish(event, to=Audience(user_ids=listeners, company=True))


def show_viewing(*, viewer: User, conversation: Conversation, is_here: bool, asks: bool) -> None:
    """Show to colleagues that someone has the conversation on screen. Nothing is recorded.

    Raises NotAllowed for a client's user.
    """
    if not viewer.is_company:
        raise NotAllowed
    event = events.viewing(conversation.pk, viewer, is_here=is_here, asks=asks)
    publish(event, to=Audience(company=True))


@transaction.atomic
def _open(opener: User, opening: Opening) -> Conversation:
    conversation = Conversation(
        id=opening.id,
        client_id=opening.client,
        chantier_id=opening.chantier,
        subject=opening.subject,
        created_by=opener,
        draft_digest=opening.digest(),
        version=1,
    )
    conversation.save(force_insert=True)
    locked = lock(conversation.pk)
    if not locked.conversation.accepts_messages:
        raise ConversationClosed
    if opener.is_company:
        participants.record_author(locked, opener, seq=0)
    owned = _first_owner(locked, opener, opening.assigned_to)
    participants.reconcile(locked, read_up_to=0)
    lines = history.show_created(locked, [NewLine(Kind.OPENED, opener), *owned])
    outgoing.conversation_created(locked)
    if opening.assigned_to:
        _tell_of_owner(locked.conversation, lines, None)
    if opening.message:
        # Read again: by now the opener takes part.
        locked_to_write = lock_to_write(opener, conversation.pk, opening.message.id)
        if already_sent(opener, opening.message, locked_to_write):
            raise DraftConflict
        record_message(locked_to_write, opener, opening.message)
    return conversation


def _first_owner(locked: LockedConversation, opener: User, chosen: UUID | None) -> list[NewLine]:
    """Give a new conversation to the person whom the opener chose, else by the rules."""
    if chosen is None:
        return give_first_owner(locked, opener)
    owner = User.objects.get(pk=chosen)
    locked.conversation.assigned_to = owner
    locked.conversation.save(update_fields=["assigned_to"])
    return [NewLine(Kind.ASSIGNED, opener, {"to": named(owner), "from": None})]


def give_first_owner(locked: LockedConversation, opener: User) -> list[NewLine]:
    """Give a new conversation its owner, and return the line that says so."""
    conversation = locked.conversation
    owner = owner_for(conversation, opener=opener)
    if owner is None:
        return []
    # Not a new version: nobody has seen it without an owner.
    conversation.assigned_to = owner.person
    conversation.save(update_fields=["assigned_to"])
    details = {"to": named(owner.person), "from": None, "reason": owner.reason.value}
    return [NewLine(Kind.ASSIGNED, None, details)]

"""Open, change and archive conversations: one transaction each."""

from typing import NamedTuple, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.actions.messages import ConversationClosed, record_message
from messaging.conversation import participant_events, participants, unread
from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.idempotency import DraftConflict, Opening, already_opened, already_sent
from messaging.conversation.lock import lock, lock_to_write
from messaging.conversation.versions import ConversationChanges, bump
from messaging.models import Conversation


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
    if "status" in changes:
        changes |= _closed_or_reopened(conversation, changes["status"])
    bump(locked, **changes)
    if participants.reconcile(locked, read_up_to=conversation.last_seq):
        # A participant who returns has an old read mark.
        participant_events.publish_counters(locked, unread.recount(locked))
    publish(events.conversation_updated(conversation), to=locked.audience)
    return conversation


def _closed_or_reopened(conversation: Conversation, status: str) -> ConversationChanges:
    """Return what changes with the status of a conversation. Reopening it undoes its closing."""
    is_closed = status == Conversation.Status.CLOSED
    conversation.status = status
    conversation.closed_up_to_seq = conversation.last_seq if is_closed else 0
    return {
        "closed_up_to_seq": conversation.closed_up_to_seq,
        "awaiting_reply_since": awaiting_reply_since(conversation),
    }


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
        bump(locked, archived_at=timezone.now(), awaiting_reply_since=None)
        publish(events.conversation_updated(locked.conversation), to=locked.audience)


def show_typing(*, writer: User, conversation: Conversation) -> None:
    """Show on the open screens that someone is writing. Nothing is recorded."""
    listeners = participants.client_user_ids(conversation)
    publish(events.typing(conversation.pk, writer), to=Audience(user_ids=listeners, company=True))


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
    participants.reconcile(locked, read_up_to=0)
    publish(events.conversation_created(locked.conversation), to=locked.audience)
    if opening.message:
        # Read again: by now the opener takes part.
        locked_to_write = lock_to_write(opener, conversation.pk, opening.message.id)
        if already_sent(opener, opening.message, locked_to_write):
            raise DraftConflict
        record_message(locked_to_write, opener, opening.message)
    return conversation

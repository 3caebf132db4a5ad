"""Send, edit and delete messages: one transaction each, published after its commit."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import reset_attempts
from core.models import User
from core.realtime.publish import publish
from core.web.errors import NotAllowed, Refusal
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.actions.attachments import attach
from messaging.conversation import participant_events, participants, unread
from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.idempotency import Draft, already_sent
from messaging.conversation.lock import LockedConversation, LockedToWrite, lock, lock_to_write
from messaging.conversation.versions import ConversationChanges, append, bump
from messaging.models import Conversation, Message, MessageRevision


class ConversationClosed(Refusal):
    default_code = "conversation_closed"
    default_detail = _(
        "This conversation is archived: it can be read, but no longer written in. Open a new one."
    )


class EditWindowOver(Refusal):
    default_code = "edit_window_over"
    default_detail = _("It is too late to change this message. Send a correction instead.")


class MessageDeleted(Refusal):
    default_code = "message_deleted"
    default_detail = _("This message was deleted.")


class UnknownQuotedMessage(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_quoted_message"
    attr = "reply_to"
    default_detail = _("The message you answer to is not in this conversation.")


Change = str | int | datetime | None


class Sent(NamedTuple):
    message: Message
    is_new: bool


def send_message(*, author: User, conversation_id: UUID, draft: Draft) -> Sent:
    """Record a message, publish it and order its fan-out. A closed conversation opens again.

    The same draft sent twice returns the first message, so a phone that lost the answer can try
    again. Raises Http404 if the author may not see the conversation, ConversationClosed if it or
    its chantier is archived, DraftConflict if the id was used for something else,
    UnknownQuotedMessage, and UnknownAttachment if a file is not the author's or is in a message.
    """
    try:
        return _send(author, conversation_id, draft)
    except IntegrityError:
        # Another connection recorded it while this one waited for the lock. PostgreSQL then reads
        # the locked row again, but not the other tables of the same query (`message_exists`).
        return _send(author, conversation_id, draft)


@transaction.atomic
def edit_message(
    *, editor: User, message: Message, body: str, only_if: Preconditions = NO_PRECONDITIONS
) -> Message:
    """Change the text of one's own recent message; the earlier text is kept.

    Raises NotAllowed, EditWindowOver (`MESSAGE_EDIT_WINDOW`), MessageDeleted, ConversationClosed or
    PreconditionFailed.
    """
    locked, message = _lock_for_change(message)
    only_if.check(message.version)
    if message.author_id != editor.pk:
        raise NotAllowed
    if not locked.conversation.accepts_messages:
        raise ConversationClosed
    _check_window(message)
    if message.body != body:
        _revise(locked, message, {}, body=body, edited_at=timezone.now())
    return message


@transaction.atomic
def delete_message(
    *, remover: User, message: Message, only_if: Preconditions = NO_PRECONDITIONS
) -> Message:
    """Leave a tombstone where a message was; its text is kept for the company.

    One's own recent message, or any for a manager. Raises NotAllowed, EditWindowOver or
    PreconditionFailed.
    """
    locked, message = _lock_for_change(message)
    only_if.check(message.version)
    if message.deleted_at is not None:
        return message
    if remover.role != User.Role.MANAGER:
        if message.author_id != remover.pk:
            raise NotAllowed
        _check_window(message)
    # The fan-out is ordered again: it takes back what was planned to tell of the message.
    since = awaiting_reply_since(locked.conversation, without=message.pk)
    _revise(
        locked,
        message,
        {"awaiting_reply_since": since},
        body="",
        deleted_at=timezone.now(),
        fanned_out_at=None,
        **reset_attempts(),
    )
    participant_events.publish_counters(locked, unread.recount(locked))
    enqueue(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


@transaction.atomic
def _send(author: User, conversation_id: UUID, draft: Draft) -> Sent:
    locked = lock_to_write(author, conversation_id, draft.id)
    if earlier := already_sent(author, draft, locked):
        return Sent(earlier, is_new=False)
    if not locked.conversation.accepts_messages:
        raise ConversationClosed
    return Sent(record_message(locked, author, draft), is_new=True)


def record_message(locked: LockedToWrite, author: User, draft: Draft) -> Message:
    """Append a new message to its conversation, publish it and order its fan-out."""
    conversation = locked.conversation
    message = Message(
        id=draft.id,
        author=author,
        body=draft.body,
        reply_to_id=_quoted(conversation, draft),
        draft_digest=draft.digest(conversation.pk),
        by_email=draft.by_email,
        attachment_count=len(draft.attachment_ids),
    )
    append(locked, message)
    attach(draft.attachment_ids, to=message)
    publish(events.message_created(message), to=locked.audience)
    if not locked.author_has_written:
        participants.record_author(locked, author, seq=message.seq)
    if not locked.author_is_participant:
        participant_events.publish_participants(locked)
    enqueue(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


def _quoted(conversation: Conversation, draft: Draft) -> UUID | None:
    if draft.reply_to is None:
        return None
    if not Message.objects.filter(pk=draft.reply_to, conversation=conversation).exists():
        raise UnknownQuotedMessage
    return draft.reply_to


def _lock_for_change(message: Message) -> tuple[LockedConversation, Message]:
    """Lock the conversation of a message, then read the message as it is now."""
    locked = lock(message.conversation_id)
    message = Message.objects.select_related("author").get(pk=message.pk)
    message.conversation = locked.conversation
    return locked, message


def _check_window(message: Message) -> None:
    if message.deleted_at is not None:
        raise MessageDeleted
    if timezone.now() - message.created_at > settings.MESSAGE_EDIT_WINDOW:
        raise EditWindowOver


def _revise(
    locked: LockedConversation, message: Message, moved: ConversationChanges, **changes: Change
) -> None:
    """Change a message and keep its earlier text, with what `moved` in its conversation."""
    MessageRevision.objects.create(message=message, body=message.body)
    message.version = bump(locked, **moved)
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=["version", *changes])
    publish(events.message_updated(message), to=locked.audience)

"""Send, edit and delete messages: one transaction each, published after its commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from attachments.actions import UnknownAttachment
from core.jobs.enqueue import Job, enqueue_once
from core.jobs.lease import reset_attempts
from core.models import User
from core.realtime.publish import publish
from core.telemetry import tracing
from core.web.errors import NotAllowed, Refusal
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging import events
from messaging.actions.attachments import attach
from messaging.actions.canned_replies import count_uses
from messaging.actions.snooze import put_off_locked
from messaging.audited import record_deletion
from messaging.chain.contents import deleted, edited
from messaging.conversation import (
    chaining,
    history,
    outgoing,
    participant_events,
    participants,
    snoozing,
    unread,
)
from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.history import Kind, NewLine
from messaging.conversation.idempotency import Draft, already_sent
from messaging.conversation.lock import LockedConversation, LockedToWrite, lock, lock_to_write
from messaging.conversation.snoozing import Reason
from messaging.conversation.status import changes_to
from messaging.conversation.versions import ConversationChanges, append, bump, take_place
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


@dataclass(frozen=True)
class Then:
    """What is done with the conversation once a message of the company is sent.

    `seen_seq` is the last message that the author saw: if the client has written after it, the
    conversation stays open, since nobody has read that yet. A pause that is over by now is none.
    """

    close: bool = False
    snooze_until: datetime | None = None
    seen_seq: int | None = None
    # The canned replies that it was written with.
    reply_ids: tuple[UUID, ...] = ()

    @property
    def is_something(self) -> bool:
        return self.close or self.snooze_until is not None or bool(self.reply_ids)


def send_message(*, author: User, conversation_id: UUID, draft: Draft, then: Then = Then()) -> Sent:
    """Record a message, publish it and order its fan-out. A closed conversation opens again.

    `then` closes it or puts it off in the same transaction: for the company only.

    The same draft sent twice returns the first message, so a phone that lost the answer can try
    again. Raises Http404 if the author may not see the conversation, ConversationClosed if it or
    its chantier is archived, DraftConflict if the id was used for something else,
    UnknownQuotedMessage, and UnknownAttachment if a file is not the author's or is in a message.
    """
    if then.is_something and not author.is_company:
        raise NotAllowed
    try:
        return _send(author, conversation_id, draft, then)
    except (IntegrityError, UnknownAttachment):
        # Another connection recorded it, with its files, while this one waited for the lock.
        # PostgreSQL then reads the locked row again, but not the other tables of the same query
        # (`message_exists`).
        return _send(author, conversation_id, draft, then)


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
        previous, at = message.body, timezone.now()
        edits = _revise(locked, message, {}, at, body=body, edited_at=at)
        entry = edited(message, editor.pk, previous=previous, edits=edits)
        chaining.record(locked, [entry], at=at)
        outgoing.message_edited(message)
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
    at = timezone.now()
    texts = _revise(
        locked,
        message,
        {"awaiting_reply_since": since},
        at,
        body="",
        deleted_at=at,
        fanned_out_at=None,
        **reset_attempts(),
    )
    chaining.record(locked, [deleted(message, remover.pk, edits=texts - 1)], at=at)
    outgoing.message_deleted(message)
    record_deletion(remover, message, locked.conversation)
    participant_events.publish_counters(locked, unread.recount(locked))
    enqueue_once(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


@transaction.atomic
def _send(author: User, conversation_id: UUID, draft: Draft, then: Then) -> Sent:
    locked = lock_to_write(author, conversation_id, draft.id)
    if earlier := already_sent(author, draft, locked):
        return Sent(earlier, is_new=False)
    if not locked.conversation.accepts_messages:
        raise ConversationClosed
    is_overtaken = then.is_something and _has_unseen(locked.conversation, then.seen_seq)
    message = record_message(locked, author, draft)
    if not is_overtaken:
        _finish(locked, author, then)
    if then.reply_ids:
        count_uses(author, then.reply_ids)
    return Sent(message, is_new=True)


def _has_unseen(conversation: Conversation, seen_seq: int | None) -> bool:
    """Tell if the client has written after what the author of an answer saw."""
    if seen_seq is None or conversation.last_seq <= seen_seq:
        return False
    later = Message.objects.filter(conversation=conversation, seq__gt=seen_seq, deleted_at=None)
    return later.filter(author__role=User.Role.CLIENT).exists()


def _finish(locked: LockedConversation, author: User, then: Then) -> None:
    if then.close:
        bump(locked, **changes_to(locked.conversation, Conversation.Status.CLOSED))
        history.show_changed(locked, [NewLine(Kind.CLOSED, author)])
    elif then.snooze_until and then.snooze_until > timezone.now():
        put_off_locked(locked, author, then.snooze_until)


def record_message(locked: LockedToWrite, author: User, draft: Draft) -> Message:
    """Append a new message to its conversation, publish it and order its fan-out."""
    conversation = locked.conversation
    message = Message(
        id=draft.id,
        author=author,
        body=draft.body,
        reply_to=_quoted(conversation, draft),
        draft_digest=draft.digest(conversation.pk),
        by_email=draft.by_email,
        attachment_count=len(draft.attachment_ids),
    )
    was_closed = conversation.status == Conversation.Status.CLOSED
    take_place(locked, message)
    attach(draft.attachment_ids, to=message)
    append(locked, message, outgoing.message_created(message))
    event_id = events.deduplication_id(message)
    publish(events.message_created(message), to=locked.audience, deduplication_id=event_id)
    if not locked.author_has_written:
        participants.record_author(locked, author, seq=message.seq)
    lines = [NewLine(Kind.REOPENED, author)] if was_closed else []
    changes = ConversationChanges()
    if conversation.snoozed_until and not author.is_company:
        changes, woken = snoozing.bring_back(locked, author, Reason.ANSWER)
        lines.append(woken)
    if lines or not locked.author_is_participant:
        # Under a version of its own: the event of a message has no lines.
        bump(locked, **changes)
        history.show_changed(locked, lines)
    # Before its wake-up, which is sent after this.
    tracing.remember(message.pk)
    enqueue_once(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


def _quoted(conversation: Conversation, draft: Draft) -> Message | None:
    if draft.reply_to is None:
        return None
    here = Message.objects.select_related("author").filter(conversation=conversation)
    if (quoted := here.filter(pk=draft.reply_to).first()) is None:
        raise UnknownQuotedMessage
    return quoted


def _lock_for_change(message: Message) -> tuple[LockedConversation, Message]:
    """Lock the conversation of a message, then read the message as it is now."""
    locked = lock(message.conversation_id)
    message = Message.objects.select_related("author", "reply_to__author").get(pk=message.pk)
    message.conversation = locked.conversation
    return locked, message


def _check_window(message: Message) -> None:
    if message.deleted_at is not None:
        raise MessageDeleted
    if timezone.now() - message.created_at > settings.MESSAGE_EDIT_WINDOW:
        raise EditWindowOver


def _revise(
    locked: LockedConversation,
    message: Message,
    moved: ConversationChanges,
    at: datetime,
    **changes: Change,
) -> int:
    """Change a message and keep its earlier text, with what `moved` in its conversation.

    Return how many earlier texts there are now.
    """
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=at)
    message.version = bump(locked, **moved)
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=["version", *changes])
    event_id = events.deduplication_id(message)
    publish(events.message_updated(message), to=locked.audience, deduplication_id=event_id)
    return MessageRevision.objects.filter(message=message).count()

"""What people do with messages: one transaction each, told to the open screens after it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import commit_lazily, reset_attempts
from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed, Refusal
from messaging import events, participants, seats, unread
from messaging.attaching import attach
from messaging.drafts import Draft, DraftConflict, Opening, already_opened, already_sent
from messaging.ledger import (
    append,
    audience,
    awaiting_without,
    bump,
    lock,
    lock_to_count,
    lock_to_write,
)
from messaging.models import Conversation, Message, MessageRevision, Participant


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
    default_detail = _("The message you answer to is not in this conversation.")


Change = str | int | datetime | None


class Sent(NamedTuple):
    message: Message
    is_new: bool


class FannedOut(NamedTuple):
    message: Message
    # Everyone who takes part, counted.
    participants: list[Participant]


class Opened(NamedTuple):
    conversation: Conversation
    is_new: bool


# --- Messages -----------------------------------------------------------------------------------


def send_message(*, author: User, conversation_id: UUID, draft: Draft) -> Sent:
    """Record a message and tell everyone in the conversation.

    The same draft sent twice gives back the first message, so a phone that lost the answer can
    try again. A closed conversation opens again.

    Raises Http404 when the author may not see the conversation, ConversationClosed when it or its
    chantier is archived, DraftConflict when the id was already used for something else,
    UnknownAttachment when one of its files is not the author's own
    and free.
    """
    try:
        return _send(author, conversation_id, draft)
    except IntegrityError:
        # Recorded on another connection while we waited for the lock: PostgreSQL then reads the
        # locked row again, but not the other tables that the same query looked at.
        return _send(author, conversation_id, draft)


@transaction.atomic
def edit_message(*, editor: User, message: Message, body: str) -> Message:
    """Change the text of one's own recent message; the earlier text is kept.

    Raises NotAllowed, EditWindowOver (15 minutes), MessageDeleted or ConversationClosed.
    """
    conversation, message = _lock_for_change(message)
    if message.author_id != editor.pk:
        raise NotAllowed
    if not conversation.accepts_messages:
        raise ConversationClosed
    _check_window(message)
    if message.body != body:
        _revise(conversation, message, {}, body=body, edited_at=timezone.now())
    return message


@transaction.atomic
def delete_message(*, remover: User, message: Message) -> Message:
    """Leave a tombstone where a message was; its text is kept for the company.

    One's own recent message, or any for a manager. Raises NotAllowed or EditWindowOver.
    """
    conversation, message = _lock_for_change(message)
    if message.deleted_at is not None:
        return message
    if remover.role != User.Role.MANAGER:
        if message.author_id != remover.pk:
            raise NotAllowed
        _check_window(message)
    # The counters owe a recount, so the order to fan out is given again.
    now = timezone.now()
    _revise(
        conversation,
        message,
        {"awaiting_reply_since": awaiting_without(conversation, message)},
        body="",
        deleted_at=now,
        fanned_out_at=None,
        **reset_attempts(),
    )
    enqueue(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


@transaction.atomic(savepoint=False)
def fan_out_message(message_id: UUID) -> FannedOut | None:
    """Count a message for everyone it concerns, and tell the open screens again.

    Whether it runs once, twice or late makes no difference. Returns None when nothing was owed
    any more.
    """
    conversation = lock_to_count(message_id)
    pending = Message.objects.filter(pk=message_id, fanned_out_at=None).order_by()
    # Asked again under the lock: another worker may have counted it while we waited.
    message = pending.select_related("author").first() if conversation else None
    if conversation is None or message is None:
        return None
    message.conversation = conversation
    # Whoever joins has this message to read; a tombstone leaves nothing.
    is_deleted = message.deleted_at is not None
    last_read = conversation.last_seq if is_deleted else message.seq - 1
    if not seats.update_participants(conversation, read_up_to=last_read):
        commit_lazily()
    counted = unread.recount(conversation)
    seats.publish_counters(conversation, counted)
    publish(events.message_again(message), to=audience(conversation))
    pending.update(fanned_out_at=timezone.now(), due_at=None, leased_until=None, last_error="")
    return FannedOut(message, counted)


# --- Conversations ------------------------------------------------------------------------------


def open_conversation(*, opener: User, opening: Opening) -> Opened:
    """Open a conversation, with its first message when there is one.

    The same request sent twice gives back the first conversation. Raises DraftConflict when the
    id was already used for another, ConversationClosed when its chantier is archived.
    """
    if earlier := already_opened(opener, opening):
        return Opened(earlier, is_new=False)
    try:
        return Opened(_open(opener, opening), is_new=True)
    except IntegrityError as error:
        # The same request a moment ago, on another thread.
        if earlier := already_opened(opener, opening):
            return Opened(earlier, is_new=False)
        raise DraftConflict from error


@transaction.atomic
def change_conversation(
    *, editor: User, conversation: Conversation, changes: dict[str, Any]
) -> Conversation:
    """Change the subject, the chantier, the status or who is assigned.

    A client's user may change the subject only: raises NotAllowed.
    """
    if not editor.is_company and changes.keys() - {"subject"}:
        raise NotAllowed
    conversation = lock(conversation.pk)
    changes = {k: v for k, v in changes.items() if getattr(conversation, k) != v}
    if not changes:
        return conversation
    if changes.get("status") == Conversation.Status.CLOSED:
        changes["awaiting_reply_since"] = None
    bump(conversation, **changes)
    if participants.reconcile(conversation, read_up_to=conversation.last_seq):
        # Who comes back has an old read mark.
        seats.publish_counters(conversation, unread.recount(conversation))
    publish(events.conversation_updated(conversation), to=audience(conversation))
    return conversation


@transaction.atomic
def archive_conversation(*, archiver: User, conversation: Conversation) -> None:
    """Take a conversation off the lists for good; its history can still be read by its address."""
    if not archiver.is_company:
        raise NotAllowed
    conversation = lock(conversation.pk)
    if conversation.archived_at is None:
        bump(conversation, archived_at=timezone.now(), awaiting_reply_since=None)
        publish(events.conversation_updated(conversation), to=audience(conversation))


# --- Reading ------------------------------------------------------------------------------------


@transaction.atomic
def read_up_to(*, reader: User, conversation: Conversation, seq: int) -> Participant:
    """Note that a person has read up to `seq`, and return the counter that this leaves.

    Never goes back; past the end is the end. Someone of the company who takes no part reads
    without a trace.
    """
    conversation = lock(conversation.pk)
    seq = min(seq, conversation.last_seq)
    mark = _mark_of(reader, conversation)
    if mark is None:
        return Participant(conversation=conversation, user=reader, last_read_seq=seq)
    if seq > mark.unread_after_seq:
        mark.last_read_seq = max(seq, mark.last_read_seq)
        # What was marked as unread and lies further on stays so.
        mark.unread_from_seq = seq + 1 if seq < mark.last_read_seq else None
        _save_mark(mark, conversation)
    else:
        # Nothing moves, but a worker may still owe the count.
        _count_again(mark, conversation)
    return mark


@transaction.atomic
def mark_unread_from(*, reader: User, conversation: Conversation, seq: int) -> Participant:
    """Count the messages from `seq` on as unread again, for this person alone.

    What the other side sees as read stays read. Raises NotAllowed for whoever takes no part.
    """
    conversation = lock(conversation.pk)
    mark = _mark_of(reader, conversation)
    if mark is None:
        raise NotAllowed(_("You take no part in this conversation, so nothing is counted for you."))
    mark.unread_from_seq = min(seq, conversation.last_seq + 1)
    _save_mark(mark, conversation)
    return mark


def show_typing(*, writer: User, conversation: Conversation) -> None:
    """Show the open screens that someone is writing. Nothing is kept."""
    listeners = participants.client_user_ids(conversation)
    publish(events.typing(conversation.pk, writer), to=Audience(user_ids=listeners, company=True))


# --- Steps of several actions -------------------------------------------------------------------


@transaction.atomic
def _send(author: User, conversation_id: UUID, draft: Draft) -> Sent:
    conversation = lock_to_write(author, conversation_id, draft.id)
    if earlier := already_sent(author, draft, conversation):
        return Sent(earlier, is_new=False)
    if not conversation.accepts_messages:
        raise ConversationClosed
    return Sent(record_message(conversation, author, draft), is_new=True)


def record_message(conversation: Conversation, author: User, draft: Draft) -> Message:
    """Append a new message to a locked conversation, publish it and owe its fan-out."""
    message = Message(
        id=draft.id,
        author=author,
        body=draft.body,
        reply_to_id=_quoted(conversation, draft),
        draft_digest=draft.digest(conversation.pk),
        by_email=draft.by_email,
        attachment_count=len(draft.attachment_ids),
    )
    append(conversation, message)
    attach(draft.attachment_ids, to=message)
    publish(events.message_created(message), to=audience(conversation))
    if not getattr(conversation, "author_has_written", False):
        participants.record_author(conversation, author, seq=message.seq)
    if not getattr(conversation, "author_is_participant", False):
        seats.publish_participants(conversation)
    enqueue(Job.FAN_OUT_MESSAGE, message_id=message.pk)
    return message


def _quoted(conversation: Conversation, draft: Draft) -> UUID | None:
    if draft.reply_to is None:
        return None
    if not Message.objects.filter(pk=draft.reply_to, conversation=conversation).exists():
        raise UnknownQuotedMessage
    return draft.reply_to


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
    conversation = lock(conversation.pk)
    if not conversation.accepts_messages:
        raise ConversationClosed
    if opener.is_company:
        participants.record_author(conversation, opener, seq=0)
    participants.reconcile(conversation, read_up_to=0)
    publish(events.conversation_created(conversation), to=audience(conversation))
    if opening.message:
        conversation = lock_to_write(opener, conversation.pk, opening.message.id)
        if already_sent(opener, opening.message, conversation):
            raise DraftConflict
        record_message(conversation, opener, opening.message)
    return conversation


def _lock_for_change(message: Message) -> tuple[Conversation, Message]:
    """Lock the conversation, then read the message as it is now."""
    conversation = lock(message.conversation_id)
    message = Message.objects.select_related("author").get(pk=message.pk)
    message.conversation = conversation
    return conversation, message


def _check_window(message: Message) -> None:
    if message.deleted_at is not None:
        raise MessageDeleted
    if timezone.now() - message.created_at > settings.MESSAGE_EDIT_WINDOW:
        raise EditWindowOver


def _revise(
    conversation: Conversation, message: Message, moved: dict[str, Change], **changes: Change
) -> None:
    """Change a message, keeping its text, and what that has `moved` of its conversation."""
    MessageRevision.objects.create(message=message, body=message.body)
    message.version = bump(conversation, **moved)
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=["version", *changes])
    publish(events.message_updated(message), to=audience(conversation))


def _mark_of(reader: User, conversation: Conversation) -> Participant | None:
    return conversation.participants.filter(user=reader, left_at=None).first()


def _count_again(mark: Participant, conversation: Conversation) -> None:
    [counted] = unread.recount(conversation, only=mark.user_id)
    mark.unread_count = counted.unread_count


def _save_mark(mark: Participant, conversation: Conversation) -> None:
    """Save a read mark under the conversation's next version, count again and tell."""
    mark.read_version = bump(conversation)
    mark.save(update_fields=["last_read_seq", "unread_from_seq", "read_version"])
    _count_again(mark, conversation)
    publish(events.read_updated(mark, version=conversation.version), to=audience(conversation))
    publish(
        events.unread_updated(mark, version=conversation.version),
        to=Audience(user_ids=(mark.user_id,)),
    )

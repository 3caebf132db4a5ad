"""Move messages from one conversation to another of the same client, both locked.

A seq never goes away. So the message leaves a tombstone that says where it went (`moved_to`), and
stands in the other conversation under a new id and the next seq, with its author, time, files and
earlier texts. Screens see that versions are missing and ask for the changes.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F
from django.utils import timezone

from core.ids import new_id
from core.jobs.enqueue import Job, enqueue_once
from messaging.chain.contents import moved_away, moved_here
from messaging.conversation import chaining, outgoing, participants
from messaging.conversation.lock import LockedConversation
from messaging.models import Message, MessageAttachment, MessageRevision, Participant


def move(
    messages: Sequence[Message], *, source: LockedConversation, target: LockedConversation
) -> dict[UUID, Message]:
    """Move messages, in seq order, none of them deleted; return the new ones by the old ids.

    The caller bumps both conversations afterwards, in which the columns of the lists are set.
    """
    moved, at = _copies(messages, target), timezone.now()
    Message.objects.bulk_create(moved.values())
    edits = _edits_of(messages)
    for message in messages:
        copy = moved[message.pk]
        MessageAttachment.objects.filter(message=message).update(
            message=copy, conversation=target.conversation
        )
        MessageRevision.objects.filter(message=message).update(message=copy)
        _leave_tombstone(message, copy, source, at)
        outgoing.message_deleted(message, moved_to=copy)
        outgoing.message_moved(copy, moved_from=message)
        enqueue_once(Job.FAN_OUT_MESSAGE, message_id=copy.pk)
    _chain(messages, moved, edits, source, target, at)
    _carry_marks(messages, source, target)
    authors = {each.author for each in messages if each.author.is_company}
    for author in authors:
        participants.record_author(target, author, seq=target.conversation.last_seq)
    conversation = target.conversation
    conversation.last_message = list(moved.values())[-1]
    conversation.last_activity_at = timezone.now()
    conversation.save(update_fields=["last_seq", "version", "last_message", "last_activity_at"])
    source.conversation.save(update_fields=["version"])
    return moved


def _copies(messages: Sequence[Message], target: LockedConversation) -> dict[UUID, Message]:
    conversation, moved = target.conversation, dict[UUID, Message]()
    for message in messages:
        conversation.last_seq += 1
        conversation.version += 1
        moved[message.pk] = Message(
            id=new_id(),
            conversation=conversation,
            seq=conversation.last_seq,
            version=conversation.version,
            author=message.author,
            body=message.body,
            reply_to=moved.get(message.reply_to_id) if message.reply_to_id else None,
            by_email=message.by_email,
            attachment_count=message.attachment_count,
            draft_digest=message.draft_digest,
            created_at=message.created_at,
            edited_at=message.edited_at,
        )
    return moved


def _edits_of(messages: Sequence[Message]) -> Counter[UUID]:
    revisions = MessageRevision.objects.filter(message__in=messages).order_by()
    counted = revisions.values("message").annotate(count=Count("pk"))
    return Counter(dict(counted.values_list("message", "count")))


def _chain(
    messages: Sequence[Message],
    moved: dict[UUID, Message],
    edits: Counter[UUID],
    source: LockedConversation,
    target: LockedConversation,
    at: datetime,
) -> None:
    """Chain that messages went away, and that they came."""
    away = [moved_away(each, to=moved[each.pk], edits=edits[each.pk]) for each in messages]
    here = [
        moved_here(copy, copy.attachments, source=each, edits=edits[each.pk])
        for each in messages
        for copy in [moved[each.pk]]
    ]
    chaining.record(source, away, at=at)
    chaining.record(target, here, at=at)


def _leave_tombstone(
    message: Message, copy: Message, source: LockedConversation, at: datetime
) -> None:
    source.conversation.version += 1
    message.conversation, message.version = source.conversation, source.conversation.version
    message.body, message.deleted_at = "", at
    Message.objects.filter(pk=message.pk).update(
        version=message.version,
        body="",
        deleted_at=message.deleted_at,
        moved_to=copy,
        moved_into=copy.conversation_id,
    )


def _carry_marks(
    messages: Sequence[Message], source: LockedConversation, target: LockedConversation
) -> None:
    """Keep what moves as read, for people who had read all of it and all of the target."""
    before = target.conversation.last_seq - len(messages)
    read = Participant.objects.filter(
        conversation=source.conversation,
        last_read_seq__gte=messages[-1].seq,
        unread_from_seq=None,
    )
    marks = Participant.objects.filter(
        conversation=target.conversation,
        user__in=read.values("user"),
        last_read_seq__gte=before,
        unread_from_seq=None,
    )
    marks.update(last_read_seq=F("last_read_seq") + len(messages))

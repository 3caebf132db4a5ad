"""Two people were one: what each has once in a conversation is joined, and counted anew."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver

from core.merging import people_merging
from core.models import User
from core.realtime.publish import publish_resync
from messaging.chain.contents import people_merged
from messaging.conversation import chaining, unread
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.participants import reconcile
from messaging.conversation.versions import bump
from messaging.models import (
    CannedReply,
    Conversation,
    Mention,
    Message,
    Note,
    Participant,
    ReadTime,
    SearchOwed,
)
from messaging.note_models import SHORTCUT_LENGTH


@receiver(people_merging)
def join_what_each_has_once(
    kept: User, gone: User, afterwards: list[Callable[[], None]], **_signal: Any
) -> None:
    touched = _conversations_of(gone)
    # Before all else: messages that are sent now wait for the locks.
    for conversation_id in touched:
        _chain(lock(conversation_id), kept, gone)
    messages = list(Message.objects.filter(author=gone).values_list("pk", flat=True))
    for participant in Participant.objects.filter(user=gone):
        _join_participants(participant, kept)
    unseen = Mention.objects.filter(user=gone, seen_at=None).values("note")
    Mention.objects.filter(user=kept, note__in=unseen).update(seen_at=None)
    _keep_texts(kept, gone)
    afterwards.append(partial(_count_anew, touched, messages, kept))


def _conversations_of(person: User) -> list[UUID]:
    """Return the ids of the conversations that show the person, in the order of locks."""
    shows = (
        Q(pk__in=Participant.objects.filter(user=person).values("conversation"))
        | Q(pk__in=Message.objects.filter(author=person).values("conversation"))
        | Q(pk__in=Note.objects.filter(author=person).values("conversation"))
        | Q(assigned_to=person)
        | Q(created_by=person)
    )
    return list(Conversation.objects.filter(shows).order_by("pk").values_list("pk", flat=True))


def _chain(locked: LockedConversation, kept: User, gone: User) -> None:
    """Chain what had the other author: else all of it would seem altered."""
    written = Message.objects.filter(conversation=locked.conversation, author=gone)
    seqs = written.order_by("seq").values_list("seq", flat=True)
    notes = Note.objects.filter(conversation=locked.conversation, author=gone)
    note_ids = notes.order_by("pk").values_list("pk", flat=True)
    entries = people_merged(gone.pk, kept.pk, seqs=list(seqs), notes=list(note_ids))
    chaining.record(locked, entries)


def _join_participants(gone: Participant, kept: User) -> None:
    """Join two rows of a conversation: the higher read mark counts, and who has written has."""
    row = Participant.objects.filter(conversation=gone.conversation_id, user=kept).first()
    if row is None:
        return
    was_further = gone.last_read_seq > row.last_read_seq
    row.last_read_seq = max(row.last_read_seq, gone.last_read_seq)
    if was_further:
        row.unread_from_seq = gone.unread_from_seq
    row.has_written |= gone.has_written
    row.follows = gone.follows if row.follows is None else row.follows
    if gone.left_at is None:
        row.left_at = None
    row.save()
    known = ReadTime.objects.filter(participant=row).values("up_to_seq")
    ReadTime.objects.filter(participant=gone).exclude(up_to_seq__in=known).update(participant=row)
    gone.delete()


def _keep_texts(kept: User, gone: User) -> None:
    """Give the own answers of both that have one shortcut two: none is lost."""
    of_kept = CannedReply.objects.filter(owner=kept).values("shortcut")
    taken = set(CannedReply.objects.values_list("shortcut", flat=True))
    for reply in CannedReply.objects.filter(owner=gone, shortcut__in=of_kept):
        beginning = reply.shortcut[: SHORTCUT_LENGTH - 3]
        numbered = (f"{beginning}{number}" for number in count(2))
        reply.shortcut = next(shortcut for shortcut in numbered if shortcut not in taken)
        taken.add(reply.shortcut)
        reply.save(update_fields=["shortcut"])


def _count_anew(conversations: list[UUID], messages: list[UUID], kept: User) -> None:
    """Count what is unread, and give what has another author now a version that screens ask for."""
    for conversation_id in conversations:
        locked = lock(conversation_id)
        reconcile(locked, read_up_to=locked.conversation.last_seq)
        of_other = Message.objects.filter(conversation=conversation_id, pk__in=messages)
        # A version each, since the pages of `changes` end between two versions.
        for message_id in of_other.order_by("seq").values_list("pk", flat=True):
            Message.objects.filter(pk=message_id).update(version=bump(locked))
        mark = Participant.objects.filter(conversation=conversation_id, user=kept)
        mark.update(read_version=bump(locked))
        unread.recount(locked)
    SearchOwed.objects.create(kind="person", row_id=kept.pk, is_again=True)
    publish_resync()

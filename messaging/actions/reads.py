"""Mark as read and as unread: one transaction each."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.realtime.publish import Audience, publish
from core.web.errors import NotAllowed
from messaging import events
from messaging.chain.contents import read
from messaging.conversation import chaining, unread
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.versions import bump
from messaging.models import Conversation, Mention, Participant, ReadTime


@transaction.atomic
def read_up_to(*, reader: User, conversation: Conversation, seq: int) -> Participant:
    """Record that a person has read up to `seq`; return the mark and the counter that this leaves.

    What mentions the person is seen with it. A mark never goes back, nor past the last message. For
    a person of the company who takes no part nothing else is recorded.
    """
    if reader.is_company:
        unseen = Mention.objects.filter(user=reader, conversation=conversation, seen_at=None)
        unseen.update(seen_at=timezone.now())
    locked = lock(conversation.pk)
    seq = min(seq, locked.conversation.last_seq)
    mark = _mark_of(reader, locked)
    if mark is None:
        return Participant(conversation=conversation, user=reader, last_read_seq=seq)
    if seq > mark.unread_after_seq:
        is_further = seq > mark.last_read_seq
        mark.last_read_seq = max(seq, mark.last_read_seq)
        # Messages marked as unread further on stay unread.
        mark.unread_from_seq = seq + 1 if seq < mark.last_read_seq else None
        _save_mark(mark, locked, at=timezone.now() if is_further else None)
    else:
        # The mark stays, but the fan-out of a message may still be pending.
        _count_again(mark, locked)
    return mark


@transaction.atomic
def mark_unread_from(*, reader: User, conversation: Conversation, seq: int) -> Participant:
    """Count the messages from `seq` on as unread again, for this person alone.

    The other side still sees them as read. Raises NotAllowed for a person who takes no part.
    """
    locked = lock(conversation.pk)
    mark = _mark_of(reader, locked)
    if mark is None:
        raise NotAllowed(_("You take no part in this conversation, so nothing is counted for you."))
    mark.unread_from_seq = min(seq, locked.conversation.last_seq + 1)
    _save_mark(mark, locked)
    return mark


def _mark_of(reader: User, locked: LockedConversation) -> Participant | None:
    return locked.conversation.participants.filter(user=reader, left_at=None).first()


def _count_again(mark: Participant, locked: LockedConversation) -> None:
    [counted] = unread.recount(locked, only=mark.user_id)
    mark.unread_count = counted.unread_count


def _save_mark(
    mark: Participant, locked: LockedConversation, *, at: datetime | None = None
) -> None:
    """Save a read mark under the next version, recount and publish both.

    `at` is when it reached further messages; None if it did not.
    """
    if at is not None:
        ReadTime.objects.create(participant=mark, up_to_seq=mark.last_read_seq, at=at)
        chaining.record(locked, [read(mark.user_id, mark.last_read_seq)], at=at)
    version = mark.read_version = bump(locked)
    mark.save(update_fields=["last_read_seq", "unread_from_seq", "read_version"])
    _count_again(mark, locked)
    publish(events.read_updated(mark, version=version, at=at), to=locked.audience)
    publish(
        events.unread_updated(mark, version=version),
        to=Audience(user_ids=(mark.user_id,)),
    )

"""Purge one conversation, in small steps, each of which may be the last of its process.

    begin      hide the conversation from everybody, and end what would still be sent
    unfind     take it out of the search
    doom       write down a batch of files whose objects are to go
    destroy    delete these objects in all versions, see that they are gone, delete the rows
    rows       delete rows of the other tables, a batch at a time
    empty      take text and author's words out of a batch of messages, oldest first
    finish     delete the messages, then the rest; leave a stub

A step that deletes what was whole until then asks for holds first, under the lock that placing one
takes alone. A batch that is doomed is past that: its files may be half deleted. Once all messages
are empty there is nothing left to hold.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from attachments.storage import hold as storage_hold
from attachments.storage import versions
from core.jobs import progress
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import NOT_DUE, reset_attempts
from core.models import ClientRemark
from messaging.conversation import history, unread
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.versions import bump
from messaging.models import (
    Conversation,
    DoomedObject,
    HistoryLine,
    LegalHold,
    Message,
    Participant,
    PurgeOrder,
    SearchEntry,
    SearchOwed,
)
from messaging.retention import contents, holds, record
from messaging.retention.contents import Counts
from messaging.retention.rules import Because, is_still_over
from messaging.search import forgetting

FILES_AT_ONCE = 100
ROWS_AT_ONCE = 500
# Of one attempt. The lease of the job is three times as long.
SLICE_SECONDS = 20.0
# While a backup copies the objects, or a file is still analysed.
PAUSE = timedelta(minutes=5)
NO_DIGEST = bytes(32)

logger = structlog.get_logger(__name__)


class _Stopped(Exception):
    """The conversation is held, or its time is not over any more."""


class _NotNow(Exception):
    """Something else is at work that must not be disturbed."""


def perform(order_id: UUID) -> None:
    """Go on with an order that the caller has leased, for a while. It is due again if work is left.

    Raises StorageAway, also when the bucket does not let go of an object.
    """
    until = time.monotonic() + SLICE_SECONDS
    with suppress(_Stopped):
        try:
            while _step(order_id):
                if time.monotonic() > until:
                    _again(order_id, timedelta())
                    return
        except _NotNow:
            _again(order_id, PAUSE)


def _again(order_id: UUID, pause: timedelta) -> None:
    rows = PurgeOrder.objects.filter(pk=order_id, done_at=None, stopped_at=None)
    rows.update(**reset_attempts(timezone.now() + pause))
    if not pause:
        enqueue(Job.PURGE_CONVERSATION, order_id=order_id)


def _step(order_id: UUID) -> bool:
    """Do the next step; return False once the order is done or gone."""
    order = PurgeOrder.objects.filter(pk=order_id, done_at=None).first()
    if order is None:
        return False
    if order.began_at is None:
        return _begin(order)
    if order.doomed.exists():
        return _destroy(order)
    steps: tuple[Callable[[PurgeOrder], bool], ...] = (_unfind, _doom, _delete_rows, _empty)
    return any(step(order) for step in steps) or _delete_messages(order) or _finish(order)


# --- The lock ------------------------------------------------------------------------------------


def _locked(order: PurgeOrder) -> LockedConversation:
    """Lock the conversation. Within a transaction."""
    return lock(order.conversation_id)


def _unheld(order: PurgeOrder) -> LockedConversation:
    """Lock the conversation while no hold is placed on it; raises _Stopped if there is one.

    Within a transaction, in which nothing was written yet.
    """
    holds.share_lock()
    locked = _locked(order)
    if hold := holds.on(locked.conversation):
        raise _Held(hold)
    return locked


class _Held(_Stopped):
    def __init__(self, hold: LegalHold) -> None:
        super().__init__(str(hold))
        self.hold = hold


def _unless_held(order: PurgeOrder, step: Callable[[LockedConversation], bool]) -> bool:
    """Do a step in a transaction of its own, or stop the order for good while it is held."""
    try:
        with transaction.atomic():
            return step(_unheld(order))
    except _Held as held:
        _stop(order, held.hold)
        raise


@transaction.atomic
def _stop(order: PurgeOrder, hold: LegalHold) -> None:
    """Leave what is left where it is, and show it again."""
    locked = _locked(order)
    PurgeOrder.objects.filter(pk=order.pk).update(
        **NOT_DUE, stopped_at=timezone.now(), began_at=None
    )
    if locked.conversation.purged_at is None:
        return
    conversation = locked.conversation
    conversation.purged_at, conversation.archived_at = None, order.was_archived_at
    conversation.save(update_fields=["purged_at", "archived_at"])
    bump(locked)
    unread.recount(locked)
    record.stopped(locked, order)
    SearchOwed.objects.bulk_create(
        SearchOwed(kind="message", row_id=key)
        for key in Message.objects.filter(conversation=conversation).values_list("pk", flat=True)
    )
    SearchOwed.objects.create(kind="conversation", row_id=conversation.pk)
    history.show_changed(locked)
    logger.warning("purge_stopped", conversation=str(conversation.pk), hold=str(hold.pk))


# --- The steps -----------------------------------------------------------------------------------


def _begin(order: PurgeOrder) -> bool:
    because = Because(order.scope, order.years, order.reason)

    def step(locked: LockedConversation) -> bool:
        conversation = locked.conversation
        if not is_still_over(conversation, because):
            order.delete()
            return False
        if conversation.chained_seq < conversation.last_seq:
            # The chain of an old conversation begins with a digest of what is there.
            raise _NotNow
        now = timezone.now()
        PurgeOrder.objects.filter(pk=order.pk).update(
            began_at=now, stopped_at=None, was_archived_at=conversation.archived_at
        )
        conversation.purged_at = now
        conversation.save(update_fields=["purged_at"])
        # Archived conversations leave the lists of open pages, and no counter has them.
        bump(
            locked,
            archived_at=conversation.archived_at or now,
            status=Conversation.Status.CLOSED.value,
            awaiting_reply_since=None,
            snoozed_until=None,
        )
        Participant.objects.filter(conversation=conversation).update(unread_count=0)
        history.show_changed(locked)
        return True

    return _unless_held(order, step)


def _unfind(order: PurgeOrder) -> bool:
    """Take it out of the search. Since it began, nothing of it is entered there again."""

    def step(_locked: LockedConversation) -> bool:
        found = SearchEntry.objects.filter(conversation=order.conversation_id)
        ids = list(found.values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if ids:
            _count(order, {"search": forgetting.forget_entries(ids)})
        return bool(ids)

    return _unless_held(order, step)


def _doom(order: PurgeOrder) -> bool:
    def step(_locked: LockedConversation) -> bool:
        for files in contents.FILES:
            picked = files.pick(order.conversation_id, FILES_AT_ONCE)
            if picked:
                DoomedObject.objects.bulk_create(
                    (
                        DoomedObject(prefix=prefix, order=order, kind=files.name, row=key)
                        for key, prefixes in picked
                        for prefix in prefixes
                    ),
                    ignore_conflicts=True,
                )
                if not order.doomed.exists():
                    # Another order deletes the same objects just now.
                    raise _NotNow
                return True
            if files.is_busy(order.conversation_id):
                raise _NotNow
        return False

    return _unless_held(order, step)


def _destroy(order: PurgeOrder) -> bool:
    doomed = list(order.doomed.order_by("pk"))
    count = _destroy_objects(doomed)
    with transaction.atomic():
        locked = _locked(order)
        counted: Counts = {"objects": count}
        for kind in sorted({each.kind for each in doomed}):
            keys = sorted({each.row for each in doomed if each.kind == kind})
            if kind not in contents.WITHOUT_ENTRIES:
                record.forget_files(locked, keys)
            _add(counted, contents.files_of_kind(kind).remove(order.conversation_id, keys))
        DoomedObject.objects.filter(pk__in=[each.pk for each in doomed]).delete()
        _count(order, counted)
    return True


def _destroy_objects(doomed: list[DoomedObject]) -> int:
    count = 0
    with storage_hold.deletion() as is_allowed:
        if not is_allowed:
            raise _NotNow
        for each in doomed:
            count += versions.delete_all_versions(each.prefix)[0]
    return count


def destroy_others(at_most: int = 500) -> int:
    """Delete the objects of people who were anonymised; return how many rows are done.

    Raises StorageAway. None while a backup runs.
    """
    doomed = list(DoomedObject.objects.filter(order=None).order_by("pk")[:at_most])
    with suppress(_NotNow):
        _destroy_objects(doomed)
        DoomedObject.objects.filter(pk__in=[each.pk for each in doomed]).delete()
        return len(doomed)
    return 0


def _delete_rows(order: PurgeOrder) -> bool:
    def step(locked: LockedConversation) -> bool:
        for each in contents.ROWS:
            keys = list(each.of(order.conversation_id).values_list("pk", flat=True)[:ROWS_AT_ONCE])
            if keys:
                record.forget_rows(locked, each.name, keys)
                each.of(order.conversation_id).model._base_manager.filter(pk__in=keys).delete()
                _count(order, {each.name: len(keys)})
                return True
        return False

    return _unless_held(order, step)


def _empty(order: PurgeOrder) -> bool:
    """Take the text out of messages. If a hold comes, these stand in the thread as deleted."""

    def step(locked: LockedConversation) -> bool:
        full = _messages(order).exclude(draft_digest=NO_DIGEST).order_by("seq")
        keys = list(full.values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if not keys:
            return False
        record.forget_rows(locked, "messages", keys)
        Message.objects.filter(pk__in=keys).update(
            body="", attachment_count=0, draft_digest=NO_DIGEST, deleted_at=timezone.now(),
            reply_to=None, moved_to=None, moved_into=None, by_email=False, last_error="",
        )  # fmt: skip
        # Answers here keep theirs: the chain names it, and a hold may show them again.
        elsewhere = Message.objects.exclude(conversation=order.conversation_id)
        elsewhere.filter(reply_to__in=keys).update(reply_to=None)
        Message.objects.filter(moved_to__in=keys).update(moved_to=None, moved_into=None)
        _count(order, {"messages": len(keys)})
        return True

    done = _unless_held(order, step)
    if done:
        order.refresh_from_db(fields=["counts"])
        progress.step(order.counts.get("messages", 0), _total(order), "messages")
    return done


def _total(order: PurgeOrder) -> int:
    return Conversation.objects.values_list("last_seq", flat=True).get(pk=order.conversation_id)


def _delete_messages(order: PurgeOrder) -> bool:
    with transaction.atomic():
        locked = _locked(order)
        Conversation.objects.filter(pk=order.conversation_id).update(last_message=None)
        keys = list(_messages(order).order_by("-seq").values_list("pk", flat=True)[:ROWS_AT_ONCE])
        record.forget_rows(locked, "messages", keys)
        Message.objects.filter(pk__in=keys).delete()
    return bool(keys)


def _finish(order: PurgeOrder) -> bool:
    with transaction.atomic():
        locked = _locked(order)
        conversation = locked.conversation
        people, lines = (
            model.objects.filter(conversation=conversation) for model in (Participant, HistoryLine)
        )
        _count(order, {"participants": people.count(), "lines": lines.count()})
        people.delete()
        lines.delete()
        conversation.subject, conversation.draft_digest = "", NO_DIGEST
        conversation.assigned_to = None
        conversation.save(update_fields=["subject", "draft_digest", "assigned_to"])
        others = Conversation.objects.filter(client=conversation.client_id, purged_at=None)
        if not others.exists():
            ClientRemark.objects.filter(client=conversation.client_id).delete()
        order.refresh_from_db(fields=["counts"])
        record.finished(locked, order)
        PurgeOrder.objects.filter(pk=order.pk).update(**NOT_DUE, done_at=timezone.now())
    return False


def _messages(order: PurgeOrder) -> QuerySet[Message]:
    return Message.objects.filter(conversation=order.conversation_id)


def _count(order: PurgeOrder, counts: Counts) -> None:
    """Add to the counts of an order. Under the conversation's lock."""
    fresh = PurgeOrder.objects.values_list("counts", flat=True).get(pk=order.pk)
    _add(fresh, counts)
    PurgeOrder.objects.filter(pk=order.pk).update(counts=fresh)


def _add(total: Counts, counts: Counts) -> None:
    for name, count in counts.items():
        total[name] = total.get(name, 0) + count

"""Chain what was written before the chain or beside it, and close the days."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from core import installation
from messaging.chain import stamps
from messaging.chain.beginnings import beginning_of, later_of
from messaging.chain.contents import Kind, new_message, started
from messaging.chain.faults import Fault
from messaging.chain.hashes import NOTHING, Leaf, root_hash, tree_hash
from messaging.chain.rebuilding import rows_of
from messaging.conversation import chaining
from messaging.conversation.lock import LockedConversation, lock
from messaging.models import ChainEntry, ChainLeaf, ChainRoot, Conversation, Message
from messaging.queries.chain import faults_of

AT_A_RUN_SECONDS = 10
LATE_AT_ONCE = 200
STAMPED_AT_ONCE = 10
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
# Of PostgreSQL's advisory locks; any number that nothing else takes.
LOCK = 7_201_520

logger = structlog.get_logger(__name__)


def catch_up(seconds: float = AT_A_RUN_SECONDS) -> int:
    """Chain the messages that are not, for about so long; return of how many conversations.

    Those of conversations that are older than the chain, and those that an older version sent while
    it was replaced. Which ones is in the rows, so nothing is lost or chained twice.
    """
    until, count = time.monotonic() + seconds, 0
    unchained = Conversation.objects.filter(chained_seq__lt=F("last_seq")).order_by("pk")
    after = UUID(int=0)
    while time.monotonic() < until:
        batch = list(unchained.filter(pk__gt=after).values_list("pk", flat=True)[:100])
        if not batch:
            break
        for conversation_id in batch:
            if time.monotonic() >= until:
                break
            count += chain_old(conversation_id)
            after = conversation_id
    return count


def chain_old(conversation_id: UUID) -> bool:
    """Chain the messages of a conversation that are not; return False if somebody wrote just then.

    What is hashed of an old conversation is read before its lock is taken: nobody who writes waits
    for that.
    """
    before = Conversation.objects.get(pk=conversation_id)
    first = _first_chained_seq(before)
    start = None
    if before.chained_seq == 0 and first != 1:
        up_to_seq = before.last_seq if first is None else first - 1
        found = beginning_of(before, up_to_seq, later_of(before.pk))
        start = started(up_to_seq, messages=found.messages, notes=found.notes, digest=found.digest)
    with transaction.atomic():
        locked = lock(conversation_id)
        now = locked.conversation
        if (now.version, now.chain_length) != (before.version, before.chain_length):
            return False
        if start is not None:
            chaining.record(locked, [start])
        _chain_late(locked)
    return True


def _first_chained_seq(conversation: Conversation) -> int | None:
    """Return the seq of the first message that has an entry of its own."""
    entries = ChainEntry.objects.filter(
        conversation=conversation, kind__in=(Kind.MESSAGE, Kind.MOVE), number__isnull=False
    )
    here = entries.exclude(content__contains='"to":')
    return here.order_by("number").values_list("number", flat=True).first()


def _chain_late(locked: LockedConversation) -> None:
    """Chain messages that an older version has sent, and pass over those that are chained."""
    conversation = locked.conversation
    while conversation.chained_seq < conversation.last_seq:
        since = conversation.chained_seq
        messages = Message.objects.filter(conversation=conversation, seq__gt=since)
        batch = list(messages.select_related("author").order_by("seq")[:LATE_AT_ONCE])
        ids = [message.pk for message in batch]
        chained = set(
            ChainEntry.objects.filter(
                conversation=conversation, kind__in=(Kind.MESSAGE, Kind.MOVE), subject__in=ids
            ).values_list("subject", flat=True)
        )
        rows = rows_of(ids)
        entries = [
            new_message(
                each, rows.files_of(each.pk), edits=len(rows.texts(each.pk)) - 1, is_late=True
            )
            for each in batch
            if each.pk not in chained
        ]
        conversation.chained_seq = batch[-1].seq if batch else conversation.last_seq
        chaining.record(locked, entries)
    conversation.save(update_fields=["chained_seq"])


def verify(conversation_id: UUID) -> list[Fault]:
    """Check a conversation, and once more under its lock if something seems wrong.

    So nobody waits for a check of what is well, and what is written beside it is no fault.
    """
    conversation = Conversation.objects.get(pk=conversation_id)
    if not list(faults_of(conversation)):
        return []
    with transaction.atomic():
        return list(faults_of(lock(conversation_id).conversation))


def close_day(now: datetime | None = None) -> int:
    """Make the root of the UTC day that ended last, if there is none; return of how many chains.

    0 if it is closed or nothing was ever chained. The heads are those of one snapshot, some time
    after midnight: entries of the new day may be among them. A day on which no worker ran has no
    root; the next one covers it.
    """
    day = ((now or timezone.now()).astimezone(UTC) - timedelta(days=1)).date()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = ChainRoot.objects.order_by("-day").first()
        if last is not None and last.day >= day:
            return 0
        leaves = _leaves()
        if not leaves:
            return 0
        tree, previous = tree_hash(leaves), bytes(last.hash) if last else NOTHING
        root = ChainRoot.objects.create(
            day=day,
            tree_hash=tree,
            leaves=len(leaves),
            previous_hash=previous,
            hash=root_hash(day, tree, len(leaves), previous),
            stamp_due_at=timezone.now(),
        )
        _keep_changed(root, leaves)
    logger.info("chain_day_closed", day=day.isoformat(), conversations=len(leaves))
    return len(leaves)


def _leaves() -> list[Leaf]:
    """Return the length and head of each chain, in one statement: one snapshot."""
    chained = Conversation.objects.filter(chain_length__gt=0).order_by("pk")
    columns = chained.values_list("pk", "chain_length", "chain_head")
    return [Leaf(pk, length, bytes(head or b"")) for pk, length, head in columns.iterator(5_000)]


def _keep_changed(root: ChainRoot, leaves: list[Leaf]) -> None:
    """Keep the leaves that differ from those of the roots before."""
    last = ChainLeaf.objects.order_by("conversation", "-root").distinct("conversation")
    columns = last.values_list("conversation", "length", "head")
    known = {pk: (length, bytes(head)) for pk, length, head in columns.iterator(5_000)}
    ChainLeaf.objects.bulk_create(
        (
            ChainLeaf(root=root, conversation_id=pk, length=length, head=head)
            for pk, length, head in leaves
            if known.get(pk) != (length, head)
        ),
        batch_size=1_000,
    )


def stamp_roots() -> int:
    """Have the daily roots stamped that have no time stamp yet; return how many got one.

    Without TIMESTAMP_AUTHORITY_URL, and on a copy, nobody is asked. After a failure the authority
    is asked again later; the root keeps the words of the refusal.
    """
    if not settings.TIMESTAMP_AUTHORITY_URL or installation.is_copy():
        return 0
    due = ChainRoot.objects.filter(stamp=None, stamp_due_at__lte=timezone.now())
    # The newest first: by `previous_hash` its stamp is of those before it too.
    return sum(_stamp(root) for root in due.order_by("-day")[:STAMPED_AT_ONCE])


def _stamp(root: ChainRoot) -> bool:
    unstamped = ChainRoot.objects.filter(pk=root.pk, stamp=None)
    try:
        stamp = stamps.ask(bytes(root.hash))
    except stamps.NotStamped as error:
        pause = min(FIRST_PAUSE * 2 ** min(root.stamp_attempts, 10), LONGEST_PAUSE)
        unstamped.update(
            stamp_attempts=F("stamp_attempts") + 1,
            stamp_error=str(error),
            stamp_due_at=timezone.now() + pause,
        )
        logger.warning("root_not_stamped", day=root.day.isoformat(), because=str(error))
        return False
    return bool(
        unstamped.update(stamp=stamp.answer, stamped_at=stamp.at, stamp_due_at=None, stamp_error="")
    )

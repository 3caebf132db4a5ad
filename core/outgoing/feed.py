"""Read the events for other software, in an order that no reader can miss a row of.

A position is given once an event is committed. One writer at a time gives positions, so they become
visible in their order. Events of one conversation were written under its lock: the order of their
ids, which positions follow, is the order of its changes.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.outgoing_models import EventFeed, OutgoingEvent
from core.queries import current_epoch

KEPT = timedelta(days=30)
PLACED_AT_ONCE = 5_000
REMOVED_AT_ONCE = 5_000

# Makes the one row if it is not there, and locks it.
LOCK_FEED = """
    INSERT INTO core_eventfeed (id, last_position, purged_position, is_dispatched)
    VALUES (1, 0, 0, false)
    ON CONFLICT (id) DO UPDATE SET last_position = core_eventfeed.last_position
    RETURNING last_position
"""
GIVE_POSITIONS = """
    WITH placed AS (
        SELECT id, %(last)s + row_number() OVER (ORDER BY id) AS position
        FROM (
            SELECT id FROM core_outgoingevent WHERE position IS NULL ORDER BY id LIMIT %(at_once)s
        ) unplaced
    ), updated AS (
        UPDATE core_outgoingevent event SET position = placed.position
        FROM placed WHERE event.id = placed.id
        RETURNING event.position
    )
    UPDATE core_eventfeed SET last_position = found.last
    FROM (SELECT max(position) AS last, count(*) AS count FROM updated) found
    WHERE found.count > 0
    RETURNING found.count
"""


class CursorTooOld(Exception):
    """Events after the cursor were removed, or the database was restored from a backup."""


class BadCursor(Exception):
    """The text is no cursor of ours."""


class Page(NamedTuple):
    events: list[OutgoingEvent]
    # After which the next page begins.
    next_position: int
    has_more: bool


def give_positions() -> None:
    """Give a position to every committed event that has none, in the order of their ids."""
    while _give_some_positions() == PLACED_AT_ONCE:
        pass


@transaction.atomic
def _give_some_positions() -> int:
    if not OutgoingEvent.objects.filter(position=None).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(LOCK_FEED)
        [last] = cursor.fetchone()
        # A statement of its own: it sees what was committed while this one waited for the lock.
        cursor.execute(GIVE_POSITIONS, {"last": last, "at_once": PLACED_AT_ONCE})
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def events_after(position: int) -> QuerySet[OutgoingEvent]:
    """Return the events after a position, in order."""
    return OutgoingEvent.objects.filter(position__gt=position).order_by("position")


def page_after(position: int | None, *, at_most: int) -> Page:
    """Return a page of events after a position; None: from the oldest that is kept.

    Raises CursorTooOld.
    """
    give_positions()
    purged = feed().purged_position
    if position is not None and position < purged:
        raise CursorTooOld
    since = purged if position is None else position
    found = list(events_after(since)[: at_most + 1])
    shown = found[:at_most]
    last = shown[-1].position if shown else None
    return Page(shown, since if last is None else last, has_more=len(found) > at_most)


def feed() -> EventFeed:
    return EventFeed.objects.filter(pk=1).first() or EventFeed()


def lock_feed() -> EventFeed:
    """Return the row of the feed, locked until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_FEED)
    return EventFeed.objects.get(pk=1)


def set_dispatched(is_dispatched: bool) -> None:
    """Say if new events are due to webhooks."""
    with transaction.atomic():
        lock_feed()
        EventFeed.objects.update(is_dispatched=is_dispatched)


def cursor_of(position: int) -> str:
    """Return a position as the text that readers keep. It is good for one life of the database."""
    return _signer().sign_object([current_epoch(), position])


def position_of(cursor: str) -> int:
    """Return the position of a cursor. Raises BadCursor, or CursorTooOld after a restore."""
    try:
        epoch, position = _signer().unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise BadCursor from error
    if epoch != current_epoch():
        raise CursorTooOld
    return int(position)


def shown(event: OutgoingEvent) -> dict[str, Any]:
    """Return an event as the feed and webhooks show it."""
    return {
        "id": event.uid,
        "position": event.position,
        "type": event.kind,
        "at": event.at,
        "version": event.payload["version"],
        "data": event.payload["data"],
    }


def purge() -> int:
    """Remove the events of more than 30 days ago, and note up to where; return how many."""
    give_positions()
    removed = 0
    while count := _purge_some():
        removed += count
    return removed


@transaction.atomic
def _purge_some() -> int:
    old = OutgoingEvent.objects.filter(at__lt=timezone.now() - KEPT, position__isnull=False)
    found = dict(old.order_by("position").values_list("pk", "position")[:REMOVED_AT_ONCE])
    if not found:
        return 0
    last = max(position for position in found.values() if position is not None)
    purged = max(lock_feed().purged_position, last)
    EventFeed.objects.update(purged_position=purged)
    OutgoingEvent.objects.filter(pk__in=list(found)).delete()
    return len(found)


def _signer() -> signing.Signer:
    return signing.Signer(salt="cursor of events")

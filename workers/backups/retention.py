"""Remove old backups, then the objects that no backup names any more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from workers.backups import manifest
from workers.backups.errors import BackupError
from workers.backups.ledger import ledger
from workers.backups.manifest import Listing, Manifest, time_of
from workers.backups.objects_copy import entries_of
from workers.backups.store import OBJECTS, Store

# All backups of this time stay, such as the one before an upgrade.
ALL_KEPT = timedelta(hours=24)
# An interrupted backup may still run on another machine.
INTERRUPTED_KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Keep:
    """Of how many days, weeks and months the last backup stays."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


@dataclass(frozen=True)
class Removed:
    backups: int = 0
    interrupted: int = 0
    objects: int = 0
    # Backups that cannot be read. While there are any, no object is removed.
    unreadable: int = 0
    # Why it ended before its end.
    problem: str = ""


PERIODS: dict[str, Callable[[datetime], object]] = {
    "daily": lambda at: at.date(),
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
}


def kept(ids: Iterable[str], keep: Keep, now: datetime) -> set[str]:
    """Return which backups stay, by the days, weeks and months of our time zone."""
    newest_first = sorted(ids, reverse=True)
    stay = {each for each in newest_first if time_of(each) > now - ALL_KEPT} | {*newest_first[:1]}
    for name, period_of in PERIODS.items():
        last_of: dict[object, str] = {}
        for each in newest_first:
            last_of.setdefault(period_of(timezone.localtime(time_of(each))), each)
        stay |= {*list(last_of.values())[: getattr(keep, name)]}
    return stay


def apply(store: Store, keep: Keep) -> Removed:
    """Remove old and interrupted backups, then objects. The newest whole backup always stays.

    A fault of the place is in the result: the new backup is none the worse for it.
    """
    try:
        return _apply(store, keep)
    except BackupError as error:
        return Removed(problem=str(error))


def _apply(store: Store, keep: Keep) -> Removed:
    store.place.tidy()
    now = timezone.now()
    found = manifest.listing(store)
    readable = {each: read for each, read in manifest.all_readable(store) if read}
    stay = kept(readable, keep, now)
    old = [each for each in readable if each not in stay]
    interrupted = [each for each in found.interrupted if time_of(each) < now - INTERRUPTED_KEPT]
    for backup_id in [*old, *interrupted]:
        _remove(store, found, backup_id)
    unreadable = len(found.complete) - len(readable)
    # The objects of a backup that runs elsewhere are in no manifest yet.
    is_quiet = len(interrupted) == len(found.interrupted)
    removed = 0
    if not unreadable and is_quiet and (old or interrupted):
        removed = _remove_unnamed(store, (readable[each] for each in stay))
    return Removed(len(old), len(interrupted), removed, unreadable)


def _remove(store: Store, found: Listing, backup_id: str) -> None:
    """Remove the manifest first: a backup that is cut here is no backup any more."""
    names = found.files[backup_id]
    complete = found.complete.get(backup_id)
    if complete:
        store.place.delete([complete])
    store.place.delete(name for name in names if name != complete)


def _remove_unnamed(store: Store, manifests: Iterable[Manifest]) -> int:
    with ledger() as book:
        book.add_stored(store.place.listed(OBJECTS))
        for each in manifests:
            book.forget_stored(entry.name for entry in entries_of(store, each))
        unnamed = list(book.stored_names())
    store.place.delete(unnamed)
    return len(unnamed)

"""Know whether this database is the original of an installation or a copy of it.

A copy writes to nobody and takes no email out of a mailbox. It is one if somebody or a restore
said so (`mark_as_copy`), or if its row names another public address or bucket than the
environment. Each process reads the row every FRESH_SECONDS at most.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.apps import apps
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Manager
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import environment

if TYPE_CHECKING:
    from core.models import Installation

# Every process notices a mark within this time.
FRESH_SECONDS = 2.0
REASON_LENGTH = 200

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Copy:
    """`of` is the address of the original, empty if it is not known."""

    of: str
    since: datetime
    # In the words of who marked it; empty if the environment tells.
    because: str
    # Its files are those of the original, or may be: none may be deleted or written over.
    shares_bucket: bool


class HeldBack(OSError):
    """This is a copy: nothing leaves it."""

    def __init__(self) -> None:
        super().__init__("this is a copy: nothing leaves it")


class _Known:
    """What this process read last."""

    copy: Copy | None = None
    until = 0.0
    reading = threading.Lock()


def copy() -> Copy | None:
    """Return what this is a copy of; None for the original.

    Raises DatabaseError if PostgreSQL does not answer.
    """
    if time.monotonic() < _Known.until:
        return _Known.copy
    # One thread reads. The others use the last answer; before the first answer they wait for it.
    if not _Known.reading.acquire(blocking=not _Known.until):
        return _Known.copy
    try:
        if time.monotonic() >= _Known.until:
            remember(_read())
        return _Known.copy
    finally:
        _Known.reading.release()


def is_copy() -> bool:
    return copy() is not None


def shares_bucket() -> bool:
    """Tell whether this is a copy whose files may be those of the original."""
    found = copy()
    return found is not None and found.shares_bucket


def copy_to_show() -> Copy | None:
    """Return the copy for a page: what was known last if PostgreSQL does not answer now."""
    try:
        return copy()
    except (DatabaseError, InterfaceError):
        return _Known.copy


def words_of(found: Copy) -> str:
    """Say what a copy is, in the active language."""
    since = timezone.localtime(found.since)
    values = {"of": found.of, "day": date_format(since, "SHORT_DATE_FORMAT")}
    if found.of:
        return _("Copy of %(of)s, made on %(day)s: nothing is sent to clients.") % values
    return _("Copy of an installation, made on %(day)s: nothing is sent to clients.") % values


def require_original() -> None:
    """Raise HeldBack on a copy."""
    if is_copy():
        raise HeldBack


def rows() -> "Manager[Installation]":
    # The registry knows the model. Apps import this module before any model is loaded.
    return apps.get_model("core", "Installation").objects


def record() -> bool:
    """Write down what this installation is, once. Return True the first time.

    A demonstration keeps no address, so a real environment that follows gives it one.
    """
    now = environment.current()
    if rows().model._meta.db_table not in connection.introspection.table_names():
        return False
    columns = {"address": now.address if now.is_lasting else "", "bucket": now.bucket}
    _row, is_new = rows().get_or_create(pk=1, defaults=columns)
    if not is_new:
        unnamed = rows().filter(address="", copied_at=None)
        unnamed.exclude(**columns).update(**columns)
    forget()
    return is_new


def mark_as_copy(reason: str) -> None:
    """Make this database a copy, whatever the environment, until `become_original`.

    Running processes hold everything back within FRESH_SECONDS. A copy that is marked again keeps
    its first date.
    """
    with transaction.atomic():
        rows().get_or_create(pk=1)
        unmarked = rows().filter(copied_at=None)
        unmarked.update(copied_at=timezone.now(), copied_because=reason[:REASON_LENGTH])
    _forget_now_and_after()
    logger.warning("installation_is_copy", because=reason)


def become_original() -> None:
    """Make this database the original, at the address and bucket of this environment."""
    now = environment.current()
    rows().update_or_create(
        pk=1,
        defaults={
            "address": now.address if now.is_lasting else "",
            "bucket": now.bucket,
            "copied_at": None,
            "copied_because": "",
            "seen_elsewhere_at": None,
        },
    )
    _forget_now_and_after()
    logger.warning("installation_is_original", address=now.address)


def remember(found: Copy | None, seconds: float = FRESH_SECONDS) -> None:
    """Keep an answer for this process, which asks PostgreSQL again after so long."""
    _Known.copy, _Known.until = found, time.monotonic() + seconds


def forget() -> None:
    """Read the row again at the next question of this process."""
    _Known.until = 0.0


def _forget_now_and_after() -> None:
    """Forget also after the commit: until then another thread may read the row as it was."""
    forget()
    transaction.on_commit(forget)


def _read() -> Copy | None:
    found = rows().filter(pk=1).first()
    if found is None:
        return None
    is_elsewhere = environment.differs(found.address, found.bucket)
    if found.copied_at is None and not is_elsewhere:
        return None
    if is_elsewhere and found.seen_elsewhere_at is None:
        found.seen_elsewhere_at = timezone.now()
        rows().filter(seen_elsewhere_at=None).update(seen_elsewhere_at=found.seen_elsewhere_at)
    return Copy(
        of=found.address,
        since=found.copied_at or found.seen_elsewhere_at or found.created_at,
        because=found.copied_because,
        shares_bucket=found.bucket in ("", environment.current().bucket),
    )

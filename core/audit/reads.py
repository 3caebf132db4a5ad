"""Record what happens often and changes nothing, such as reading, at the least cost for who reads.

A read is kept in memory and written with others by a thread: within FLUSH_SECONDS, sooner if there
are FLUSH_ROWS, and when the process ends. A process that is killed (SIGKILL, a cut of the power)
loses the reads of its last second, and those that PostgreSQL did not take until then. Changes go
another way (`core.audit.record`) and lose nothing.
"""

import atexit
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, InterfaceError, connection

from core.audit.acts import Action
from core.audit.caller import Actor, Who, address
from core.audit.record import Thing, fact
from core.audit_models import AuditFact

FLUSH_SECONDS = 1.0
FLUSH_ROWS = 100
# Of one person and one thing, one read is recorded in this time (by each process).
SAME_READ_SECONDS = 600.0
# Each takes about 200 bytes. The oldest are forgotten first, and recorded again.
REMEMBERED = 20_000
# The thread keeps its connection for so long without a read.
IDLE_SECONDS = 60.0
# While PostgreSQL is away. Of about 1 kB each.
MAX_WAITING = 10_000

logger = structlog.get_logger(__name__)


@dataclass
class Batch:
    """The reads of this process that are not written yet, and the thread that writes them."""

    waiting: deque[AuditFact] = field(default_factory=deque)
    seen: OrderedDict[tuple[str, ...], float] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    # One wakes the thread at the first read, the other cuts its second short.
    has_some: threading.Event = field(default_factory=threading.Event)
    is_full: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def is_new(self, key: tuple[str, ...]) -> bool:
        """Tell whether the same was not read a moment ago, and remember it."""
        now = time.monotonic()
        with self.lock:
            if self.seen.get(key, -SAME_READ_SECONDS) > now - SAME_READ_SECONDS:
                return False
            self.seen[key] = now
            self.seen.move_to_end(key)
            if len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)
        return True

    def add(self, read: AuditFact) -> None:
        with self.lock:
            self.waiting.append(read)
        self.has_some.set()
        if len(self.waiting) >= FLUSH_ROWS:
            self.is_full.set()
        self.ensure_started()

    def ensure_started(self) -> None:
        if self.thread is None:
            with self.lock:
                if self.thread is None:
                    self.thread = threading.Thread(target=self.run, name="audit-reads", daemon=True)
                    self.thread.start()

    def run(self) -> None:
        while True:
            while not self.has_some.wait(IDLE_SECONDS):
                connection.close()
            self.is_full.wait(FLUSH_SECONDS)
            self.is_full.clear()
            self.has_some.clear()
            try:
                is_written = self.flush()
            except Exception:
                # A defect must not end the thread, which writes all that follow.
                logger.exception("audit_of_reads_failed")
                continue
            if not is_written:
                # A connection that broke is opened anew by the next try.
                connection.close_if_unusable_or_obsolete()
                self.has_some.set()
                time.sleep(FLUSH_SECONDS)

    def flush(self) -> bool:
        """Write what waits. Return False if PostgreSQL did not take it: it waits on."""
        with self.lock:
            rows = list(self.waiting)
            self.waiting.clear()
        if not rows:
            return True
        try:
            AuditFact.objects.bulk_create(rows)
        except (DatabaseError, InterfaceError) as error:
            self._put_back(rows, error)
            return False
        return True

    def _put_back(self, rows: list[AuditFact], error: Exception) -> None:
        with self.lock:
            self.waiting.extendleft(reversed(rows))
            lost = max(0, len(self.waiting) - MAX_WAITING)
            for _row in range(lost):
                self.waiting.popleft()
        logger.warning("audit_of_reads_waits", reads=len(self.waiting), lost=lost, error=str(error))


_batch = Batch()


def _start_afresh() -> None:
    global _batch
    _batch = Batch()


# A forked process inherits the batch but not its thread. What waits is written by the parent.
os.register_at_fork(after_in_child=_start_afresh)


def note(
    actor: Actor | Who, action: Action, thing: Thing, details: Mapping[str, str] | None = None
) -> None:
    """Record that somebody did something, unless they did so in the last ten minutes.

    Strangers are told apart by their address. It waits for nothing, and what it records outlives a
    transaction that is undone.
    """
    who = actor.id or address() if isinstance(actor, Who) else str(actor.pk)
    if _batch.is_new((who, action.value, thing.kind, thing.id)):
        _batch.add(fact(actor, action, thing, details))


def flush() -> None:
    """Write the reads of this process now."""
    _batch.flush()


def forget() -> None:
    """Record the next reads, whatever was read before. For tests, and for nothing else."""
    _start_afresh()


atexit.register(flush)

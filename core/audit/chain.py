"""Give each committed fact its place in the chain, one writer at a time.

Facts are written beside changes and reads without any lock; this puts them in order afterwards. A
periodic task calls it every CHAINED_EVERY, and so do the page, the export and `verify_audit` before
they read. The writer holds the row of the head: it is the lock, and it knows how long the chain is.
"""

from datetime import timedelta
from typing import NamedTuple

import structlog
from django.db import connection, transaction

from core.audit import canonical
from core.audit_models import AuditContent, AuditEntry, AuditFact

CHAINED_EVERY = timedelta(seconds=15)
CHAINED_AT_ONCE = 1_000

# Makes the one row if it is not there, of the entries that are, and locks it.
LOCK_HEAD = """
    INSERT INTO core_audithead (id, position, hash)
    SELECT 1, coalesce(max(position), 0), coalesce(
        (SELECT hash FROM core_auditentry ORDER BY position DESC LIMIT 1), %s
    )
    FROM core_auditentry
    ON CONFLICT (id) DO UPDATE SET position = core_audithead.position
    RETURNING position, hash
"""
CONTENT = [field.name for field in AuditContent._meta.get_fields()]

logger = structlog.get_logger(__name__)


class Head(NamedTuple):
    """The last place of the chain."""

    position: int
    hash: bytes


def chain_facts() -> int:
    """Give every committed fact its place; return how many got one."""
    total = 0
    while count := _chain_some():
        total += count
    return total


@transaction.atomic
def _chain_some() -> int:
    if not AuditFact.objects.exists():
        return 0
    head = _locked_head()
    # After the lock: it sees what another writer has taken away.
    facts = list(AuditFact.objects.order_by("id")[:CHAINED_AT_ONCE])
    if not facts:
        return 0
    entries = _entries_after(head, facts)
    AuditEntry.objects.bulk_create(entries)
    AuditFact.objects.filter(id__in=[fact.id for fact in facts]).delete()
    _move_head(Head(entries[-1].position, bytes(entries[-1].hash)))
    return len(facts)


def _locked_head() -> Head:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_HEAD, [canonical.START])
        position, hash_ = cursor.fetchone()
    return Head(position, bytes(hash_))


def _entries_after(head: Head, facts: list[AuditFact]) -> list[AuditEntry]:
    entries = []
    position, previous = head
    for fact in facts:
        position += 1
        content_hash = canonical.content_hash(fact)
        previous = canonical.chained(position, previous, content_hash)
        columns = {name: getattr(fact, name) for name in CONTENT}
        entries.append(
            AuditEntry(position=position, content_hash=content_hash, hash=previous, **columns)
        )
    return entries


def _move_head(head: Head) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_audithead SET position = %s, hash = %s", head)
    # A copy of the end of the chain, out of reach of who can change the database.
    transaction.on_commit(
        lambda: logger.info("audit_chained", position=head.position, hash=head.hash.hex())
    )

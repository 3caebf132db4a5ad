"""Find the first entry of the audit that is not as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from core.audit import canonical
from core.audit.chain import Head
from core.audit_models import AuditEntry, AuditFact, AuditHead

READ_AT_ONCE = 2_000


class Fault(Enum):
    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"


@dataclass(frozen=True)
class Finding:
    """The first fault of the chain; `entry` is the row at its position, if there is one."""

    fault: Fault
    position: int
    words: str
    entry: AuditEntry | None = None


@dataclass(frozen=True)
class Report:
    """`checked` entries are good; `unplaced` facts wait for their place."""

    checked: int
    head: Head
    unplaced: int
    finding: Finding | None


def verify(expected: Head | None = None) -> Report:
    """Compute every hash anew and compare. `expected` is an end of the chain that is known."""
    checked, previous = 0, canonical.START
    finding = None
    for entry in _entries():
        finding = _fault_of(entry, checked + 1, previous)
        if finding is None and expected and expected.position == entry.position:
            finding = _against(expected, entry)
        if finding:
            break
        checked, previous = entry.position, bytes(entry.hash)
    head = Head(checked, previous)
    finding = finding or _fault_of_end(head, expected)
    return Report(checked, head, AuditFact.objects.count(), finding)


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("position").iterator(chunk_size=READ_AT_ONCE)


def _fault_of(entry: AuditEntry, position: int, previous: bytes) -> Finding | None:
    if entry.position > position:
        return Finding(Fault.MISSING, position, f"Entry {position} is missing.")
    if entry.position < position:
        words = f"Entry {entry.position} was inserted: the chain begins with 1."
        return Finding(Fault.INSERTED, entry.position, words, entry)
    if canonical.content_hash(entry) != bytes(entry.content_hash):
        words = f"Entry {position} was altered: its content has another hash."
        return Finding(Fault.ALTERED, position, words, entry)
    if canonical.chained(position, previous, bytes(entry.content_hash)) != bytes(entry.hash):
        words = (
            f"Entry {position} was altered, or inserted in the place of another: "
            "it does not follow the one before it."
        )
        return Finding(Fault.ALTERED, position, words, entry)
    return None


def _against(expected: Head, entry: AuditEntry) -> Finding | None:
    if bytes(entry.hash) == expected.hash:
        return None
    words = f"Entry {entry.position}, or one before it, was altered: it had another hash."
    return Finding(Fault.ALTERED, entry.position, words, entry)


def _fault_of_end(end: Head, expected: Head | None) -> Finding | None:
    """Compare the end of the entries with the head, which is written with each of them."""
    row = AuditHead.objects.filter(pk=1).first()
    kept = Head(row.position, bytes(row.hash)) if row else Head(0, canonical.START)
    known = max(kept.position, expected.position if expected else 0)
    if known > end.position:
        words = f"Entry {end.position + 1} is missing: the chain had {known}."
        return Finding(Fault.MISSING, end.position + 1, words)
    if kept.position < end.position:
        words = f"Entry {kept.position + 1} was inserted: the chain had {kept.position}."
        return Finding(Fault.INSERTED, kept.position + 1, words, _at(kept.position + 1))
    if kept.hash != end.hash:
        words = f"Entry {end.position} was altered: the head has another hash."
        return Finding(Fault.ALTERED, end.position, words, _at(end.position))
    return None


def _at(position: int) -> AuditEntry | None:
    return AuditEntry.objects.filter(position=position).first()

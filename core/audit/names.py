"""Name what an entry keeps the id of alone, when it is shown.

A subject that somebody wrote can be purged, and the audit is for ever: its name goes with the row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from core.audit_models import AuditContent


class Namer(NamedTuple):
    """Looks up one kind of thing: the names of ids, and the ids of what has a text in its name."""

    names_of: Callable[[set[str]], Mapping[str, str]]
    ids_of: Callable[[str], Iterable[str]]


# By the kind of an object. Other apps add theirs.
namers: dict[str, Namer] = {}


def labels(rows: Sequence[AuditContent]) -> list[str]:
    """Return the name of each object: of that time if it was kept, else that of now, or ""."""
    found: dict[tuple[str, str], str] = {}
    for kind, namer in namers.items():
        ids = {row.object_id for row in rows if row.object_kind == kind and not row.object_label}
        names = namer.names_of(ids) if ids else {}
        found |= {(kind, key): name for key, name in names.items()}
    return [row.object_label or found.get((row.object_kind, row.object_id), "") for row in rows]


def ids_named(text: str) -> set[str]:
    """Return the ids of what has a text in its name now."""
    return {key for namer in namers.values() for key in namer.ids_of(text)}

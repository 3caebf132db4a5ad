"""Read what was recorded, as short lines."""

from core.audit import names, reads
from core.audit.record import Action
from core.audit_models import AuditFact


def facts(*actions: Action) -> list[AuditFact]:
    """Return what was recorded and has no place yet, the oldest first; of these actions, if any."""
    reads.flush()
    found = AuditFact.objects.order_by("id")
    return list(found.filter(action__in=[each.value for each in actions]) if actions else found)


def lines(*actions: Action) -> list[tuple[str, str, str]]:
    """Return who did what to what: by their names, the kind of an actor without one."""
    found = facts(*actions)
    named = zip(found, names.labels(found), strict=True)
    return [(fact.actor_name or fact.actor_kind, fact.action, label) for fact, label in named]

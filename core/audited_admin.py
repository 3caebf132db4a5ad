"""Record in the audit what people change in the admin that no code of ours records.

Django writes a `LogEntry` for each row that is added or changed in the admin, so one receiver sees
all of its pages. What is deleted is seen at the row: Django logs several at once without a signal.
"""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.audit.record import Action, Thing, record
from core.models import (
    Chantier,
    Client,
    Closure,
    MachineCredential,
    TokenIssuer,
    User,
    WorkingPeriod,
)

# Their own changes are recorded at `save`, or by their actions. What is left are rows beside them
# on the same page, such as a person's working hours.
RECORD_THEMSELVES = {"core.user", "core.client", "core.chantier", "core.machinecredential"}
# Those of other apps add themselves.
RECORD_THEMSELVES_ELSEWHERE: set[str] = set()

DELETED: dict[type[Model], Action] = {
    User: Action.PERSON_DELETED,
    Client: Action.CLIENT_DELETED,
    Chantier: Action.CHANTIER_DELETED,
    MachineCredential: Action.CREDENTIAL_REVOKED,
    TokenIssuer: Action.SETTING_DELETED,
    WorkingPeriod: Action.SETTING_DELETED,
    Closure: Action.SETTING_DELETED,
}


@receiver(post_save, sender=LogEntry)
def _logged(instance: LogEntry, created: bool, **_: Any) -> None:
    if not created or instance.action_flag == DELETION or instance.content_type is None:
        return
    kind = f"{instance.content_type.app_label}.{instance.content_type.model}"
    changes = _changes(instance)
    if kind in RECORD_THEMSELVES:
        changes = [each for each in changes if "object" in each]
        if not changes:
            return
    if kind in RECORD_THEMSELVES_ELSEWHERE:
        return
    is_new = instance.action_flag == ADDITION
    action = Action.SETTING_CREATED if is_new else Action.SETTING_CHANGED
    thing = Thing(kind, str(instance.object_id), instance.object_repr)
    record(instance.user, action, thing, {"changes": changes})


def _changes(entry: LogEntry) -> list[dict[str, Any]]:
    """Return what Django notes: of each change its `fields`, and the `object` of a row beside."""
    try:
        told = json.loads(entry.change_message or "[]")
    except ValueError:
        # A sentence of our own actions, which record themselves.
        return []
    return [change for each in told for change in each.values() if change]


def _deleted(sender: type[Model], instance: Model, **_: Any) -> None:
    record(None, DELETED[sender], instance)


# By its sender: with a receiver for all, Django deletes every table row by row.
for model in DELETED:
    post_delete.connect(_deleted, sender=model)

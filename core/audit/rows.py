"""Record changes of people, clients and chantiers: `core.outgoing.rows` calls it at `save`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from core.audit.record import Action, record

# By the name of the model: its row was created, or changed.
ACTIONS = {
    "user": (Action.PERSON_CREATED, Action.PERSON_CHANGED),
    "client": (Action.CLIENT_CREATED, Action.CLIENT_CHANGED),
    "chantier": (Action.CHANTIER_CREATED, Action.CHANTIER_CHANGED),
}
# Columns whose values are recorded: what somebody may do, and who is responsible. Of the others
# (name, email, phone…) only the name of the column is, so that the audit keeps few personal data.
VALUES_KEPT = frozenset(
    {"role", "client_id", "is_active", "is_superuser", "responsible_id", "deputy_id",
     "archived_at", "status"}
)  # fmt: skip


def is_rehash(row: Model) -> bool:
    """Tell whether a password is saved that stays the same: Django hashes it anew at a login."""
    is_set = getattr(row, "_password", None) is not None
    return isinstance(row, AbstractBaseUser) and not is_set and row.has_usable_password()


def record_change(row: Model, before: Mapping[str, Any] | None, changed: Iterable[str]) -> None:
    """Record a row that was created (`before` is None), or the columns that have changed."""
    changed = set(changed)
    created, other = ACTIONS[str(row._meta.model_name)]
    if before is None:
        values = {name: _named(row, name, getattr(row, name)) for name in changed & VALUES_KEPT}
        values = {name: value for name, value in values.items() if value}
        record(None, created, row, {"values": values})
        return
    if "password" in changed:
        record(None, Action.PASSWORD_CHANGED, row)
        changed -= {"password"}
    if not changed:
        return
    kept = {
        name: [_named(row, name, value) for value in (before[name], getattr(row, name))]
        for name in changed & VALUES_KEPT
    }
    if "is_active" in kept:
        other = Action.PERSON_ACTIVATED if kept["is_active"][1] else Action.PERSON_DEACTIVATED
    record(None, other, row, {"changed": sorted(changed), "values": kept})


def _named(row: Model, column: str, value: Any) -> Any:
    """Return the value of a column; of a row elsewhere, its name as well."""
    field = row._meta.get_field(column.removesuffix("_id"))
    if value is None or field.related_model is None:
        return value
    other = apps.get_model(field.related_model._meta.label)._base_manager.filter(pk=value).first()
    return {"id": value, "name": str(other or "")}

"""Merge two rows of one person: all that names the one names the other afterwards.

Each foreign key to a person is found by walking the models, so a new one is not forgotten. Where
both have a row that may be there once (a preference, a delivery of the same message), the kept
person's stays. `messaging` joins what must not be lost so: read marks, shortcuts.
"""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.db.models import Exists, F, ForeignKey, OuterRef
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, record
from core.models import Chantier, Client, User
from core.web.errors import Refusal

# Sent with `kept`, `gone` and `afterwards`: a list of what to call once all rows have moved. All of
# it is in one transaction.
people_merging = Signal()


class CannotBeMerged(Refusal):
    default_code = "cannot_be_merged"
    default_detail = _("These two cannot be merged.")


@transaction.atomic
def merge(kept: User, gone: User) -> User:
    """Give the kept person all that the other has; the other is deactivated and points there.

    Raises CannotBeMerged across sides or clients, and for those who were merged or deactivated.
    """
    locked = User.objects.select_for_update().order_by("pk").in_bulk([kept.pk, gone.pk])
    if len(locked) < 2:
        raise CannotBeMerged(_("Choose two different people."))
    kept, gone = locked[kept.pk], locked[gone.pk]
    _check(kept, gone)
    afterwards: list[Callable[[], None]] = []
    people_merging.send(sender=User, kept=kept, gone=gone, afterwards=afterwards)
    # The kept person's log-in stays as it was: no phone of the other row opens it.
    Authenticator.objects.filter(user=gone).delete()
    for field in fields_to_people():
        _move(field, kept, gone)
    for model in (Client, Chantier):
        # Nobody is the deputy of themself.
        model.objects.filter(responsible=kept, deputy=F("responsible")).update(deputy=None)
    external_id, gone.external_id = gone.external_id, None
    if kept.external_id is not None:
        gone.external_id, external_id = external_id, kept.external_id
    gone.is_active, gone.merged_into = False, kept
    gone.save(update_fields=["is_active", "merged_into", "external_id"])
    kept.external_id = external_id
    kept.save(update_fields=["external_id"])
    record(None, Action.PEOPLE_MERGED, kept, {"gone": {"id": gone.pk, "name": gone.name}})
    for act in afterwards:
        act()
    return kept


def _check(kept: User, gone: User) -> None:
    if kept.is_company != gone.is_company:
        raise CannotBeMerged(_("One is of a client, the other of the company: they stay two."))
    if kept.client_id != gone.client_id:
        raise CannotBeMerged(
            _("They are of two clients: what one wrote belongs to that client. They stay two.")
        )
    if gone.merged_into_id is not None or kept.merged_into_id is not None:
        raise CannotBeMerged(_("One of them was merged before."))
    if not kept.is_active:
        raise CannotBeMerged(_("The one that is kept is deactivated. Activate it first."))


def fields_to_people() -> Iterator[ForeignKey[Any, Any]]:
    """Yield every foreign key to a person, of all apps, hidden ones and join tables included."""
    for relation in User._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            field = relation.field  # type: ignore[union-attr]  # a relation from elsewhere has one
            assert isinstance(field, ForeignKey), field
            yield field


def _move(field: ForeignKey[Any, Any], kept: User, gone: User) -> None:
    manager = field.model._base_manager
    rows = manager.filter(**{field.name: gone})
    for others in _unique_with(field):
        same = {name: OuterRef(name) for name in others}
        rows.filter(Exists(manager.filter(**{field.name: kept}, **same))).delete()
    rows.update(**{field.name: kept})


def _unique_with(field: ForeignKey[Any, Any]) -> Iterator[list[str]]:
    """Yield the other columns of each rule by which a person has a row once."""
    meta = field.model._meta
    if field.unique:
        yield []
    together = [constraint.fields for constraint in meta.constraints
                if isinstance(constraint, models.UniqueConstraint)]  # fmt: skip
    for names in (*together, *meta.unique_together):
        if field.name in names:
            yield [name for name in names if name != field.name]

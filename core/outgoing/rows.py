"""People, clients and chantiers whose changes other software is told of."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models, transaction

from core.audit.rows import is_rehash, record_change
from core.outgoing.record import record
from core.outgoing_models import OutgoingEvent


class ToldOutside(models.Model):
    """A row that records an event when it is created, or when one of TOLD_COLUMNS changes.

    It is here and not in an action: the admin, provisioning, tokens and preferences all change
    these rows.
    """

    TOLD_AS: ClassVar[OutgoingEvent.Kind]
    # By their names in the database.
    TOLD_COLUMNS: ClassVar[tuple[str, ...]]
    # A change of these is in the audit alone.
    AUDITED_COLUMNS: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._may_be_told(kwargs.get("update_fields")):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            before = self._stored_columns()
            super().save(*args, **kwargs)
            changed = [
                name
                for name in (*self.TOLD_COLUMNS, *self.AUDITED_COLUMNS)
                if before is None or before[name] != getattr(self, name)
            ]
            if before is None or not set(changed).isdisjoint(self.TOLD_COLUMNS):
                record(self.TOLD_AS, self.told())
            if changed:
                record_change(self, before, changed)

    def told(self) -> dict[str, Any]:
        """Return the `data` of the event."""
        raise NotImplementedError

    def _may_be_told(self, update_fields: Iterable[str] | None) -> bool:
        if update_fields is None:
            return True
        if update_fields == ["password"] and is_rehash(self):
            return False
        columns = (*self.TOLD_COLUMNS, *self.AUDITED_COLUMNS)
        told = {*columns, *(name.removesuffix("_id") for name in columns)}
        return not told.isdisjoint(update_fields)

    def _stored_columns(self) -> dict[str, Any] | None:
        if self._state.adding:
            return None
        rows = type(self)._base_manager.filter(pk=self.pk)
        stored: dict[str, Any] | None = rows.values(
            *self.TOLD_COLUMNS, *self.AUDITED_COLUMNS
        ).first()
        return stored

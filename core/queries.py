"""Select the people, clients and chantiers that a reader may see."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet, TextField
from django.db.models.expressions import RawSQL

from core.models import Chantier, Client, Epoch, User

M = TypeVar("M", bound=Model)


def clients_for(reader: User) -> QuerySet[Client]:
    """Return all clients for the company, and their own for a client's user."""
    if reader.is_company:
        return Client.objects.all()
    return Client.objects.filter(pk=reader.own_client_id)


def chantiers_for(reader: User) -> QuerySet[Chantier]:
    """Return all chantiers for the company, and their own for a client's user."""
    chantiers = Chantier.objects.select_related("client", "responsible")
    return chantiers if reader.is_company else chantiers.filter(client=reader.client_id)


def staff_for(reader: User) -> QuerySet[User]:
    """Return the active people of the company, for the company; nobody for a client's user."""
    if not reader.is_company:
        return User.objects.none()
    return User.objects.filter(role__in=(User.Role.STAFF, User.Role.MANAGER), is_active=True)


EPOCH = "SELECT value || '-' || 'core_epoch'::regclass::oid FROM core_epoch"


def with_epoch(rows: QuerySet[M]) -> QuerySet[M]:
    """Read the epoch with the rows, in one query, as their `epoch`. It may be None."""
    return rows.annotate(epoch=RawSQL(f"({EPOCH})", (), output_field=TextField()))  # noqa: S611


def current_epoch() -> str:
    """Return the epoch of the database. Another one than before: start anew, versions went back.

    The table's own number is part of it. So a dump that was restored has another epoch, although
    nobody has run `manage.py new_epoch`.
    """
    with connection.cursor() as cursor:
        cursor.execute(EPOCH)
        if row := cursor.fetchone():
            return str(row[0])
    # A restore without this table's row.
    Epoch.objects.get_or_create()
    return current_epoch()

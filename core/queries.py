"""Select the people, clients and chantiers that a reader may see."""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from core.models import (
    Chantier,
    Client,
    ClientRemark,
    Epoch,
    OutgoingEvent,
    PasswordReset,
    User,
)


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


def client_for(reader: User, client_id: UUID) -> Client:
    """Return one client, or Http404."""
    return get_object_or_404(clients_for(reader), pk=client_id)


def remark_about(client: Client) -> ClientRemark | None:
    """Return what the company remarks about a client: for the company alone."""
    return ClientRemark.objects.filter(client=client).select_related("by").first()


def pending_password_resets() -> QuerySet[PasswordReset]:
    """Return the forgotten passwords whose email is not sent. Those without `due_at` failed."""
    return PasswordReset.objects.all()


def pending_events() -> QuerySet[OutgoingEvent]:
    """Return the events that no webhook was told of yet."""
    return OutgoingEvent.objects.filter(due_at__isnull=False)


EPOCH = "SELECT value || '-' || 'core_epoch'::regclass::oid AS epoch FROM core_epoch"


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

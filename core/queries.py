"""Select the people, clients and chantiers that a reader may see."""

from uuid import UUID

from django.db.models import QuerySet

from core.models import Chantier, Client, User


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


def may_listen(user_id: UUID, *, as_company: bool) -> bool:
    """Tell whether a stream may stay open: the person is still active and on the same side."""
    person = User.objects.filter(pk=user_id, is_active=True).only("role").first()
    return person is not None and person.is_company == as_company

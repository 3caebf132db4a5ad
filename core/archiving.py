"""What follows when a client or a chantier is archived, by a program or in the admin."""

from django.db import transaction
from django.dispatch import Signal

from core.models import Chantier, Client, User

# `chantier`: it is archived now. Sent in the same transaction.
chantier_archived = Signal()


@transaction.atomic
def archived(row: Client | Chantier) -> None:
    """Do what follows, when a row has been saved as archived."""
    if isinstance(row, Chantier):
        chantier_archived.send(sender=Chantier, chantier=row)
        return
    for person in User.objects.filter(client=row, is_active=True):
        person.is_active = False
        person.save(update_fields=["is_active"])
    for chantier in row.chantiers.filter(status=Chantier.Status.OPEN):
        chantier.status = Chantier.Status.ARCHIVED
        chantier.save(update_fields=["status"])
        archived(chantier)

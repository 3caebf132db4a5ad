"""Which canned replies a person may see. The reader comes first."""

from django.db.models import Q, QuerySet

from core.models import User
from messaging.models import CannedReply


def replies_for(reader: User) -> QuerySet[CannedReply]:
    """One's own replies and those that colleagues share; none for a client's user."""
    if not reader.is_company:
        return CannedReply.objects.none()
    return CannedReply.objects.filter(Q(owner=reader) | Q(is_shared=True))

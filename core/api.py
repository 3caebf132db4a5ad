"""List what a conversation can be about or assigned to: chantiers, clients, staff."""

from django.db.models import QuerySet

from core import queries
from core.filters import ChantierFilter
from core.models import Chantier, Client, User
from core.serializers import (
    ChantierSerializer,
    ClientSerializer,
    StaffSerializer,
)
from core.web.pagination import InOrderOfNames
from core.web.requests import person
from core.web.views import ListAPIView


class ChantierList(ListAPIView[Chantier]):
    """List the chantiers that the reader may choose from, by name."""

    serializer_class = ChantierSerializer
    pagination_class = InOrderOfNames
    filterset_class = ChantierFilter
    queryset = Chantier.objects.none()

    def get_queryset(self) -> QuerySet[Chantier]:
        return queries.chantiers_for(person(self.request))


class ClientList(ListAPIView[Client]):
    """List the clients that the reader may choose from, by name."""

    serializer_class = ClientSerializer
    pagination_class = InOrderOfNames
    queryset = Client.objects.none()

    def get_queryset(self) -> QuerySet[Client]:
        return queries.clients_for(person(self.request))


class StaffList(ListAPIView[User]):
    """List the people of the company, to whom a conversation can be assigned, by name."""

    serializer_class = StaffSerializer
    pagination_class = InOrderOfNames
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        staff = queries.staff_for(person(self.request))
        return staff.select_related("availability").prefetch_related("working_periods")

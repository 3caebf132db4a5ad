"""Filter the lists of `core.api`."""

import django_filters

from core.models import Chantier
from core.web.filters import IdFilter


class ChantierFilter(django_filters.FilterSet):
    client = IdFilter()
    status = django_filters.ChoiceFilter(choices=Chantier.Status.choices)

    class Meta:
        model = Chantier
        fields = ("client", "status")

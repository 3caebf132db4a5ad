"""Filter the lists of `core.api`."""

import django_filters

from core.models import Chantier


class ChantierFilter(django_filters.FilterSet):
    client = django_filters.UUIDFilter()
    status = django_filters.ChoiceFilter(choices=Chantier.Status.choices)

    class Meta:
        model = Chantier
        fields = ("client", "status")

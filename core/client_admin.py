"""Clients and chantiers in the admin: a client's people and chantiers are on its page."""

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.admin_lists import InOrderOfNames
from core.archiving import archived
from core.models import Chantier, Client
from core.person_admin import state_of

Row = TypeVar("Row", bound=Client | Chantier)


class ArchivedFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", pgettext("client", "Open")), ("yes", _("Archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


def _list_link(model: str, client: Client, count: int) -> str:
    address = reverse(f"admin:core_{model}_changelist")
    return format_html('<a href="{}?client__id__exact={}">{}</a>', address, client.pk, count)


class Archivable(InOrderOfNames[Row]):
    """Rows of which something follows when they are archived."""

    archives_by: ClassVar[str]

    def save_model(self, request: HttpRequest, obj: Row, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if self.archives_by in form.changed_data and obj.is_archived:
            archived(obj)


@admin.register(Client)
class ClientAdmin(Archivable[Client]):
    archives_by = "archived_at"
    list_display = ("named", "people", "sites", "responsible", "archived_at", "created_at")
    list_filter = (ArchivedFilter,)
    search_fields = ("name__folded", "external_id")
    autocomplete_fields = ("responsible", "deputy")
    change_form_template = "core/admin_client.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the client's people and chantiers, with a link to the page of each."""
        client = self.get_object(request, unquote(object_id))
        context = dict(extra_context or {})
        if client is not None:
            order = InOrderOfNames.ordering
            people = client.users.select_related("merged_into").order_by(*order)
            context["people"] = [(person, state_of(person)) for person in people]
            context["sites"] = client.chantiers.select_related("responsible").order_by(*order)
        return super().change_view(request, object_id, form_url, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                people_count=Count("users", distinct=True),
                chantier_count=Count("chantiers", distinct=True),
            )
        )

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, client: Any) -> str:
        return _list_link("user", client, client.people_count)

    @admin.display(description=_("chantiers"), ordering="chantier_count")
    def sites(self, client: Any) -> str:
        return _list_link("chantier", client, client.chantier_count)


@admin.register(Chantier)
class ChantierAdmin(Archivable[Chantier]):
    archives_by = "status"
    list_display = ("named", "reference", "client", "status", "responsible", "deputy")
    list_filter = ("status",)
    search_fields = ("name__folded", "reference__folded", "client__name__folded")
    autocomplete_fields = ("client", "responsible", "deputy")

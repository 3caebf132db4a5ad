"""Clients and chantiers in the admin: a client's people and chantiers are on its page."""

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin_lists import InOrderOfNames
from core.archiving import archived
from core.models import Chantier, Client, User
from core.person_admin import state_of

M = TypeVar("M", bound=Model)


class OnItsClient(admin.TabularInline[M, Client]):
    """Rows of a client, with a link to the page of each. That page changes them."""

    extra = 0
    show_change_link = True
    can_delete = False
    ordering = InOrderOfNames.ordering

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PeopleInline(OnItsClient[User]):
    model = User
    fields = readonly_fields = ("name", "email", "phone", "state")

    @admin.display(description=_("state"))
    def state(self, person: User) -> str:
        return state_of(person)


class ChantiersInline(OnItsClient[Chantier]):
    model = Chantier
    fields = readonly_fields = ("name", "reference", "address", "status", "responsible")


class ArchivedFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Open")), ("yes", _("Archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


def _list_link(model: str, client: Client, count: int) -> str:
    address = reverse(f"admin:core_{model}_changelist")
    return format_html('<a href="{}?client__id__exact={}">{}</a>', address, client.pk, count)


class Archivable(InOrderOfNames[M]):
    """Rows of which something follows when they are archived."""

    archives_by: ClassVar[str]

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if self.archives_by in form.changed_data and obj.is_archived:  # type: ignore[attr-defined]
            archived(obj)  # type: ignore[arg-type]


@admin.register(Client)
class ClientAdmin(Archivable[Client]):
    archives_by = "archived_at"
    list_display = ("named", "people", "sites", "responsible", "archived_at", "created_at")
    list_filter = (ArchivedFilter,)
    search_fields = ("name__folded", "external_id")
    autocomplete_fields = ("responsible", "deputy")
    inlines = (PeopleInline, ChantiersInline)
    change_form_template = "core/admin_client.html"

    def get_inlines(self, request: HttpRequest, obj: Client | None) -> Any:
        return self.inlines if obj else ()

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

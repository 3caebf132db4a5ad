"""Show people, clients and chantiers in the Django admin."""

from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.archiving import archived
from core.company_hours import forget_company_hours
from core.credential_admin import CredentialAdmin
from core.database.folding import FoldText
from core.issuer_admin import IssuerAdmin
from core.models import (
    Availability,
    Chantier,
    Client,
    Closure,
    OwnWorkingPeriod,
    User,
    WorkingPeriod,
)

# Registered by being imported, as Django looks in this module alone.
__all__ = ["CredentialAdmin", "IssuerAdmin"]

M = TypeVar("M", bound=Model)


class InOrderOfNames(admin.ModelAdmin[M]):
    """A list by name as a dictionary orders it, «École» beside «Ecole», also when it is clicked."""

    ordering = (FoldText("name"), "name")

    @admin.display(description=_("name"), ordering=FoldText("name"))
    def named(self, row: Any) -> str:
        return str(row.name)


class NewPersonForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name", "phone", "role", "client", "locale")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        check_side(self, cleaned)
        return cleaned


class PersonForm(UserChangeForm[User]):
    """Show a summary of the password's hash, with a link to the form that changes the password.

    A plain field for it would store what is typed as it is.
    """

    class Meta:
        model = User
        fields = (
            "email",
            "password",
            "name",
            "phone",
            "locale",
            "role",
            "client",
            "external_id",
            "is_active",
        )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        check_side(self, cleaned)
        return cleaned


def check_side(form: forms.BaseModelForm[User], cleaned: dict[str, object]) -> None:
    """Check `user_of_a_client_or_of_the_company` before the database does, to explain it."""
    if (cleaned.get("role") == User.Role.CLIENT) != bool(cleaned.get("client")):
        form.add_error(
            "client", _("A client's user has a client; a person of the company has none.")
        )


class AvailabilityInline(admin.StackedInline[Availability, User]):
    model = Availability
    extra = 0


class OwnHoursInline(admin.TabularInline[OwnWorkingPeriod, User]):
    model = OwnWorkingPeriod
    extra = 0
    verbose_name_plural = _("Own working hours, instead of the company's")


@admin.register(User)
class PersonAdmin(UserAdmin[User], InOrderOfNames[User]):
    form = PersonForm
    add_form = NewPersonForm
    ordering = InOrderOfNames.ordering
    list_display = ("named", "email", "role", "client", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name__folded", "email__folded", "client__name__folded")
    autocomplete_fields = ("client",)
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "phone", "locale")}),
        (_("Side"), {"fields": ("role", "client", "external_id")}),
        (_("Access"), {"fields": ("is_active", "is_superuser", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email", "name", "phone", "role", "client", "locale",
                    "usable_password", "password1", "password2",
                )
            },
        ),
    )  # fmt: skip
    filter_horizontal = ()

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        """Show when a person works, for the people of the company who are there already."""
        return (AvailabilityInline, OwnHoursInline) if obj and obj.is_company else ()


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
    list_display = ("named", "responsible", "deputy", "external_id", "created_at")
    search_fields = ("name__folded", "external_id")
    autocomplete_fields = ("responsible", "deputy")


@admin.register(Chantier)
class ChantierAdmin(Archivable[Chantier]):
    archives_by = "status"
    list_display = ("named", "reference", "client", "status", "responsible", "deputy")
    list_filter = ("status",)
    search_fields = ("name__folded", "reference__folded", "client__name__folded")
    autocomplete_fields = ("client", "responsible", "deputy")


class ChangesHours(admin.ModelAdmin[M]):
    """Rows of which the working hours are made."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_company_hours()

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        super().delete_model(request, obj)
        forget_company_hours()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        super().delete_queryset(request, queryset)
        forget_company_hours()


@admin.register(WorkingPeriod)
class WorkingPeriodAdmin(ChangesHours[WorkingPeriod]):
    list_display = ("weekday", "starts_at", "ends_at")
    list_editable = ("starts_at", "ends_at")


@admin.register(Closure)
class ClosureAdmin(ChangesHours[Closure]):
    list_display = ("first_day", "last_day", "label")

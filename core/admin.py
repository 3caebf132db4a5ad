"""Show people, clients and chantiers in the Django admin."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from core.models import Chantier, Client, User


class NewPersonForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name", "role", "client", "locale")

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


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    form = PersonForm
    add_form = NewPersonForm
    ordering = ("name",)
    list_display = ("name", "email", "role", "client", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name__folded", "email__folded", "client__name__folded")
    autocomplete_fields = ("client",)
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "locale")}),
        (_("Side"), {"fields": ("role", "client", "external_id")}),
        (_("Access"), {"fields": ("is_active", "is_superuser", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email", "name", "role", "client", "locale",
                    "usable_password", "password1", "password2",
                )
            },
        ),
    )  # fmt: skip
    filter_horizontal = ()


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin[Client]):
    list_display = ("name", "external_id", "created_at")
    search_fields = ("name__folded", "external_id")


@admin.register(Chantier)
class ChantierAdmin(admin.ModelAdmin[Chantier]):
    list_display = ("name", "reference", "client", "status", "responsible", "deputy")
    list_filter = ("status",)
    search_fields = ("name__folded", "reference__folded", "client__name__folded")
    autocomplete_fields = ("client", "responsible", "deputy")

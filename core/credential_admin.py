"""The credentials of programs in the admin: made, replaced and withdrawn, never changed."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.auth import credentials
from core.auth.credentials import Issued
from core.models import MachineCredential, User


class NewCredentialForm(forms.ModelForm[MachineCredential]):
    scopes = forms.MultipleChoiceField(
        choices=MachineCredential.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("opens"),
    )

    class Meta:
        model = MachineCredential
        fields = ("name", "scopes", "expires_at")


@admin.register(MachineCredential)
class CredentialAdmin(admin.ModelAdmin[MachineCredential]):
    form = NewCredentialForm
    list_display = ("name", "hint", "opens", "created_at", "expires_at", "last_used_at", "valid")
    actions = ("replace", "withdraw")
    shown: ClassVar = (*list_display, "created_by", "revoked_at")

    @admin.display(description=_("opens"))
    def opens(self, row: MachineCredential) -> str:
        return ", ".join(str(MachineCredential.Scope(scope).label) for scope in row.scopes)

    @admin.display(description=_("valid"), boolean=True)
    def valid(self, row: MachineCredential) -> bool:
        return row.is_valid

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list has actions, a row only shows itself.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return NewCredentialForm.Meta.fields if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.shown

    def save_model(
        self, request: HttpRequest, obj: MachineCredential, form: Any, change: bool
    ) -> None:
        issued = credentials.issue(
            obj.name, obj.scopes, by=_person(request), expires_at=obj.expires_at
        )
        # What Django links to and keeps in its log.
        obj.pk = issued.credential.pk
        _show_secret(request, issued)

    @admin.action(description=_("Replace: the earlier secret is valid for seven more days"))
    def replace(self, request: HttpRequest, chosen: QuerySet[MachineCredential]) -> None:
        for credential in chosen:
            _show_secret(request, credentials.rotate(credential, by=_person(request)))

    @admin.action(description=_("Withdraw, for ever and at once"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[MachineCredential]) -> None:
        for credential in chosen:
            credentials.revoke(credential)
            self.message_user(request, _("Withdrawn: %(name)s") % {"name": credential})


def _show_secret(request: HttpRequest, issued: Issued) -> None:
    text = gettext("Copy this secret of {} now: nobody can show it again. {}")
    secret = format_html("<code>{}</code>", issued.secret)
    messages.warning(request, format_html(text, issued.credential, secret))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin is for people who are logged in"
    return request.user

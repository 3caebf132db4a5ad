"""The issuers of tokens in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.auth import issuers
from core.auth.issuer_keys import UnreadableKeys, written_keys
from core.models import TokenIssuer


class IssuerForm(forms.ModelForm[TokenIssuer]):
    algorithms = forms.MultipleChoiceField(
        choices=TokenIssuer.Algorithm.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=["RS256", "ES256"],
        label=_("algorithms"),
    )

    class Meta:
        model = TokenIssuer
        fields = (
            "issuer", "audience", "keys_url", "keys", "algorithms", "leeway_seconds",
            "subject_claim", "external_id_prefix", "is_active", "creates_people", "client_claim",
            "email_claim", "name_claim",
        )  # fmt: skip

    def clean_keys(self) -> str:
        keys: str = self.cleaned_data["keys"]
        try:
            if keys:
                written_keys(keys)
        except UnreadableKeys as error:
            raise forms.ValidationError(str(error)) from error
        return keys


@admin.register(TokenIssuer)
class IssuerAdmin(admin.ModelAdmin[TokenIssuer]):
    form = IssuerForm
    list_display = ("issuer", "audience", "keys_url", "is_active", "creates_people")
    search_fields = ("issuer",)
    fieldsets = (
        (None, {"fields": ("issuer", "audience", "is_active")}),
        (_("Keys"), {"fields": ("keys_url", "keys", "algorithms", "leeway_seconds")}),
        (_("People"), {"fields": ("subject_claim", "external_id_prefix")}),
        (
            _("New people"),
            {"fields": ("creates_people", "client_claim", "email_claim", "name_claim")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: TokenIssuer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        issuers.forget()

"""Show people, clients, chantiers, hours, credentials and issuers in the Django admin."""

from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.client_admin import ChantierAdmin, ClientAdmin
from core.company_hours import forget_company_hours
from core.credential_admin import CredentialAdmin
from core.issuer_admin import IssuerAdmin
from core.models import Closure, WorkingPeriod
from core.person_admin import PersonAdmin

# Registered by being imported, as Django looks in this module alone.
__all__ = ["ChantierAdmin", "ClientAdmin", "CredentialAdmin", "IssuerAdmin", "PersonAdmin"]

M = TypeVar("M", bound=Model)

# Nothing here asks for a group: roles say what people may do.
admin.site.unregister(Group)
# Second factors are reset on a person's page, and seen by nobody; addresses are our own.
admin.site.unregister([Authenticator, EmailAddress])
admin.site.site_header = admin.site.site_title = _("Administration of Liaison")
admin.site.index_title = _("People, clients and settings")


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

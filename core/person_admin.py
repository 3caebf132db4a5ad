"""People in the admin: their state, invitations, deactivation, the import of a list."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core import import_page, leaving, merging
from core.admin_lists import InOrderOfNames
from core.auth import invitations, second_factors
from core.auth.invitations import CannotBeInvited
from core.leaving import CannotBeAnonymised
from core.merging import CannotBeMerged
from core.models import Availability, OwnWorkingPeriod, User

# By the value of the filter: its label and the people.
STATES: dict[str, tuple[Any, Q]] = {
    "active": (pgettext_lazy("person", "active"), Q(is_active=True, last_login__isnull=False)),
    "invited": (
        _("invited"), Q(is_active=True, last_login=None, invited_at__isnull=False),
    ),
    "never": (_("never logged in"), Q(is_active=True, last_login=None, invited_at=None)),
    "inactive": (_("deactivated"), Q(is_active=False)),
}  # fmt: skip


def state_of(person: User) -> str:
    """Say whether a person can log in, and has."""
    if person.anonymised_at is not None:
        return gettext("anonymised")
    if person.merged_into_id is not None:
        return gettext("merged into %(name)s") % {"name": person.merged_into}
    if not person.is_active:
        return gettext("deactivated")
    if person.last_login is not None:
        return pgettext("person", "active")
    if person.invited_at is not None:
        day = date_format(localtime(person.invited_at), "SHORT_DATE_FORMAT")
        return gettext("invited on %(day)s") % {"day": day}
    return gettext("never logged in")


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, label) for state, (label, _people) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.value()
        return queryset.filter(STATES[state][1]) if state in STATES else queryset


class NewPersonForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name", "phone", "role", "client", "locale")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields["usable_password"]
        own.initial = "false"
        own.help_text = _("Without one, the person chooses it: invite them once this is saved.")

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
        if cleaned.get("is_active") and self.instance.merged_into_id is not None:
            self.add_error("is_active", _("This person was merged into another one."))
        if cleaned.get("is_active") and self.instance.anonymised_at is not None:
            self.add_error("is_active", _("This person was anonymised."))
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
    list_display = ("named", "email", "role", "client", "state")
    list_filter = ("role", StateFilter)
    list_select_related = ("client",)
    actions = ("invite", "deactivate", "activate", "merge", "anonymise")
    change_form_template = "core/admin_person.html"
    change_list_template = "core/admin_people.html"
    search_fields = ("name__folded", "email__folded", "client__name__folded")
    autocomplete_fields = ("client",)
    readonly_fields = ("state", "second_factor", "last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "phone", "locale")}),
        (_("Side"), {"fields": ("role", "client", "external_id")}),
        (
            _("Access"),
            {
                "fields": (
                    "state", "is_active", "is_superuser", "second_factor", "last_login",
                    "created_at",
                )
            },
        ),
    )  # fmt: skip
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

    @admin.display(description=_("state"))
    def state(self, person: User) -> str:
        return state_of(person)

    @admin.display(description=_("second factor"))
    def second_factor(self, person: User) -> str:
        rows = second_factors.of(person, *second_factors.REAL)
        return ", ".join(str(row) for row in rows) or gettext("none")

    def get_urls(self) -> list[Any]:
        own = [
            path(
                "import/", self.admin_site.admin_view(self.import_people), name="core_user_import"
            ),
            path(
                "<path:person_id>/invite/",
                self.admin_site.admin_view(require_POST(self.invite_one)),
                name="core_user_invite",
            ),
            path(
                "<path:person_id>/reset-second-factors/",
                self.admin_site.admin_view(require_POST(self.reset_second_factors)),
                name="core_user_reset_second_factors",
            ),
        ]
        return [*own, *super().get_urls()]

    def import_people(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return import_page.import_people(request, context)

    def invite_one(self, request: HttpRequest, person_id: str) -> HttpResponse:
        person = self.get_object(request, unquote(person_id))
        if person is None or not self.has_change_permission(request, person):
            raise PermissionDenied
        self._invite(request, [person])
        return redirect("admin:core_user_change", person.pk)

    def reset_second_factors(self, request: HttpRequest, person_id: str) -> HttpResponse:
        """Remove the second factors of a person who lost them. They are told by email."""
        person = self.get_object(request, unquote(person_id))
        if person is None or not self.has_change_permission(request, person):
            raise PermissionDenied
        if person.pk == request.user.pk:
            text = gettext("Change your own second factor at “Security”, in your profile menu.")
            self.message_user(request, text, messages.WARNING)
        elif second_factors.reset(person):
            self.log_change(request, person, gettext("Second factor reset."))
            text = gettext("%(name)s has no second factor any more, and is told by email.")
            self.message_user(request, text % {"name": person})
        return redirect("admin:core_user_change", person.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, unquote(object_id))
        is_invitable = person is not None and invitations.can_be_invited(person)
        context = {
            **(extra_context or {}),
            "is_invitable": is_invitable,
            "has_second_factor": person is not None and second_factors.has_one(person),
        }
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Invite by email, to choose a password"))
    def invite(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._invite(request, chosen)

    @admin.action(description=_("Deactivate: their sessions end at once"))
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        own = str(request.user.pk)
        others = chosen.filter(is_active=True).exclude(pk=own)
        # One by one, so that each one's streams are told.
        for person in others:
            person.is_active = False
            person.save(update_fields=["is_active"])
            self.log_change(request, person, gettext("Deactivated."))
            self.message_user(request, gettext("Deactivated: %(name)s") % {"name": person})
        if chosen.filter(pk=own).exists():
            text = gettext("You cannot deactivate yourself: nobody could let you in again.")
            self.message_user(request, text, messages.WARNING)

    @admin.action(description=_("Activate again"))
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for person in chosen.filter(is_active=False, merged_into=None, anonymised_at=None):
            person.is_active = True
            person.save(update_fields=["is_active"])
            self.log_change(request, person, gettext("Activated again."))
            self.message_user(request, gettext("Active again: %(name)s") % {"name": person})

    @admin.action(description=_("Merge two that are one person"))
    def merge(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        """Ask which of the two is kept, then merge them."""
        two = list(chosen.select_related("client")[:3])
        if len(two) != 2:
            text = gettext("Choose two people: those who are one.")
            self.message_user(request, text, messages.WARNING)
            return None
        kept = next((each for each in two if str(each.pk) == request.POST.get("kept")), None)
        if kept is None:
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": gettext("Merge two people"),
                "two": [(person, state_of(person)) for person in two],
            }
            return render(request, "core/admin_merge.html", context)
        (gone,) = (each for each in two if each != kept)
        self._merge(request, kept, gone)
        return None

    @admin.action(description=_("Anonymise: “Utilisateur supprimé” for ever"))
    def anonymise(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        """Ask for the email of the one person, then take away who they were."""
        people = list(chosen[:2])
        if len(people) != 1:
            self.message_user(request, gettext("Choose one person."), messages.WARNING)
            return None
        [person], refusal = people, ""
        if "confirm" in request.POST:
            try:
                by = request.user if isinstance(request.user, User) else None
                leaving.anonymise(person, by=by, confirm=request.POST["confirm"])
            except CannotBeAnonymised as error:
                refusal = str(error.detail)
            else:
                text = gettext("This person is “Utilisateur supprimé” now.")
                self.message_user(request, text)
                return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Anonymise a person"),
            "person": person,
            "refusal": refusal,
        }
        return render(request, "core/admin_anonymise.html", context)

    def _merge(self, request: HttpRequest, kept: User, gone: User) -> None:
        try:
            if gone.pk == request.user.pk:
                raise CannotBeMerged(gettext("Keep yourself: you are logged in as this one."))
            merging.merge(kept, gone)
        except CannotBeMerged as refusal:
            self.message_user(request, str(refusal.detail), messages.ERROR)
            return
        names = {"gone": gone, "kept": kept, "email": gone.email}
        text = gettext("%(gone)s (%(email)s) is %(kept)s now.") % names
        self.log_change(request, kept, text)
        self.message_user(request, text)

    def _invite(self, request: HttpRequest, people: Iterable[User]) -> None:
        for person in people:
            try:
                invitations.invite(person)
            except CannotBeInvited as refusal:
                self.message_user(request, f"{person}: {refusal.detail}", messages.WARNING)
            else:
                self.log_change(request, person, gettext("Invited by email."))
                text = gettext("Invited: %(name)s, at %(email)s")
                self.message_user(request, text % {"name": person, "email": person.email})

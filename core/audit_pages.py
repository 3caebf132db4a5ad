"""The pages of the audit, for managers: the list with its filters, and one entry."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.audit import canonical, names, search, words
from core.audit.acts import Action
from core.audit.chain import chain_facts
from core.audit.search import Filters
from core.audit_models import AuditEntry
from core.models import User
from core.web.page_access import person_page
from core.web.pagination import LatestPlaced
from core.web.requests import person


class FilterForm(forms.Form):
    """What the page asks for. Days are those of the company; the last one is included."""

    person = forms.CharField(max_length=150, required=False, label=_("Who"))
    object = forms.CharField(max_length=150, required=False, label=_("On what"))
    action = forms.ChoiceField(
        choices=[("", _("All actions")), *Action.choices], required=False, label=_("Action")
    )
    since = forms.DateField(
        required=False,
        label=pgettext_lazy("period", "From"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        required=False,
        label=pgettext_lazy("period", "To"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    refused = forms.BooleanField(required=False, label=_("Refused alone"))

    def filters(self) -> Filters:
        """Return what is asked, without what cannot be read: the form says so."""
        asked = self.cleaned_data
        return Filters(
            person=asked.get("person", "").strip(),
            object=asked.get("object", "").strip(),
            action=asked.get("action", ""),
            since=_morning(asked.get("since"), 0),
            until=_morning(asked.get("until"), 1),
            refused=asked.get("refused", False),
        )


@person_page(of_company=True)
def audit(request: HttpRequest) -> HttpResponse:
    """List what was done, newest first."""
    _require_manager(request)
    chain_facts()
    form = FilterForm(request.GET, label_suffix="")
    is_valid = form.is_valid()
    filters = form.filters()
    rows, following = _page(request, filters)
    context = {
        "form": form,
        "entries": list(map(_shown, rows, names.labels(rows))),
        "is_filtered": bool(filters.given()),
        "newest": _address(request) if "cursor" in request.GET else "",
        "next": _address(request, cursor=following) if following else "",
        "export": f"{reverse('audit-export')}?{urlencode(_for_api(filters))}",
    }
    return render(request, "core/audit.html", context, status=200 if is_valid else 400)


@person_page(of_company=True)
def entry(request: HttpRequest, position: int) -> HttpResponse:
    """Show one entry with all that it says, and its hashes."""
    _require_manager(request)
    row = AuditEntry.objects.filter(position=position).first()
    if row is None:
        raise Http404
    content_hash = canonical.content_hash(row)
    context = {
        "entry": _shown(row, *names.labels([row])),
        "row": row,
        "hash": bytes(row.hash).hex(),
        "content_hash": content_hash.hex(),
        "is_altered": content_hash != bytes(row.content_hash),
    }
    return render(request, "core/audit_entry.html", context)


def _require_manager(request: HttpRequest) -> None:
    if person(request).role != User.Role.MANAGER:
        raise PermissionDenied


def _page(request: HttpRequest, filters: Filters) -> tuple[list[AuditEntry], str]:
    """Return the entries of a page, and the cursor of the next one. A wrong cursor is a 404."""
    pages = LatestPlaced()
    try:
        rows: Any = pages.paginate_queryset(search.entries(filters), Request(request))
    except ValidationError as error:
        raise Http404 from error
    link = pages.get_next_link()
    return rows, QueryDict(link.partition("?")[2])["cursor"] if link else ""


def _shown(row: AuditEntry, label: str) -> dict[str, Any]:
    return {
        "position": row.position,
        "at": row.at,
        "action": words.action_words(row),
        "is_refused": words.is_refused(row),
        "actor": words.actor_words(row),
        "is_named": bool(row.actor_name),
        "kind": words.kind_words(row),
        "object": label,
        "link": words.page_of(row),
        "address": row.address,
        "details": list(words.details(row)),
    }


def _address(request: HttpRequest, **changes: str) -> str:
    """Return the address of this page with the same filters."""
    given = request.GET.dict()
    asked = {name: str(value) for name, value in given.items() if value and name != "cursor"}
    return f"{reverse('staff-audit')}?{urlencode(asked | changes)}"


def _for_api(filters: Filters) -> dict[str, Any]:
    given = filters.given()
    moments = {name: value.isoformat() for name, value in given.items()
               if isinstance(value, datetime)}  # fmt: skip
    return given | moments | ({"refused": "true"} if filters.refused else {})


def _morning(day: Any, days_later: int) -> datetime | None:
    """Return when a day of the company begins, or one after it."""
    if day is None:
        return None
    try:
        day += timedelta(days=days_later)
    except OverflowError:
        return None
    return datetime.combine(day, time(), timezone.get_default_timezone())

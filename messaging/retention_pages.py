"""The page of retention, for managers: rules, legal holds, what would go, what is gone."""

import re
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework.exceptions import APIException

from core.models import Chantier, Client, User
from core.web.page_access import person_page
from core.web.requests import person
from messaging.models import Conversation, LegalHold, RetentionRule
from messaging.retention import holds, orders, rules

SHOWN_AT_ONCE = 50
CHOICES_SHOWN = 20
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DONE = {
    "rule": _("The rule is set."),
    "placed": _("The hold is placed: nothing of it is purged."),
    "lifted": _("The hold is lifted."),
    "ordered": _("The purge is ordered. It begins within a minute."),
}
STATES = {
    "done": pgettext_lazy("conversation", "Deleted"),
    "stopped": _("Stopped by a hold"),
    "failed": _("Failed: see the background work"),
    "under_way": _("Under way"),
    "waiting": _("Waits"),
}
Held = Client | Chantier | Conversation


@person_page(of_company=True, has_forms=True)
def retention(request: HttpRequest) -> HttpResponse:
    """Show and change what is kept. Each form says by `act` what it is for."""
    manager = person(request)
    if manager.role != User.Role.MANAGER:
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, about=request.GET.get("about", ""))
    try:
        return _act(request, manager)
    except APIException as refusal:
        return _page(request, refusal=_words_of(refusal), status=refusal.status_code)


def _words_of(refusal: APIException) -> str:
    detail = refusal.detail
    return str(detail[0] if isinstance(detail, list) else detail)


def _act(request: HttpRequest, manager: User) -> HttpResponse:
    asked = request.POST
    match asked.get("act"):
        case "rule" if asked.get("scope") in RetentionRule.Scope.values:
            years = asked.get("years", "").strip()
            # What is no number is refused as 0 is.
            number = int(years) if years.isdecimal() and len(years) < 4 else 0
            rules.set_rule(manager, asked.get("scope", ""), number if years else None)
            return _done("rule")
        case "place":
            return _place(request, manager)
        case "lift":
            hold = _hold(asked.get("hold", ""))
            if hold is not None:
                holds.lift(manager, hold, asked.get("reason", ""))
            return _done("lifted")
        case "preview":
            return _page(request, report=orders.report(by=manager))
        case "order":
            orders.order_what_is_over()
            return _done("ordered")
    return _page(request)


def _hold(key: str) -> LegalHold | None:
    return LegalHold.objects.filter(pk=UUID(key)).first() if ID.fullmatch(key) else None


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('staff-retention')}?done={what}#done")


def _place(request: HttpRequest, manager: User) -> HttpResponse:
    """Place a hold on what was chosen; else show what the words may mean, to choose from."""
    about, reason = request.POST.get("about", ""), request.POST.get("reason", "")
    chosen = _chosen(request.POST.get("target", ""))
    if chosen is None:
        return _page(request, about=about, reason=reason, is_searched=True)
    holds.place(manager, chosen, reason)
    return _done("placed")


def _chosen(target: str) -> Held | None:
    kind, _colon, key = target.partition(":")
    if not ID.fullmatch(key):
        return None
    found: dict[str, Any] = {
        "client": Client.objects.all(),
        "chantier": Chantier.objects.all(),
        "conversation": Conversation.objects.filter(purged_at=None),
    }
    row: Held | None = found[kind].filter(pk=UUID(key)).first() if kind in found else None
    return row


def _choices(about: str) -> list[dict[str, Any]]:
    """Return what words may mean: the address or id of a conversation, names, a reference."""
    if named := ID.search(about):
        rows = Conversation.objects.filter(pk=UUID(named[0]), purged_at=None)
        return [_choice(row) for row in rows.select_related("client")]
    if len(about.strip()) < 2:
        return []
    words = about.strip()
    clients = Client.objects.filter(name__folded=words)
    chantiers = Chantier.objects.filter(name__folded=words) | Chantier.objects.filter(
        reference__folded=words
    )
    with_client = chantiers.select_related("client")
    found: list[Held] = [*clients[:CHOICES_SHOWN], *with_client[:CHOICES_SHOWN]]
    return [_choice(row) for row in found[:CHOICES_SHOWN]]


def _choice(row: Held) -> dict[str, Any]:
    return {
        "target": f"{type(row).__name__.lower()}:{row.pk}",
        "kind": row._meta.verbose_name,
        "name": str(row),
        "client": None if isinstance(row, Client) else row.client.name,
    }


def _page(
    request: HttpRequest,
    *,
    about: str = "",
    reason: str = "",
    report: dict[str, Any] | None = None,
    refusal: str = "",
    is_searched: bool = False,
    status: int = 200,
) -> HttpResponse:
    set_rules = rules.rules()
    context = {
        "rules": [
            {"scope": scope, "label": label, "rule": set_rules.get(scope)}
            for scope, label in RetentionRule.Scope.choices
        ],
        "holds": [
            {"hold": hold, **_choice(hold.of)} for hold in holds.placed().order_by("-placed_at")
        ],
        "about": about,
        "reason": reason or request.POST.get("reason", ""),
        "choices": _choices(about),
        "is_searched": is_searched,
        "report": report,
        "orders": [_order(row) for row in orders.ordered()[:SHOWN_AT_ONCE]],
        "done": DONE.get(request.GET.get("done", "")),
        "refusal": refusal,
    }
    return render(request, "messaging/retention.html", context, status=status)


def _order(row: Any) -> dict[str, Any]:
    state = orders.state_of(row)
    return {"row": row, "state": state, "state_words": STATES[state]}

"""What the address of the company's page asks its list for, as `state/list-query.js` reads it."""

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from messaging.api.filters import ConversationFilter
from messaging.models import Conversation
from messaging.queries.folders import Folder

NARROWS = ("unread", "assigned_to", "about", "client", "chantier", "status", "awaiting_reply")
# The addresses from before there were folders.
FORMER = {
    "unread": {"unread": "true"},
    "awaiting": {"folder": "to_answer"},
    "mine": {"folder": "mine"},
    "unassigned": {"folder": "unassigned"},
    "closed": {"folder": "closed"},
}
SHOWN = {folder.value for folder in Folder} - {Folder.ALL, Folder.OPEN}


def asked_of_list(request: HttpRequest) -> dict[str, str]:
    """Return the folder, the order and what narrows the list; nothing for what makes no sense."""
    given = request.GET
    if former := FORMER.get(given.get("filter", "")):
        return former
    # A search has filters of the same names.
    names = ("folder", "sort") if "q" in given else ("folder", "sort", *NARROWS)
    asked = {name: given[name] for name in names if given.get(name)}
    if asked.get("folder") not in SHOWN:
        asked.pop("folder", None)
    return asked if _is_valid(asked, request) else {}


def _is_valid(asked: dict[str, str], request: HttpRequest) -> bool:
    checked = ConversationFilter(data=asked, queryset=Conversation.objects.none(), request=request)
    try:
        return bool(checked.form.is_valid() and checked.qs is not None)
    except ValidationError:
        return False


def parameters_of_list(asked: dict[str, str]) -> dict[str, str]:
    """Return the parameters of `GET /conversations`. Without a folder, it lists the open ones."""
    if "folder" in asked or "status" in asked:
        return asked
    return {**asked, "status": Conversation.Status.OPEN.value}

"""Say an entry of the audit in words. What an entry holds are codes and names of that time."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit.acts import REFUSED, Action
from core.audit.caller import Kind
from core.audit_models import AuditEntry
from core.ids import id_of

ACTORS = {
    Kind.SYSTEM: gettext_lazy("Liaison itself"),
    Kind.STRANGER: gettext_lazy("Somebody who is not logged in"),
}
# By the kind of an object: the name of its page's address. Other apps add theirs.
pages: dict[str, str] = {}
# The names of details. Other apps add theirs.
DETAILS = {
    "after": gettext_lazy("From position"),
    "author": gettext_lazy("Written by"),
    "because": gettext_lazy("Because of"),
    "by": gettext_lazy("By means of"),
    "changed": gettext_lazy("Changed"),
    "changes": gettext_lazy("Changed"),
    "conversation": gettext_lazy("Conversation"),
    "count": gettext_lazy("Number"),
    "expires_at": gettext_lazy("Expires"),
    "fields": gettext_lazy("Fields"),
    "filters": gettext_lazy("Filters"),
    "format": gettext_lazy("Format"),
    "from": gettext_lazy("From"),
    "gone": gettext_lazy("Merged person"),
    "ids": gettext_lazy("Tasks"),
    "into": gettext_lazy("Into"),
    "name": gettext_lazy("Name"),
    "object": gettext_lazy("Object"),
    "queue": gettext_lazy("Queue"),
    "reason": gettext_lazy("Reason"),
    "schedule": gettext_lazy("Periodic work"),
    "scopes": gettext_lazy("Opens"),
    "side": gettext_lazy("Side"),
    "target": gettext_lazy("On what"),
    "task": gettext_lazy("Task"),
    "to": gettext_lazy("To"),
    "values": gettext_lazy("Values"),
    "worker": gettext_lazy("Worker"),
    "written_at": gettext_lazy("Written on"),
}
# The label of the object says it.
SHOWN_BY_OBJECT = frozenset({"verb"})
# Codes of details.
VALUES = {
    "client": gettext_lazy("client"),
    "company": gettext_lazy("company"),
    "password": gettext_lazy("password"),
    "provider": gettext_lazy("the company's own sign-in"),
    "second_factor": gettext_lazy("second factor"),
    # Why Liaison gave a conversation to somebody.
    "responsible": gettext_lazy("responsible for the chantier"),
    "deputy": gettext_lazy("deputy for the chantier"),
    "client_responsible": gettext_lazy("responsible for the client"),
    "client_deputy": gettext_lazy("deputy for the client"),
    "opener": gettext_lazy("opened it"),
    "least_loaded": gettext_lazy("has the fewest open questions"),
    "use_provider": gettext_lazy("passwords are switched off for this person"),
    "issue_token": gettext_lazy("a command in a terminal"),
}


class Detail(NamedTuple):
    label: str
    text: str
    # The list of the audit leaves these out.
    is_id: bool = False


def action_words(entry: AuditEntry) -> str:
    """Say what was done. An action of a later version is shown as it is called there."""
    if entry.action in Action.values:
        return str(Action(entry.action).label)
    return entry.action


def is_refused(entry: AuditEntry) -> bool:
    return entry.action in REFUSED


def actor_words(entry: AuditEntry) -> str:
    return entry.actor_name or str(ACTORS.get(Kind(entry.actor_kind), ""))


def kind_words(entry: AuditEntry) -> str:
    """Say what kind of thing the object is: «conversation», «personne»."""
    try:
        return str(apps.get_model(entry.object_kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return entry.object_kind


def page_of(entry: AuditEntry) -> str:
    """Return the address of the object's page; "" if it has none."""
    name = pages.get(entry.object_kind)
    return reverse(name, args=[entry.object_id]) if name and entry.object_id else ""


def details(entry: AuditEntry) -> Iterator[Detail]:
    """Yield the details of an entry, the empty ones left out, bare ids last."""
    kind, found = entry.object_kind, dict(entry.details)
    if "values" in found and "changed" in found:
        found["changed"] = [name for name in found["changed"] if name not in found["values"]]
    for key, value in sorted(found.items(), key=lambda item: _is_id(item[1])):
        if key not in SHOWN_BY_OBJECT and (text := _text(value, kind, key)):
            yield Detail(_name(key, kind), text, _is_id(value))


def _is_id(value: Any) -> bool:
    try:
        id_of(value)
    except ValueError:
        return False
    return True


def _text(value: Any, kind: str, key: str) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return _("yes") if value else _("no")
        case Mapping() if "name" in value:
            return str(value["name"])
        case Mapping():
            return _pairs(value, kind, key)
        case list():
            return ", ".join(filter(None, (_text(each, kind, key) for each in value)))
    return _scalar(str(value), kind, key)


def _pairs(values: Mapping[str, Any], kind: str, key: str) -> str:
    """Say what is in an object. Among the `values` of a row, a list is of before and after."""
    said = []
    for name, value in values.items():
        if key == "values" and isinstance(value, list):
            before, after = (_text(each, kind, name) or "–" for each in value)
            said.append((_name(name, kind), f"{before} → {after}"))
        elif text := _text(value, kind, name):
            said.append((_name(name, kind), text))
    return ", ".join(_("%(name)s: %(value)s") % {"name": name, "value": text}
                     for name, text in said)  # fmt: skip


def _scalar(text: str, kind: str, key: str) -> str:
    if text in VALUES:
        return str(VALUES[text])
    if moment := _moment(text):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    if key == "changed":
        return _column(text, kind) or text
    return _choice(key, text, kind) or text


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text) if text[10:11] == "T" and text.endswith("Z") else None
    except ValueError:
        return None


def _name(key: str, kind: str) -> str:
    """Return what people call a detail."""
    if key in DETAILS:
        return str(DETAILS[key])
    return capfirst(_column(key, kind)) or key.replace("_", " ")


def _column(name: str, kind: str) -> str:
    """Return what people call a column of the object; "" if it has none of this name."""
    return str(getattr(_field(name, kind), "verbose_name", ""))


def _choice(name: str, value: str, kind: str) -> str:
    """Return the words of a value of a column that has choices, else ""."""
    field = _field(name, kind)
    # Of a list, each has them.
    field = getattr(field, "base_field", field)
    return str(dict(getattr(field, "flatchoices", ())).get(value, ""))


def _field(name: str, kind: str) -> Any:
    try:
        return apps.get_model(kind)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, ValueError, FieldDoesNotExist):
        return None

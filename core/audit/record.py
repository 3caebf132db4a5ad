"""Record what was done. Call `record` in the transaction of the change.

It writes one row that has no place in the chain yet (`AuditFact`), so it takes no lock that others
wait for. `core.audit.chain` gives the places after the commit. What is undone is not recorded.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.timezone import is_naive

from core.audit import caller
from core.audit.acts import Action
from core.audit.caller import Actor, Kind, Who
from core.audit.canonical import moment
from core.audit_models import ADDRESS_LENGTH, ID_LENGTH, NAME_LENGTH, AuditFact
from core.text import shortened

# What PostgreSQL or UTF-8 does not take: a stranger may type it as an email.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

__all__ = ["Action", "Kind", "Thing", "Who", "fact", "record"]


class Thing(NamedTuple):
    """What something was done to: `kind` as `app.model`, and its name as of now."""

    kind: str
    id: str = ""
    label: str = ""


def record(
    actor: Actor | Who | None,
    action: Action,
    object: Thing | Model | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record that `actor` did `action` to `object`, with the address of the request.

    `actor` None is who sent the request that is worked on, else the system. A row as `object` is
    named by its `str`: give a `Thing` where that shows what somebody wrote. `details` may hold ids,
    moments, texts, whole numbers, lists and objects of them; none of it is secret, and it holds no
    text of a message. Raises TypeError for anything else.
    """
    fact(actor, action, object, details).save(force_insert=True)


def fact(
    actor: Actor | Who | None,
    action: Action,
    object: Thing | Model | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditFact:
    """Return the row that `record` writes."""
    by = actor if isinstance(actor, Who) else caller.who(actor)
    thing = _thing(object)
    return AuditFact(
        actor_kind=str(by.kind),
        actor_id=by.id[:ID_LENGTH],
        actor_name=_name(by.name),
        action=action.value,
        object_kind=thing.kind,
        object_id=thing.id[:ID_LENGTH],
        object_label=_name(thing.label),
        address=caller.address()[:ADDRESS_LENGTH],
        details=plain(dict(details or {})),
    )


def plain(value: Any) -> Any:
    """Return a value as the canonical form takes it. Raises TypeError for one that it does not."""
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case str() | Promise():
            return UNSTORABLE.sub("\ufffd", str(value))
        case int():
            return value
        case UUID() | Decimal():
            return str(value)
        case datetime() if not is_naive(value):
            return moment(value)
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case Mapping():
            return {str(plain(key)): plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            each = [plain(each) for each in value]
            return sorted(each) if isinstance(value, set | frozenset) else each
    raise TypeError(f"the audit takes no {type(value).__name__}")


def _thing(given: Thing | Model | None) -> Thing:
    if isinstance(given, Model):
        return Thing(given._meta.label_lower, str(given.pk), str(given))
    return given or Thing("")


def _name(text: str) -> str:
    return shortened(UNSTORABLE.sub("\ufffd", text), NAME_LENGTH)

"""Keep clients, people and chantiers in step with a portal or an ERP, by ids of the other side.

A PUT creates a row, or changes the fields that it has. The other fields stay. The same PUT again
changes nothing. A row is never deleted, since conversations name it: it is archived.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.archiving import archived
from core.models import Chantier, Client, User
from core.web.errors import Refusal

Row = TypeVar("Row", bound=models.Model)
Given = dict[str, Any]
Outcome = Literal["created", "changed", "unchanged"]

ACTIVE, ARCHIVED = "active", "archived"
CLIENT_ROLE = User.Role.CLIENT.value


class Put(NamedTuple):
    row: Any
    outcome: Outcome
    # The columns that are other than before; all of a new row.
    changed: frozenset[str]


class UnknownReference(Refusal):
    status_code = 400
    default_code = "unknown_reference"
    default_detail = _("Nothing has this external id. Send that row first.")

    def __init__(self, attr: str) -> None:
        super().__init__()
        self.attr = attr


class EmailTaken(Refusal):
    default_code = "email_taken"
    default_detail = _("Another person has this email. Merge the two, or correct one.")
    attr = "email"


class ManagedHere(Refusal):
    """With the email or the id of a manager a program could log in as one."""

    status_code = 403
    default_code = "managed_here"
    default_detail = _("This person is a manager. Managers are changed in Liaison itself.")
    attr = "role"


class MergedPerson(Refusal):
    default_code = "merged_person"
    default_detail = _("This person was merged into another one. Use the email of that one.")
    attr = "email"


class OtherSide(Refusal):
    default_code = "other_side"
    default_detail = _(
        "A person cannot change sides, nor go to another client: what they wrote belongs to it. "
        "Archive this one and create another."
    )
    attr = "role"


def _put_client(external_id: str, given: Given) -> Put:
    """Create or change a client: `name`, `responsible`, `deputy`, `status`.

    An archived one has no active people and no open chantiers.
    """
    columns = _people(given) | _named(given, "name")
    if "status" in given:
        columns["archived_at"] = timezone.now() if given["status"] == ARCHIVED else None
    return _put(Client, external_id, columns, required=REQUIRED[Client])


def _put_chantier(external_id: str, given: Given) -> Put:
    """Create or change a chantier: `client`, `name`, `reference`, `address`, `responsible`…"""
    columns = _people(given) | _named(given, "name", "reference", "address")
    if "client" in given:
        columns["client"] = _client(given["client"])
    if "status" in given:
        is_archived = given["status"] == ARCHIVED
        columns["status"] = Chantier.Status.ARCHIVED if is_archived else Chantier.Status.OPEN
    row = Chantier.objects.filter(external_id=external_id).first()
    if row is not None and "client" in columns and columns["client"].pk != row.client_id:
        raise OtherSide
    return _put(Chantier, external_id, columns, required=REQUIRED[Chantier])


def _put_user(external_id: str, given: Given) -> Put:
    """Create or change a person: `email`, `name`, `role`, `client`, `locale`, `phone`, `status`.

    A person who is known by the email alone, of the same side, gets the id. A new one has no
    password: they come from the portal, or by an invitation.
    """
    columns = _named(given, "email", "name", "role", "locale", "phone")
    if "client" in given:
        columns["client"] = _client(given["client"]) if given["client"] else None
    if "status" in given:
        columns["is_active"] = given["status"] == ACTIVE
    known = _person(external_id, columns.get("email"))
    if known is not None:
        _check_may_change(known, columns)
        # The row that a person typed by hand gets the id.
        _identify(known, external_id)
    new = {"password": make_password(None)}
    return _put(User, external_id, columns, required=REQUIRED[User], new=new)


def _identify(person: User, external_id: str) -> None:
    row = User.objects.select_for_update(no_key=True).filter(pk=person.pk, external_id=None).first()
    if row is not None:
        row.external_id = external_id
        row.save(update_fields=["external_id"])


def _person(external_id: str, email: str | None) -> User | None:
    """Return who has the id, or the email and no id yet. Raises EmailTaken."""
    known = User.objects.filter(external_id=external_id).first()
    other = User.objects.filter(email=email).first() if email else None
    if other is None or other == known:
        return known
    if known is not None or other.external_id is not None:
        raise EmailTaken
    return other


def _check_may_change(person: User, columns: Given) -> None:
    """Raises ManagedHere for a manager, MergedPerson, OtherSide for who would change sides."""
    if person.role == User.Role.MANAGER or person.is_superuser:
        raise ManagedHere
    if person.merged_into_id is not None:
        raise MergedPerson
    role = columns.get("role", person.role)
    client = columns.get("client", person.client)
    is_client = role == CLIENT_ROLE
    if is_client == person.is_company or (client.pk if client else None) != person.client_id:
        raise OtherSide


def _people(given: Given) -> Given:
    """Return the columns of the company's people that a row names by their external ids."""
    columns: Given = {}
    for name in ("responsible", "deputy"):
        if name not in given:
            continue
        of_company = User.objects.exclude(role=CLIENT_ROLE)
        wanted = given[name]
        columns[name] = of_company.filter(external_id=wanted).first() if wanted else None
        if wanted and columns[name] is None:
            raise UnknownReference(name)
    return columns


def _client(external_id: str) -> Client:
    client = Client.objects.filter(external_id=external_id).first()
    if client is None:
        raise UnknownReference("client")
    return client


def _named(given: Given, *names: str) -> Given:
    return {name: given[name] for name in names if name in given}


def _put(
    model: type[Row],
    external_id: str,
    columns: Given,
    *,
    required: tuple[str, ...],
    new: Given | None = None,
) -> Put:
    """`new` are columns of a new row alone."""
    rows = model._default_manager.select_for_update(no_key=True, of=("self",))
    row = rows.filter(external_id=external_id).first()
    if row is None:
        _check_required(columns, required)
        try:
            with transaction.atomic():
                return _created(model, {"external_id": external_id, **columns, **(new or {})})
        except IntegrityError:
            # Another request has just made it.
            row = rows.filter(external_id=external_id).first()
            if row is None:
                raise
    return _updated(row, columns)


def _created(model: type[Row], columns: Given) -> Put:
    return Put(model._default_manager.create(**columns), "created", frozenset(columns))


def _updated(row: models.Model, columns: Given) -> Put:
    changed = {
        name: value for name, value in columns.items() if _is_other(getattr(row, name), value)
    }
    if not changed:
        return Put(row, "unchanged", frozenset())
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))
    return Put(row, "changed", frozenset(changed))


def _is_other(before: Any, after: Any) -> bool:
    # When something was archived stays the first time.
    if isinstance(before, datetime) and isinstance(after, datetime):
        return False
    return bool(before != after)


def _check_required(columns: Given, required: tuple[str, ...]) -> None:
    missing = {name: [serializers.Field.default_error_messages["required"]] for name in required}
    missing = {name: why for name, why in missing.items() if name not in columns}
    if missing:
        raise serializers.ValidationError(missing, code="required")


REQUIRED: dict[type[models.Model], tuple[str, ...]] = {
    Client: ("name",),
    Chantier: ("client", "name"),
    User: ("email", "name", "role"),
}


@transaction.atomic
def put_found(model: type[Row], found: Row | None, columns: Given) -> Put:
    """Change a row that was found by something else than its external id, or create it.

    The rules are those of `put`. `columns` hold rows, not ids. Raises ManagedHere, OtherSide, or a
    ValidationError for what a new row lacks.
    """
    if found is None:
        _check_required(columns, REQUIRED[model])
        new = {"password": make_password(None)} if model is User else {}
        return _created(model, {**columns, **new})
    if isinstance(found, User):
        _check_may_change(found, columns)
    if isinstance(found, Chantier) and columns.get("client", found.client) != found.client:
        raise OtherSide
    return _updated(found, columns)


PUTS: dict[str, Callable[[str, Given], Put]] = {
    "clients": _put_client,
    "users": _put_user,
    "chantiers": _put_chantier,
}


@transaction.atomic
def put(kind: str, external_id: str, given: Given) -> Put:
    """Create or change one row, with what follows if it is archived.

    Raises UnknownReference, EmailTaken, ManagedHere, OtherSide, or a ValidationError for what a new
    row lacks.
    """
    done = PUTS[kind](external_id, given)
    if given.get("status") == ARCHIVED and done.changed & {"status", "archived_at"}:
        archived(done.row)
    return done

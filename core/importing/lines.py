"""Turn the cells of a line into a client, a person and a chantier, checked as the API checks them.

A blank cell changes nothing. A line that contradicts an earlier one of the file is refused, since
each import would change the row there and back.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from core.database.folding import fold
from core.importing.columns import Columns
from core.importing.tables import CELL_ERRORS, Line
from core.models import User
from core.provisioning.bulk import errors_of
from core.provisioning.serializers import (
    PutChantierSerializer,
    PutClientSerializer,
    PutUserSerializer,
)
from core.text import one_line

Given = dict[str, Any]
PERSON = ("email", "name", "phone", "locale", "role")
ROLES = {
    User.Role.CLIENT: "client|clients|cliente|customer|particulier",
    User.Role.STAFF: "equipe|entreprise|salarie|salariee|collaborateur|collaboratrice|interne"
    "|conducteur de travaux|conductrice de travaux|staff|employee|team",
    User.Role.MANAGER: "manager|gerant|gerante|direction|directeur|directrice|responsable|admin"
    "|administrateur|administratrice",
}
LOCALES = {
    User.Locale.FRENCH: "fr|francais|french|fra|fre",
    User.Locale.ENGLISH: "en|anglais|english|eng",
}


class WrongCell(Exception):
    """One cell of a line is wrong. `column` is what it holds, None for the whole line."""

    def __init__(self, column: str | None, why: str) -> None:
        super().__init__(why)
        self.column, self.why = column, why


@dataclass(frozen=True)
class Wanted:
    """What a line asks for. `person` and `chantier` are empty where it names none."""

    number: int
    client: Given
    person: Given
    chantier: Given
    responsible: str


@dataclass
class Reader:
    """Reads the lines of one file, in their order."""

    columns: Columns
    # What earlier lines said of the same row, and where: (kind, key) → column → (text, line).
    _said: dict[tuple[str, str], dict[str, tuple[str, int]]] = field(default_factory=dict)

    def wanted(self, line: Line) -> Wanted:
        """Raises WrongCell."""
        given = {name: one_line(cell) for name, cell in self.columns.given(line).items()}
        for column, cell in given.items():
            if cell.upper() in CELL_ERRORS:
                raise WrongCell(column, _("The spreadsheet shows an error here: %s") % cell)
        _join_names(given)
        client = given.get("client", "")
        wanted = Wanted(
            number=line.number,
            client=_valid(PutClientSerializer, {"name": client}, {"name": "client"})
            if client else {},
            person=_person(given),
            chantier=_chantier(given),
            responsible=given.get("responsible", ""),
        )  # fmt: skip
        if not (wanted.client or wanted.person or wanted.chantier):
            raise WrongCell(None, _("The line names neither a client nor a person."))
        self._check_agrees(wanted)
        return wanted

    def _check_agrees(self, wanted: Wanted) -> None:
        client = fold(str(wanted.client.get("name", "")))
        if wanted.person:
            person = {**wanted.person, **({"client": client} if client else {})}
            self._check_said(("person", person["email"]), person, wanted.number)
        if wanted.chantier:
            key = wanted.chantier.get("reference") or wanted.chantier.get("name", "")
            said = {**wanted.chantier, "responsible": wanted.responsible}
            said["chantier"] = said.pop("name", "")
            self._check_said(("chantier", f"{client}|{fold(key)}"), said, wanted.number)

    def _check_said(self, key: tuple[str, str], given: Given, number: int) -> None:
        said = self._said.setdefault(key, {})
        for column, value in given.items():
            if not value:
                continue
            text, earlier = said.setdefault(column, (str(value), number))
            if text != str(value):
                raise WrongCell(
                    column,
                    _("Line %(line)d says otherwise of the same: “%(text)s”.")
                    % {"line": earlier, "text": text},
                )


def _join_names(given: dict[str, str]) -> None:
    parts = [given.pop("first_name", ""), given.pop("last_name", "")]
    if any(parts) and "name" not in given:
        given["name"] = " ".join(filter(None, parts))


def _person(given: dict[str, str]) -> Given:
    cells = {name: given[name] for name in PERSON if name in given}
    if not cells.keys() & {"email", "name", "phone"}:
        return {}
    if "email" not in cells:
        raise WrongCell("email", _("A person needs an email address."))
    role = _one_of(ROLES, cells.get("role", ""), "role")
    if role == User.Role.MANAGER:
        raise WrongCell("role", _("Managers are made in the admin. Leave this blank, then choose."))
    if role and (role == User.Role.CLIENT) != ("client" in given):
        raise WrongCell(
            "client", _("A client's user has a client; a person of the company has none.")
        )
    if role or "client" in given:
        cells["role"] = role or User.Role.CLIENT.value
    if "locale" in cells:
        cells["locale"] = _one_of(LOCALES, cells["locale"], "locale")
    if "phone" in cells:
        cells["phone"] = _phone(cells["phone"])
    # Any client will do: the file's is a name, not an id.
    side = {"client": "client"} if cells.get("role") == User.Role.CLIENT.value else {}
    person = _valid(PutUserSerializer, {**cells, **side})
    person.pop("client", None)
    return person


def _chantier(given: dict[str, str]) -> Given:
    names = {"name": "chantier", "reference": "reference", "address": "address"}
    cells = {name: given[column] for name, column in names.items() if column in given}
    # An address alone is that of the client, say: it names no chantier.
    if not cells.keys() & {"name", "reference"}:
        return {}
    if "client" not in given:
        raise WrongCell("client", _("A chantier needs its client."))
    return _valid(PutChantierSerializer, cells, {"name": "chantier"})


def _valid(
    shape: type[Serializer[Any]], cells: Given, columns: dict[str, str] | None = None
) -> Given:
    """Return the checked values. `columns` are those whose name is not that of the value."""
    checked = shape(data=cells)
    try:
        checked.is_valid(raise_exception=True)
    except ValidationError as error:
        first = next(errors_of(error.detail))
        attr = first["attr"]
        raise WrongCell((columns or {}).get(attr or "", attr), str(first["detail"])) from error
    return dict(checked.validated_data)


def _one_of(choices: dict[Any, str], cell: str, column: str) -> str:
    """Return the value whose words hold the cell; "" for a blank one."""
    if not cell:
        return ""
    words = " ".join(re.sub(r"[^a-z]+", " ", fold(cell)).split())
    for value, names in choices.items():
        if words in names.split("|"):
            return str(value.value)
    known = ", ".join(str(value.label) for value in choices if value != User.Role.MANAGER)
    raise WrongCell(
        column,
        _("“%(cell)s” is not known here. Write one of: %(known)s.")
        % {"cell": cell, "known": known},
    )


def _phone(cell: str) -> str:
    """Give back the 0 that a spreadsheet takes from a French number."""
    return f"0{cell}" if re.fullmatch(r"[1-9]\d{8}", cell) else cell

"""Import a list of people: find the rows that its lines mean, put them by provisioning's rules.

A person is found by the email, a client by the folded name, a chantier by its client and the folded
reference, else the name. No external id is made up: with one, a portal that comes later could not
take the row over.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from core.database.folding import FoldText, fold
from core.importing.columns import Columns, columns_of
from core.importing.lines import Reader, Wanted, WrongCell
from core.importing.tables import Line, UnreadableFile, lines_of
from core.models import Chantier, Client, User
from core.provisioning.bulk import errors_of, in_turn
from core.provisioning.rows import OtherSide, Put, put_found
from core.web.errors import Refusal

Row = TypeVar("Row", bound=Model)

CLIENT_ROLE = User.Role.CLIENT.value
# In the order in which a report names them.
KINDS = (Client, User, Chantier)
STRENGTH = ("unchanged", "changed", "created")
# The values of a row whose column in the file has another name.
COLUMNS_OF = {Client: {"name": "client"}, User: {}, Chantier: {"name": "chantier"}}


class WrongLine(NamedTuple):
    number: int
    column: str
    why: str


@dataclass
class Imported:
    """What became of a file. `outcomes` are by kind, then by outcome: how many rows."""

    is_dry_run: bool
    unknown_columns: list[str]
    lines: int = 0
    wrong: list[WrongLine] = field(default_factory=list)
    outcomes: dict[type[Any], Counter[str]] = field(default_factory=dict)
    # Those whom the good lines name.
    people: list[UUID] = field(default_factory=list)

    @property
    def changes_something(self) -> bool:
        return any(count["created"] or count["changed"] for count in self.outcomes.values())


def import_people(content: bytes, *, is_dry_run: bool) -> Imported:
    """Import a file; each line is done as a whole, or refused by itself. Raises UnreadableFile."""
    lines = lines_of(content)
    if len(lines) < 2:
        raise UnreadableFile(_("The file has no line below its headers."))
    columns = columns_of(lines[0])
    one_file = _Import(columns, Reader(columns))
    results = in_turn(lines[1:], one_file.line_done, is_dry_run=is_dry_run)
    imported = Imported(is_dry_run, columns.unknown, lines=len(results))
    strongest: dict[tuple[type[Any], UUID], str] = {}
    for result in results:
        if isinstance(result, WrongLine):
            imported.wrong.append(result)
            continue
        for put in result:
            key = (type(put.row), put.row.pk)
            before = strongest.get(key, put.outcome)
            strongest[key] = max(before, put.outcome, key=STRENGTH.index)
    for kind in KINDS:
        imported.outcomes[kind] = Counter(o for (k, _pk), o in strongest.items() if k is kind)
    imported.people = [pk for kind, pk in strongest if kind is User]
    return imported


@dataclass
class _Import:
    columns: Columns
    reader: Reader

    def line_done(self, line: Line) -> list[Put] | WrongLine:
        try:
            wanted = self.reader.wanted(line)
            with transaction.atomic():
                return _put(wanted)
        except WrongCell as wrong:
            return WrongLine(line.number, self.columns.header(wrong.column), wrong.why)


def _put(wanted: Wanted) -> list[Put]:
    """Raises WrongCell."""
    done: list[Put] = []
    client = None
    if wanted.client:
        done.append(_put_row(Client, _one_client(wanted.client["name"]), wanted.client))
        client = done[0].row
    if wanted.person:
        known = User.objects.filter(email=wanted.person["email"]).first()
        columns = wanted.person
        # A line that says no side leaves the one of a person who is there.
        if "role" in columns or known is None:
            role = columns.get("role", User.Role.STAFF.value)
            columns = {**columns, "role": role, "client": client if role == CLIENT_ROLE else None}
        done.append(_put_row(User, known, columns))
    if wanted.chantier:
        assert client is not None, "the reader asks for it"
        columns = {**wanted.chantier, "client": client}
        if wanted.responsible:
            columns["responsible"] = _colleague(wanted.responsible)
        done.append(_put_row(Chantier, _one_chantier(client, wanted.chantier), columns))
    return done


def _put_row(model: type[Any], found: Any, columns: dict[str, Any]) -> Put:
    try:
        if found is not None and model is Client:
            # The spelling of the row that is there stays: «DUPONT» of a list is not better.
            return Put(found, "unchanged", frozenset())
        return put_found(model, found, columns)
    except ValidationError as error:
        first = next(errors_of(error.detail))
        column = COLUMNS_OF[model].get(first["attr"] or "", first["attr"])
        raise WrongCell(column, str(first["detail"])) from error
    except OtherSide as refusal:
        raise WrongCell("client", str(refusal.detail)) from refusal
    except Refusal as refusal:
        raise WrongCell(refusal.attr, str(refusal.detail)) from refusal


def _one_client(name: str) -> Client | None:
    same = Client.objects.annotate(folded=FoldText("name")).filter(folded=fold(name))
    return _only(same, "client", _("Several clients have this name. Give them different names."))


def _one_chantier(client: Client, given: dict[str, Any]) -> Chantier | None:
    of_client = Chantier.objects.filter(client=client)
    several = _("Several chantiers of this client have this name or reference.")
    if reference := given.get("reference"):
        same = of_client.annotate(folded=FoldText("reference")).filter(folded=fold(reference))
        if found := _only(same, "reference", several):
            return found
        # One without a reference gets it.
        of_client = of_client.filter(reference="")
    if not (name := given.get("name")):
        return None
    same = of_client.annotate(folded=FoldText("name")).filter(folded=fold(name))
    return _only(same, "chantier", several)


def _colleague(text: str) -> User:
    """Return the person of the company with this email or this name."""
    colleagues = User.objects.exclude(role=CLIENT_ROLE).filter(is_active=True)
    if "@" in text:
        found = colleagues.filter(email=text).first()
    else:
        same = colleagues.annotate(folded=FoldText("name")).filter(folded=fold(text))
        found = _only(same, "responsible", _("Several people have this name. Write the email."))
    if found is None:
        raise WrongCell("responsible", _("Nobody of the company has this name or email: %s") % text)
    return found


def _only(rows: QuerySet[Row], column: str, several: str) -> Row | None:
    found = list(rows[:2])
    if len(found) > 1:
        raise WrongCell(column, several)
    return found[0] if found else None

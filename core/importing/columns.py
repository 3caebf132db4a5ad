"""Find what the columns of a file hold by their names, in French or English."""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.database.folding import fold
from core.importing.tables import Line, UnreadableFile

# By what a column holds: the names it may have, folded, without anything but letters.
NAMES: dict[str, str] = {
    "client": "client|clients|nom du client|compte client|compte|societe|customer|account|company",
    "name": "nom|nom complet|prenom et nom|nom et prenom|personne|contact|interlocuteur|name"
            "|full name|person",
    "first_name": "prenom|first name|given name",
    "last_name": "nom de famille|last name|family name|surname",
    "email": "e mail|email|mail|courriel|adresse e mail|adresse email|adresse mail"
             "|adresse electronique|adresse courriel|email address|e mail address",
    "phone": "telephone|tel|portable|mobile|numero de telephone|telephone portable|phone"
             "|phone number|cell",
    "locale": "langue|language|lang|locale",
    "role": "role|fonction|type|cote|side",
    "chantier": "chantier|nom du chantier|projet|operation|site|job|job site|project",
    "reference": "reference|ref|reference chantier|reference du chantier|numero de chantier"
                 "|n chantier|code chantier|job reference|project reference",
    "address": "adresse|adresse du chantier|adresse chantier|lieu|address|site address",
    "responsible": "responsable|responsable du chantier|conducteur de travaux|conducteur"
                   "|responsible|manager|site manager",
}  # fmt: skip
COLUMNS = {folded: column for column, names in NAMES.items() for folded in names.split("|")}
LABELS = {
    "client": gettext_lazy("Client"),
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Family name"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "locale": gettext_lazy("Language"),
    "role": gettext_lazy("Role"),
    "chantier": gettext_lazy("Chantier"),
    "reference": gettext_lazy("Reference"),
    "address": gettext_lazy("Address"),
    "responsible": gettext_lazy("Responsible person"),
}


class Columns(NamedTuple):
    """`places` and `headers` are by what a column holds; `unknown` are headers of no use."""

    places: dict[str, int]
    headers: dict[str, str]
    unknown: list[str]

    def given(self, line: Line) -> dict[str, str]:
        """Return the cells of a line that hold something, by what they are."""
        cells = line.cells
        return {
            column: cells[place]
            for column, place in self.places.items()
            if place < len(cells) and cells[place]
        }

    def header(self, column: str | None) -> str:
        """Return the name of a column as the file has it; of one that is not there, our own."""
        if column == "name" and "name" not in self.headers and "last_name" in self.headers:
            column = "last_name"
        return self.headers.get(column or "", str(LABELS.get(column or "", "")))


def columns_of(first: Line) -> Columns:
    """Read the line of the headers. Raises UnreadableFile."""
    found = Columns({}, {}, [])
    for place, header in enumerate(first.cells):
        column = COLUMNS.get(_plain(header))
        if column is None:
            found.unknown.extend([header] if header else [])
        elif column in found.places:
            raise UnreadableFile(
                _("Two columns say the same: “%(one)s” and “%(other)s”. Remove one.")
                % {"one": found.headers[column], "other": header}
            )
        else:
            found.places[column], found.headers[column] = place, header
    # «Prénom» and «Nom» beside each other.
    if "first_name" in found.places and "name" in found.places:
        found.places["last_name"] = found.places.pop("name")
        found.headers["last_name"] = found.headers.pop("name")
    if not {"client", "email"} & found.places.keys():
        raise UnreadableFile(
            _("The first line names the columns, for example: %(names)s.")
            % {"names": ", ".join(map(str, LABELS.values()))}
        )
    return found


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", fold(header)).split())

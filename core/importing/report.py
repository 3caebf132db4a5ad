"""Say in words what became of an imported file."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.importing.people import Imported, WrongLine
from core.models import Chantier, Client, User


def sentences(imported: Imported) -> Iterator[str]:
    """Say what was done, or would be. The wrong lines are told by `told`."""
    if imported.is_dry_run:
        yield _("This was a trial: nothing is stored yet.")
    for kind, label in (
        (Client, _("Clients")),
        (User, _("People")),
        (Chantier, _("Chantiers")),
    ):
        counts = imported.outcomes[kind]
        if counts.total():
            yield _("%(label)s: %(created)d new, %(changed)d changed, %(same)d as before.") % {
                "label": label,
                "created": counts["created"],
                "changed": counts["changed"],
                "same": counts["unchanged"],
            }
    if imported.unknown_columns:
        names = ", ".join(imported.unknown_columns)
        yield _("Columns that were not read: %(names)s.") % {"names": names}
    if imported.wrong:
        yield ngettext(
            "%(count)d line of %(lines)d is wrong and left out:",
            "%(count)d lines of %(lines)d are wrong and left out:",
            len(imported.wrong),
        ) % {"count": len(imported.wrong), "lines": imported.lines}
    elif not imported.changes_something:
        yield _("Everything is as the file says already.")


def told(wrong: WrongLine) -> str:
    """Say what is wrong with one line."""
    place = {"line": wrong.number, "column": wrong.column, "why": wrong.why}
    if wrong.column:
        return _("Line %(line)d, column “%(column)s”: %(why)s") % place
    return _("Line %(line)d: %(why)s") % place

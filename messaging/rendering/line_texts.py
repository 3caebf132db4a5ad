"""What lines of the history say to the company alone: desk/thread/i18n/fr.js, by the same keys."""

from django.utils.translation import gettext_lazy as _

from messaging.rendering.texts import Text, said

LINES: dict[str, Text] = {
    "ownedByNobody": _("Nobody owns it"),
    "ownedByMe": _("Mine"),
    "take": _("Take"),
    "snooze": _("Snooze"),
    "wake": _("Bring back now"),
    "snoozedUntil": _("Snoozed, back {until}"),
    "close": _("Close it"),
    "reopen": _("Reopen"),
    "lineAssigned": _("{name} gave the conversation to {to}"),
    "lineTaken": _("{name} took the conversation"),
    "lineTakenOver": _("{name} took the conversation over from {from}"),
    "lineLeft": _("{name} no longer owns the conversation"),
    "lineUnassigned": _("{name} took the conversation away from {from}"),
    "lineGivenResponsible": _("Given to {to}, responsible for the site"),
    "lineGivenDeputy": _("Given to {to}, deputy of who is responsible for the site"),
    "lineGivenOpener": _("Given to {to}, who opened it"),
    "lineGivenClient": _("Given to {to}, who looks after this client"),
    "lineGivenClientDeputy": _("Given to {to}, deputy of who looks after this client"),
    "lineGivenLeastLoaded": _("Given to {to}, who has the fewest conversations"),
    "lineGivenAbsent": _("{from} is absent: given to {to}"),
    "lineGivenUnowned": _("Given to {to}: nobody owned it"),
    "lineGiven": _("Given to {to}"),
    "lineEscalatedDeputy": _("Unanswered since {since}: given to {to}"),
    "lineEscalatedManagers": _("Unanswered since {since}: the managers were told, {to} owns it"),
    "lineSnoozed": _("Snoozed by {name}, back {until}"),
    "lineWokenTime": _("Back: its time has come"),
    "lineWokenAnswer": _("Back: the client wrote"),
    "lineWokenPerson": _("Brought back by {name}"),
    "lineForwarded": (
        _("{n} message forwarded to {address} by {name}"),
        _("{n} messages forwarded to {address} by {name}"),
    ),
    "lineExported": _("Printed or exported by {name}"),
    "lineMoment": _("{day} at {time}"),
}


def line_text(key: str, /, **values: object) -> str:
    return said(LINES[key], **values)

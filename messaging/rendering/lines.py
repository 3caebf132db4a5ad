"""The lines of the history, as static/messaging/components/history-line.js writes them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.rendering.dates import clock, day_label, exact_label, local
from messaging.rendering.line_texts import line_text
from messaging.rendering.texts import t

Json = dict[str, Any]
# A sentence with the other conversation left out, where it has one.
PLACE = "\n"
# Why a rule gave the conversation to somebody: conversation/ownership.
GIVEN = {
    "responsible": "lineGivenResponsible",
    "deputy": "lineGivenDeputy",
    "opener": "lineGivenOpener",
    "client_responsible": "lineGivenClient",
    "client_deputy": "lineGivenClientDeputy",
    "least_loaded": "lineGivenLeastLoaded",
    "absent": "lineGivenAbsent",
    "unowned": "lineGivenUnowned",
}
WOKEN = {"time": "lineWokenTime", "answer": "lineWokenAnswer", "person": "lineWokenPerson"}


def history_line(line: Json, *, base: str, now: datetime) -> SafeString:
    """Return what was done with the conversation, by whom and when. `base`: the list's address."""
    before, _, after = sentence_of(line, now).partition(PLACE)
    other = line["details"].get("into") or line["details"].get("from")
    date = local(line["at"])
    return format_html(
        '{}{}{} · <time datetime="{}" title="{}">{}</time>',
        before,
        _link(other, base) if _is_of_two(line) and other else "",
        after,
        line["at"],
        exact_label(date),
        clock(date),
    )


def sentence_of(line: Json, now: datetime) -> str:
    return SENTENCES[line["kind"]](line, now)


def _is_of_two(line: Json) -> bool:
    return line["kind"] in ("merged", "split")


def _link(other: Json, base: str) -> SafeString:
    return format_html('<a href="{}/{}">{}</a>', base, other["id"], other["name"])


def _name(of: Json | None) -> str:
    return of["name"] if of else "Liaison"


def _by(key: str) -> Callable[[Json, datetime], str]:
    return lambda line, now: t(key, name=_name(line["by"]))


def _closed(line: Json, now: datetime) -> str:
    chantier = line["details"].get("chantier")
    if chantier:
        return t("lineClosedWithChantier", chantier=_name(chantier))
    return t("lineClosed", name=_name(line["by"]))


def _reopened(line: Json, now: datetime) -> str:
    is_of_client = line["by"] is not None and line["by"]["role"] == "client"
    return t("reopenedBy" if is_of_client else "lineReopened", name=_name(line["by"]))


def _renamed(line: Json, now: datetime) -> str:
    subject, former = line["details"]["subject"], line["details"]["former_subject"]
    return t("lineRenamed", name=_name(line["by"]), subject=subject, former=former)


def _moved(line: Json, now: datetime) -> str:
    name, to, former = _name(line["by"]), line["details"]["to"], line["details"]["from"]
    if to:
        return t("lineMoved", name=name, to=_name(to))
    return t("lineMovedOut", name=name, **{"from": _name(former)})


def _of_two(into: str, from_: str) -> Callable[[Json, datetime], str]:
    def said(line: Json, now: datetime) -> str:
        key = into if line["details"].get("into") else from_
        return t(key, name=_name(line["by"]), n=line["details"]["count"], place=PLACE)

    return said


def _assigned(line: Json, now: datetime) -> str:
    by, details = line["by"], line["details"]
    to, former = details["to"], details["from"]
    names = {"name": _name(by), "to": _name(to), "from": _name(former)}
    if by is None:
        return line_text(GIVEN.get(details.get("reason", ""), "lineGiven"), **names)
    if to:
        return line_text("lineTaken" if to["id"] == str(by["id"]) else "lineAssigned", **names)
    is_own = former is not None and former["id"] == str(by["id"])
    return line_text("lineLeft" if is_own else "lineUnassigned", **names)


def _taken_over(line: Json, now: datetime) -> str:
    former = _name(line["details"]["from"])
    return line_text("lineTakenOver", name=_name(line["by"]), **{"from": former})


def _escalated(line: Json, now: datetime) -> str:
    details = line["details"]
    key = "lineEscalatedDeputy" if details["step"] == 1 else "lineEscalatedManagers"
    since = moment(details["waiting_since"], now)
    return line_text(key, to=_name(details["to"]), since=since)


def _snoozed(line: Json, now: datetime) -> str:
    until = moment(line["details"]["until"], now)
    return line_text("lineSnoozed", name=_name(line["by"]), until=until)


def _woken(line: Json, now: datetime) -> str:
    key = WOKEN.get(line["details"]["reason"], "lineWokenPerson")
    return line_text(key, name=_name(line["by"]))


def _forwarded(line: Json, now: datetime) -> str:
    address, count = line["details"]["address"], line["details"]["count"]
    return line_text("lineForwarded", name=_name(line["by"]), address=address, n=count)


def _exported(line: Json, now: datetime) -> str:
    return line_text("lineExported", name=_name(line["by"]))


def moment(at: str | None, now: datetime) -> str:
    """Example: hier à 14:32."""
    if at is None:
        return ""
    date = local(at)
    return line_text("lineMoment", day=day_label(date, now), time=clock(date))


SENTENCES: dict[str, Callable[[Json, datetime], str]] = {
    "opened": _by("lineOpened"),
    "closed": _closed,
    "reopened": _reopened,
    "renamed": _renamed,
    "moved": _moved,
    "merged": _of_two("lineMergedInto", "lineMergedFrom"),
    "split": _of_two("lineSplitInto", "lineSplitFrom"),
    "assigned": _assigned,
    "taken_over": _taken_over,
    "escalated": _escalated,
    "snoozed": _snoozed,
    "woken": _woken,
    "forwarded": _forwarded,
    "exported": _exported,
}

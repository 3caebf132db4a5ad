"""The lines of the server say what those of the elements say, in both languages."""

from typing import Any

import pytest
from django.utils import translation

from messaging.models import HistoryLine
from messaging.rendering.dates import local
from messaging.rendering.lines import GIVEN, WOKEN, sentence_of
from tests.in_node import in_node

NOW = "2026-11-28T10:30:00Z"
ODILE = {"id": "odile", "name": "Odile Perrin", "role": "staff"}
CAMILLE = {"id": "camille", "name": "Camille Morel", "role": "client"}
MARC = {"id": "marc", "name": "Marc Vidal"}
GARAGE = {"id": "garage", "name": "Garage {n}"}
# What each kind can be, beside who did it.
DETAILS: dict[str, list[dict[str, Any]]] = {
    "renamed": [{"subject": "Dalle", "former_subject": "Sol « brut »"}],
    "moved": [{"to": GARAGE, "from": None}, {"to": None, "from": GARAGE}],
    "merged": [{"into": GARAGE, "count": 1}, {"from": GARAGE, "count": 12}],
    "split": [{"into": GARAGE, "count": 2}, {"from": GARAGE, "count": 1}],
    "assigned": [
        {"to": MARC, "from": None}, {"to": ODILE, "from": MARC}, {"to": None, "from": MARC},
        {"to": None, "from": ODILE},
        *({"to": MARC, "from": ODILE, "reason": reason} for reason in [*GIVEN, "newer"]),
    ],
    "taken_over": [{"to": ODILE, "from": MARC}],
    "escalated": [
        {"to": MARC, "from": ODILE, "step": 1, "waiting_since": "2026-11-28T07:05:00Z"},
        {"to": MARC, "from": ODILE, "step": 2, "waiting_since": "2026-11-27T07:05:00Z"},
        {"to": MARC, "from": None, "step": 2, "waiting_since": None},
    ],
    "snoozed": [{"until": "2026-11-30T07:00:00Z"}, {"until": "2027-01-04T07:00:00Z"}],
    "woken": [{"reason": reason} for reason in WOKEN],
    "forwarded": [{"address": "notaire@etude.test", "count": count} for count in (1, 3)],
}  # fmt: skip


def every_line() -> list[dict[str, Any]]:
    return [
        {"id": "1", "kind": kind, "by": by, "at": NOW, "details": details}
        for kind in HistoryLine.Kind.values
        for by in (ODILE, CAMILLE, None)
        for details in DETAILS.get(kind, [{}])
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lines_are_those_of_the_elements(language: str) -> None:
    lines = every_line()
    theirs = in_node(
        """const { document } = globalThis;
        delete globalThis.document;
        await import("lit");
        globalThis.document = document;
        const now = new Date(given.now);
        globalThis.Date = class extends Date {
          constructor(...at) { super(...(at.length > 0 ? at : [now])); }
        };
        const { sentences } = await import("#messaging/components/history-line.js");
        await import("#messaging/components/staff-lines.js");
        return given.lines.map((line) => sentences[line.kind](line));""",
        {"lines": lines, "now": NOW},
        language=language,
    )

    with translation.override(language):
        ours = [sentence_of(line, local(NOW)) for line in lines]

    assert ours == theirs
    assert all(ours)

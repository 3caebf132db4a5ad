"""The server says who answers and when as the element does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from messaging.rendering.answers import awaited, sentence
from tests.in_node import in_node

# A Friday evening in Paris.
NOW = "2026-11-27T17:30:00Z"
MONDAY = "2026-11-30T07:00:00Z"
ODILE = {"id": "1", "name": "Odile", "role": "staff", "photo": "/portraits/o"}
MARC = {"id": "2", "name": "Marc", "role": "manager", "photo": None}
CONVERSATION = {
    "awaiting_reply_since": "2026-11-28T10:00:00Z",
    "accepts_messages": True,
    "assigned_to": None,
    "participants": [
        {"id": "3", "name": "Camille Morel", "role": "client"},
        {"id": "1", "name": "Odile <b>Perrin", "role": "staff"},
    ],
}


def answers(**known: Any) -> dict[str, Any]:
    """Return `answers` of GET /me: Odile answers, and nothing else is known."""
    return {
        "status": "open", "back_at": None, "office_opens_at": None, "person": ODILE,
        "absent": None, "usual_seconds": None, "usual_working_seconds": None, "usual": None,
    } | known  # fmt: skip


def usual(count: int, unit: str) -> dict[str, Any]:
    return {"count": count, "unit": unit}


ABSENT = {"person": ODILE, "back_at": MONDAY}
ANSWERS = answers(usual=usual(2, "hour"))
CASES = [
    answers(),
    ANSWERS,
    *(answers(usual=usual(n, unit)) for n, unit in ((15, "minute"), (1, "hour"), (1, "day"))),
    answers(usual=usual(3, "day"), status="closed", back_at=MONDAY, office_opens_at=MONDAY),
    answers(person=MARC, absent=ABSENT),
    answers(person=MARC, absent=ABSENT, usual=usual(4, "hour")),
    answers(person=MARC, absent={"person": ODILE, "back_at": None}),
    answers(person=MARC, absent={"person": ODILE, "back_at": "2026-12-28T07:30:00Z"}),
    answers(status="absent", back_at="2026-11-28T13:30:00Z"),
    answers(status="absent", back_at=None),
    # Of a page that was opened before.
    answers(status="closed", back_at="2026-11-27T07:00:00Z", office_opens_at="2026-11-27T07:00Z"),
]


@contextmanager
def at_friday_evening(language: str) -> Iterator[None]:
    with (
        time_machine.travel(NOW, tick=False),
        timezone.override("Europe/Paris"),
        translation.override(language),
    ):
        yield


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sentences_of_the_server_are_those_of_the_element(language: str) -> None:
    people = [None, ODILE, MARC]
    theirs = in_node(
        """const { sentence } = await import("#messaging/components/usual-delay.js");
        const now = new Date(given.now);
        return given.cases.flatMap((one) => given.people.map((who) => sentence(who, one, now)));""",
        {"cases": CASES, "people": people, "now": NOW},
        language=language,
    )

    with at_friday_evening(language):
        ours = [sentence(person, each) for each in CASES for person in people]

    assert ours == theirs


@pytest.mark.parametrize(
    ("person", "known", "says"),
    [
        (ODILE, ANSWERS, "Odile répond en général sous 2 heures ouvrées."),
        (
            MARC,
            answers(person=MARC, absent=ABSENT),
            "Odile sera de retour lundi à 8 h. D’ici là, Marc vous répond.",
        ),
        (
            ODILE,
            answers(person=MARC, absent=ABSENT, usual=usual(1, "day")),
            "Odile sera de retour lundi à 8 h. D’ici là, Marc vous répond, en général sous 1 jour"
            " ouvré.",
        ),
        (
            ODILE,
            answers(status="closed", back_at=MONDAY, office_opens_at=MONDAY),
            "Nos bureaux rouvrent lundi à 8 h. Odile vous répond.",
        ),
        (
            ODILE,
            answers(status="absent", back_at="2026-11-28T13:30:00Z"),
            "Odile sera de retour demain à 14 h 30. D’ici là, l’équipe vous répond.",
        ),
    ],
    ids=["open", "replaced", "away-themselves", "closed", "absent"],
)
def test_client_reads_who_answers_and_when(
    person: dict[str, Any], known: dict[str, Any], says: str
) -> None:
    with at_friday_evening("fr"):
        assert sentence(person, known).replace("\u00a0", " ") == says


def test_awaited_answer_names_a_person_of_the_company_as_text() -> None:
    with translation.override("fr"):
        said = awaited(CONVERSATION, ANSWERS)

    assert "Odile &lt;b&gt;Perrin répond en général sous 2" in said
    assert 'slot="above-composer"' in said


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({"awaiting_reply_since": None}, ANSWERS),
        ({"accepts_messages": False}, ANSWERS),
        ({}, None),
    ],
    ids=["answered", "archived", "company"],
)
def test_nothing_is_said_where_no_answer_is_awaited(
    change: dict[str, object], known: dict[str, Any] | None
) -> None:
    assert awaited({**CONVERSATION, **change}, known) == ""

"""Python cuts words as the database does, and reads what is typed."""

import pytest
from django.db import connection

from core.database.folding import fold
from messaging.search.index import catch_up
from messaging.search.parser import terms_of
from messaging.search.related import terms
from messaging.search.terms import WORDS
from messaging.search.typos import is_near
from tests.cast import Say

TEXTS = (
    "Pose de l’escalier, «plomberie» et salon—cuisine ; parquet/plinthe !",
    "Le gros œuvre à Łódź : ﬁnition Straße, ÆTHER, 12 m² 😕placard👍🏽",
    "Ремонт КУХНИ, Ελλάδα, 廚房",
    "a\u00adb pho\u200bto e\u0301tage",
)


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS, ids=["french", "latin", "other writings", "invisible"])
def test_words_are_cut_the_same_in_python_and_in_the_database(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search_words(%s))", [text])
        [(words,)] = cursor.fetchall()

    assert {*WORDS.findall(fold(text))} <= {*words}


@pytest.mark.parametrize(
    ("typed", "known", "is_one"),
    [
        ("carelage", "carrelage", True),
        ("carrellage", "carrelage", True),
        ("carralage", "carrelage", True),
        ("escaleir", "escalier", True),
        ("carelag", "carrelages", True),
        ("lescalier", "escalier", True),
        ("salle", "dalle", False),
        ("crelage", "carrelage", False),
        ("porte", "poutre", False),
    ],
    ids=[
        "missing", "too many", "wrong", "wrong order", "unfinished", "no apostrophe",
        "another first letter", "two missing", "two apart",
    ],
)  # fmt: skip
def test_one_typing_error_is_recognised(typed: str, known: str, is_one: bool) -> None:
    assert is_near(typed, known) is is_one


@pytest.mark.django_db
def test_small_words_are_left_out_unless_they_are_all() -> None:
    assert [term.ways[0].words for term in terms("la pose de l’escalier")] == [
        ("pose",),
        ("escalier",),
    ]
    assert [term.ways[0].words for term in terms_of("le la")] == [("le",), ("la",)]
    assert terms(" …!? ") == []


@pytest.mark.django_db
def test_forms_of_a_word_are_those_that_were_written(camille: object, say: Say) -> None:
    say(camille, "La pose : nous posons, c'est posé")  # type: ignore[arg-type]
    assert catch_up(5)

    [term] = terms("poser")

    assert {way.words[0] for way in term.ways} == {"poser", "pose"}

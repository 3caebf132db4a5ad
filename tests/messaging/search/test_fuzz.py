"""Whatever is typed, a search answers, and never with what is another client's."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.models import User
from messaging.actions.conversations import open_conversation
from messaging.actions.notes import write_note
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from messaging.search.related import terms
from tests.cast import Call, Say

SIGNS = [
    '"', "«", "»", "'", "’", "&", "|", "!", ":*", "<->", "(", ")", "%", "_", "\\", "*", "-", "--",
    ";", "^", "#", "@", "=", "{", "}", "%s", "%(q)s", "$1", "\0", "\n", "\u200b", "\u202e",
    "e\u0301", "👷🏽", "👷🏽\u200d♀️", "🏗️", "ﬁ", "œ", "İ", "portail", "carelage", "CH-2041",
    "06 12 34", "01.42.68.53.00", "31/02/2026", "0/0", "novembre", "14/11/2026", "29 février",
    "1 250,50", "FR76 3000", "b12", "n° ", "l'", "ca",
]  # fmt: skip
PIECES = st.one_of(st.sampled_from(SIGNS), st.text(max_size=12))
TYPED = st.lists(PIECES, min_size=1, max_size=8).flatmap(
    lambda pieces: st.sampled_from(("", " ")).map(lambda between: between.join(pieces))
)
FILTERS = st.dictionaries(
    st.sampled_from(("client", "chantier", "author", "conversation", "from", "to", "has_file",
                     "kind", "facets", "cursor", "limit")),
    st.sampled_from(("", "true", "file", "written", "1", "0", "-1", "2026-11-14", "0001-01-01",
                     "9999-12-31", "\0", "x", "018f0000-0000-7000-8000-000000000001")),
    max_size=3,
)  # fmt: skip
LENIENT = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def theirs(
    camille: User, yanis: User, odile: User, conversation: Conversation, say: Say
) -> Conversation:
    """A conversation of another client than Camille's, beside hers, with the same words."""
    say(camille, "Le portail et le carrelage de novembre, réf. CH-2041, 1 250,50 €")
    assert yanis.client is not None
    opening = Opening(
        subject="Portail de Yanis",
        client=yanis.client.pk,
        message=Draft(body="Le portail, le carrelage, novembre, CH-2041, 06 12 34 56 78, b12"),
    )
    made = open_conversation(opener=yanis, opening=opening).conversation
    for place in (made, conversation):
        write_note(author=odile, conversation=place, body="Portail cher, b12", note_id=uuid4())
    return made


def _answer(caller: Any, query: dict[str, str]) -> Any:
    answer = caller.get("/api/v1/search", query)
    assert answer.status_code in (200, 400, 404), (query, answer.content)
    return answer


@LENIENT
@given(typed=TYPED, filters=FILTERS)
@example(typed="portail" * 71, filters={})
@example(typed="é" * 500, filters={})
@example(typed="a b " * 124, filters={})
@example(typed="%", filters={"kind": "note"})
@example(typed="portail", filters={"to": "9999-12-31", "from": "0001-01-01"})
@example(typed="29 février", filters={})
@example(typed="1 octobre novembre 14 juin 2026", filters={})
@example(typed="portail", filters={"facets": "true"})
def test_any_query_is_answered_with_ones_own(
    typed: str, filters: dict[str, str], camille: User, odile: User, theirs: Conversation, api: Call
) -> None:
    query = {"q": typed, **filters}

    mine = _answer(api(camille), query)
    _answer(api(odile), query)

    if mine.status_code == 200:
        page = mine.json()
        found = {hit["conversation"]["id"] for hit in page["results"]}
        assert str(theirs.pk) not in found
        assert "note" not in {hit["kind"] for hit in page["results"]}
        assert page["facets"] is None
        for hit in page["results"]:
            assert all(0 <= a < b <= len(hit["excerpt"]) for a, b in hit["hits"])


@LENIENT
@given(filters=FILTERS)
def test_filter_with_anothers_id_finds_nothing(
    filters: dict[str, str], camille: User, theirs: Conversation, api: Call
) -> None:
    """Ids of another client's things narrow: they never widen."""
    for name in ("client", "conversation", "author"):
        given_id = {"client": theirs.client_id, "conversation": theirs.pk}
        query = {"q": "portail", **filters, name: str(given_id.get(name, theirs.created_by_id))}

        answer = _answer(api(camille), query)

        assert answer.status_code != 200 or answer.json()["results"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["", " ", "\u200b", "x" * 501], ids=["empty", "space", "invisible", "too long"]
)
def test_query_without_a_word_or_too_long_is_refused(typed: str, camille: User, api: Call) -> None:
    answer = api(camille).get("/api/v1/search", {"q": typed})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "q"


@LENIENT
@given(typed=st.text(max_size=500))
def test_reading_what_is_typed_never_fails(typed: str, db: None) -> None:
    for term in terms(typed.replace("\0", "")):
        assert term.own()

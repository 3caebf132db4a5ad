"""Whatever a person writes and whatever program quotes below it: words stay, the quote goes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.inbound_email.quotes.find import author_text
from tests.notifications.inbound_email.quotes.programs import (
    ATTRIBUTIONS,
    BLOCKS,
    MARKED_BLOCKS,
)

QUOTE = "Bonjour Camille,\n\nQZQ le carreleur passe jeudi.\nQuel est le code ?"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTE.split("\n"))
BELOW = st.one_of(
    st.sampled_from([*ATTRIBUTIONS.values()]).map(lambda header: f"{header}\n\n{MARKED}"),
    st.sampled_from([*BLOCKS.values()]).map(lambda header: f"{header}\n\n{QUOTE}"),
    st.sampled_from([*MARKED_BLOCKS.values()]).map(lambda header: f"{header}\n> \n{MARKED}"),
)
# Words, signs and lines that look like what programs write.
WORDS = st.sampled_from(
    ["Oui", "jeudi", "à 8 h", "Le 3 novembre", "a écrit :", "On Tuesday", "wrote:", "De :", "Objet",
     "--", "____", "06 12 34 56 78", "Envoyé", "de mon", "> 3 m", "1 < 2", "http://exemple.fr/a",
     "Message du 3", "@Odile", "c'est", "été", "👍", "n° 12-B", "Am 3.", "schrieb", ":", "…"]
)  # fmt: skip
LINES = st.one_of(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), st.just(""))
OWN = st.lists(LINES, min_size=1, max_size=8).map("\n".join)


def words_of(text: str) -> list[str]:
    return text.split()


# The last paragraph is a sentence: a person's own "--" above two words is a signature as well.
@settings(max_examples=300, deadline=None)
@given(own=OWN, below=BELOW)
def test_own_words_are_whole_and_the_quote_is_gone(own: str, below: str) -> None:
    text = f"{own}\n\nVoilà, c'est tout ce que je voulais vous dire.\n\n"

    got = author_text(text + below).text

    assert words_of(got) == words_of(text)


@settings(max_examples=150, deadline=None)
@given(own=st.text(max_size=200), below=BELOW)
def test_any_text_raises_nothing_and_its_quote_is_gone(own: str, below: str) -> None:
    got = author_text(f"{own}\n\n{below}").text

    assert "QZQ" not in got

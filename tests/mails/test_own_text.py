"""Whatever a person writes is whole in the message, and the quote below or above is gone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mails.case import Program
from tests.mails.checking import letter_in, lines_of, read, secrets_in
from tests.mails.letter import Letter
from tests.mails.programs import PROGRAMS

pytestmark = pytest.mark.django_db

WORDS = [
    "bonjour",
    "oui",
    "non",
    "jeudi",
    "vendredi",
    "carrelage",
    "façade",
    "œuvre",
    "l’escalier",
    "où",
    "été",
    "Noël",
    "12",
    "4512",
    "8h30",
    "m²",
    "1",
    "200",
    "€",
    "n°5",
    "d'accord",
    "merci",
    "à",
    "côté",
    "ça",
    ":",
    ";",
    "!",
    "?",
    "(voir",
    "plan)",
    "«",
    "cité",
    "»",
    "/",
    "&",
    "+",
    "*",
    "#",
    "100",
    "%",
    "devis",
]
ADDRESSES = [
    "https://exemple.fr/plans?lot=2&v=3", "paul.durand@exemple.fr", "www.exemple.fr",
    "06 12 34 56 78", "<https://exemple.fr/x>", "C:\\plans\\rdc.dwg",
]  # fmt: skip
# Lines that look like parts of a mail, and are none.
ODD = [
    "---", "- la porte", "* la fenêtre", "1. pose droite", "2) pose décalée", "> pas "
    "avant 8 h",
    "Objet : le portail", "De la terrasse à la cuisine :", "Date : jeudi", "PS :", "Note :", "====",
    "Envoyé hier par la poste", "Le 12 à 14 h : visite", "On verra", "Cordialement,", "Camille",
    "A : salon", "B : cuisine", "RE: devis", "[photo]", "(suite)", "…", "Von der Straße aus",
]  # fmt: skip
sentences = st.lists(st.sampled_from([*WORDS, *ADDRESSES]), min_size=1, max_size=9).map(" ".join)
lines = st.one_of(sentences, sentences, st.sampled_from(ODD))
paragraphs = st.lists(
    st.lists(lines, min_size=1, max_size=3).map("\n".join), min_size=1, max_size=4
)
# It ends with a sentence: a last line `--` or `> …` would belong to a signature or the quote.
own_texts = st.tuples(
    paragraphs, st.sampled_from(["Merci d'avance", "Bonne soirée", "À jeudi"])
).map(lambda pair: "\n\n".join(["Bonjour", *pair[0], pair[1]]))
programs = st.sampled_from(PROGRAMS)


def compact(text: str) -> str:
    """Return a text without spaces: programs break lines where they like."""
    return "".join("".join(lines_of(text)).split())


@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(own=own_texts, program=programs, data=st.data())
def test_own_text_is_whole_and_the_quote_is_gone(
    letters: dict[str, Letter], own: str, program: Program, data: st.DataObject
) -> None:
    language = data.draw(st.sampled_from(program.languages))
    letter = letters[data.draw(st.sampled_from(sorted(letters)))]

    got = read(program.reply(letter, own, language))

    assert compact(got.text) == compact(own), (program.name, language)
    assert secrets_in(letter, got.text) == []
    assert letter_in(letter, got.text) == []

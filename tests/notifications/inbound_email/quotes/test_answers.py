"""What a person wrote above, below and between a quote stays, in its order; the quote goes."""

import time
from collections.abc import Callable

import pytest

from notifications.inbound_email.quotes.find import Reason, author_text
from notifications.inbound_email.quotes.sent_letter import SentLetter
from notifications.outbound_email import marker
from tests.notifications.inbound_email.quotes.programs import BLOCKS, RULE

SAID = "Bonjour,\nLe carrelage est arrivé au dépôt.\nSouhaitez-vous la pose droite ou décalée ?"
FRAME = (
    "Bonjour Camille, vous avez un nouveau message.",
    "Odile Perrin · 3 novembre 2026 14:02",
    "Lire et répondre",
    "Choisir comment être averti · Ne plus recevoir d’e-mails",
)
SENT = SentLetter(texts=(SAID,), frame=FRAME, names=("Odile Perrin", "Camille Morel"))
ATTRIBUTION = "Le mar. 3 nov. 2026 à 14:02, Odile Perrin (Liaison) <n@liaison.example> a écrit :"
BLOCK = BLOCKS["outlook", "fr"]


def letter() -> str:
    return "\n\n".join([marker.all_starts()[0], *FRAME[:2], SAID, *FRAME[2:], marker.all_ends()[0]])


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


class TestOwnLetter:
    def test_answer_above_its_marker_is_all_that_stays(self) -> None:
        assert author_text(f"Oui, jeudi.\n\n{letter()}").text == "Oui, jeudi."

    def test_answer_below_its_last_line_stays(self) -> None:
        assert author_text(f"{BLOCK}\n\n{letter()}\n\nOui, jeudi.").text == "Oui, jeudi."

    def test_answers_above_and_below_stay_in_order(self) -> None:
        text = f"Oui.\n\n{BLOCK}\n\n{letter()}\n\nEt merci."

        assert author_text(text).text == "Oui.\n\nEt merci."

    def test_line_of_an_unknown_program_above_it_goes(self) -> None:
        for line in ("2026年11月3日(火) 14:02 Odile <n@liaison.example>:", "Dnia 3.11.2026 pisze:"):
            assert author_text(f"Oui.\n\n{line}\n\n{marked(letter())}").text == "Oui."

    @pytest.mark.parametrize("change", [
        str.upper,
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("–", "-"),
        lambda text: text.replace(" cette", "\n> cette"),
        lambda text: f"> *{text[2:]}*",
        lambda text: text.replace(">", "|"),
        lambda text: f"\ufeff{text}",
        lambda text: text.replace("é", "e"),
    ], ids=["upper", "spaces", "hyphens", "wrapped", "bold", "bar", "bom", "accents"])  # fmt: skip
    def test_marker_that_a_program_changed_is_known(self, change: Callable[[str], str]) -> None:
        start = change("> " + marker.all_starts()[0])

        assert author_text(f"Oui.\n\n{start}\n> Bonjour\n> Odile\n").text == "Oui."

    def test_letter_joined_to_one_line_is_cut_at_its_marker(self) -> None:
        text = "Oui.\n\n" + " ".join(letter().split())

        assert author_text(text).text == "Oui."

    def test_marker_in_a_sentence_stays(self) -> None:
        text = "Vous écrivez « répondez au-dessus de cette ligne » : laquelle ?"

        assert author_text(text).text == text

    def test_letter_without_header_and_marker_is_known_by_its_lines(self) -> None:
        quote = "\n".join([FRAME[0], FRAME[1], SAID, FRAME[2], FRAME[3]])

        assert author_text(f"Oui, jeudi.\n\n{quote}", SENT).text == "Oui, jeudi."
        assert author_text(f"Oui, jeudi.\n\n{marked(quote)}", SENT).text == "Oui, jeudi."

    def test_rest_of_a_quote_whose_beginning_was_deleted_goes(self) -> None:
        tail = "\n".join([FRAME[2], "<https://liaison.example/x>", FRAME[3], marker.all_ends()[0]])

        assert author_text(f"Oui, jeudi.\n\n{tail}", SENT).text == "Oui, jeudi."

    def test_words_of_the_letter_that_a_person_repeats_stay(self) -> None:
        text = "Souhaitez-vous la pose droite ou décalée ?\nDroite."

        assert author_text(f"{text}\n\n{BLOCK}\n\n{letter()}", SENT).text == text


class TestBetween:
    def test_answers_between_marked_lines_stay_each_below_its_line(self) -> None:
        text = f"{ATTRIBUTION}\n\n> Bonjour\n> À quelle heure ?\n\n8 h.\n\n> Droite ?\n\nDécalée."

        assert author_text(text).text == "> À quelle heure ?\n8 h.\n\n> Droite ?\nDécalée."

    def test_one_answer_below_its_line_stays_alone(self) -> None:
        text = f"{ATTRIBUTION}\n\n> Bonjour\n> À quelle heure ?\n\n8 h.\n\n> Cordialement\n> Odile"

        assert author_text(text).text == "8 h."

    def test_line_that_was_wrapped_stays_whole_above_its_answer(self) -> None:
        first = "> Souhaitez-vous pour la salle de bains du premier étage une pose droite"
        text = f"{ATTRIBUTION}\n{first}\n> ou décalée ?\nDroite.\n> Jeudi ?\nOui."

        assert author_text(text).text == f"{first}\n> ou décalée ?\nDroite.\n\n> Jeudi ?\nOui."

    def test_answers_between_unmarked_lines_of_a_known_letter_stay(self) -> None:
        inside = letter().replace("décalée ?", "décalée ?\nDécalée, merci.")

        got = author_text(f"Voir plus bas.\n\n{BLOCK}\n\n{inside}", SENT).text

        assert got == "Voir plus bas.\n\nDécalée, merci."

    def test_end_of_a_quoted_line_without_its_mark_goes(self) -> None:
        text = (
            f"{ATTRIBUTION}\n> Bonjour,\n> Le carrelage est\narrivé au dépôt.\n"
            "> Souhaitez-vous la pose droite ou décalée ?\n\nDroite."
        )

        assert author_text(text, SENT).text == "Droite."


FORWARDS = {
    "gmail": "---------- Forwarded message ---------\nDe : Mairie <m@ville.example>\n"
    "Date: mar. 3 nov. 2026 à 14:02\nSubject: Permis\nTo: <camille@demo.test>\n",
    "gmail-fr": "---------- Message transféré ---------\nDe : Mairie <m@ville.example>\n",
    "apple": "Début du message réexpédié :\n\nDe: Mairie <m@ville.example>\nObjet: Permis\n",
    "thunderbird": "-------- Message transféré --------\nSujet : Permis\nDate : 03/11/2026\n"
    "De : Mairie <m@ville.example>\nPour : camille@demo.test\n",
    "zimbra": "----- Mail transféré -----\nDe: Mairie <m@ville.example>\n",
    "apple-en": "Begin forwarded message:\n\nFrom: City <m@ville.example>\nSubject: Permit\n",
    "gmx": "---------- Weitergeleitete Nachricht ----------\nVon: Stadt <m@ville.example>\n",
    "es": "---------- Mensaje reenviado ---------\nDe: Ciudad <m@ville.example>\n",
    "it": "---------- Messaggio inoltrato ---------\nDa: Comune <m@ville.example>\n",
    "pt": "---------- Mensagem encaminhada ---------\nDe: Cidade <m@ville.example>\n",
    "nl": "---------- Doorgestuurd bericht ---------\nVan: Stad <m@ville.example>\n",
}
OTHERS = (
    "De : Mairie <m@ville.example>\nEnvoyé : mardi 3 novembre 2026 14:02\n"
    "À : Camille Morel <camille@demo.test>\nObjet : Permis\n"
)
PERMIT = "Votre permis est accordé.\n\nLe service de l'urbanisme"


class TestPassedOn:
    @pytest.mark.parametrize("header", FORWARDS.values(), ids=FORWARDS)
    def test_letter_of_others_that_is_passed_on_stays(self, header: str) -> None:
        text = f"Pour information.\n\n{header}\n{PERMIT}"

        assert author_text(text).text == text

    def test_letter_that_outlook_passes_on_is_told_by_the_subject(self) -> None:
        text = f"Pour information.\n\n{OTHERS}\n{PERMIT}"

        for subject in ("TR : Permis", "TR: Permis", "Fwd: Permis", "WG: Permis", "RE: TR: Permis"):
            assert author_text(text, subject=subject).text == text
        assert author_text(text, subject="RE: Permis").text == "Pour information."

    def test_our_letter_that_is_passed_on_to_us_goes(self) -> None:
        header = FORWARDS["gmail"].replace("Mairie", "Odile Perrin (Liaison)")

        assert author_text(f"Oui.\n\n{header}\n{letter()}").text == "Oui."

    def test_our_letter_below_one_that_is_passed_on_goes(self) -> None:
        kept = f"Voir ceci.\n\n{FORWARDS['gmail']}\n{PERMIT}"

        assert author_text(f"{kept}\n\n{ATTRIBUTION}\n\n{marked(letter())}").text == kept

    def test_letter_of_others_cited_in_an_answer_stays(self) -> None:
        cited = f"Le 2 nov. 2026 à 9:12, Mairie <m@ville.example> a écrit :\n\n{marked(PERMIT)}"
        text = f"Voici leur mail :\n\n{cited}\n\nQu'en pensez-vous ?"

        assert author_text(text, SENT).text == text


class TestLeftOut:
    def test_what_was_cut_is_told(self) -> None:
        text = f"Oui.\n\nEnvoyé de mon iPhone\n\n{ATTRIBUTION}\n\n> Bonjour"

        left_out = author_text(text).left_out

        assert [(each.reason, "Bonjour" in each.text) for each in left_out] == [
            (Reason.QUOTE, True),
            (Reason.SIGNATURE, False),
        ]

    def test_text_without_quote_leaves_nothing_out(self) -> None:
        assert author_text("Oui, jeudi.").left_out == ()

    def test_rule_above_a_quote_goes_with_it(self) -> None:
        assert author_text(f"Oui.\n\n{RULE}\n{BLOCK}\n\nBonjour").text == "Oui."


def _filled(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _processor_seconds(text: str) -> float:
    start = time.process_time()
    author_text(text, SENT)
    return time.process_time() - start


class TestLimits:
    @pytest.mark.parametrize(
        "piece",
        ["Le 3 nov a écrit :\n", "De : x\n", "a@", ":\n", "> x\ny\n", "-- \nx\n", "<", "reply+",
         ":aaaaaa:", "aB3", "____\n\n", "Envoyé de mon iPhone\n", "On 1 <a@b> wrote\n:\n"],
        ids=["attribution", "label", "address", "colon", "marks", "signature", "bracket", "reply",
             "signed", "base64", "rules", "device", "wrapped"],
    )  # fmt: skip
    def test_time_grows_with_the_length_alone(self, piece: str) -> None:
        def seconds(length: int) -> float:
            # The best of three: a processor that others use makes times longer, never shorter.
            return min(_processor_seconds(_filled(piece, length)) for _ in range(3))

        seconds(1_000)
        # Four times the length: sixteen times the time if it grew with the square.
        assert seconds(40_000) < 8 * seconds(10_000) + 0.1

    def test_text_longer_than_what_is_read_is_kept(self) -> None:
        text = _filled("Une ligne de texte ordinaire.\n", 1_500_000)

        assert author_text(text).text == text.strip()

    def test_quote_longer_than_what_is_read_goes_whole(self) -> None:
        text = f"Oui.\n\n{ATTRIBUTION}\n\n" + _filled("> Une ligne.\n", 1_500_000)

        assert author_text(text).text == "Oui."

"""The line or block above a quote is recognised, for each program and language, however broken."""

import pytest

from notifications.inbound_email.quotes.find import author_text
from notifications.inbound_email.quotes.headers import ATTRIBUTIONS as FORMS
from notifications.inbound_email.quotes.headers import FIELDS
from notifications.inbound_email.quotes.lines import folded
from tests.notifications.inbound_email.quotes.programs import (
    ATTRIBUTIONS,
    BLOCKS,
    MARKED_BLOCKS,
)

OWN = "Oui, jeudi 8 h.\nLe code du portail est 4512."
QUOTE = "Bonjour Camille,\n\nLe carreleur passe jeudi.\nQuel est le code ?"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTE.split("\n"))


def named(table: dict[tuple[str, str], str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("header", table.values(), ids=["-".join(key) for key in table])


def broken_in(text: str, pieces: int) -> list[str]:
    """Return a line broken at each of its spaces once, or in so many pieces of a size."""
    words = text.split(" ")
    if pieces == 2:
        return [" ".join(words[:at]) + "\n" + " ".join(words[at:]) for at in range(1, len(words))]
    size = max(1, -(-len(words) // pieces))
    rows = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
    return ["\n".join(rows)]


@named(ATTRIBUTIONS)
class TestAttribution:
    def test_marked_quote_below_it_is_cut(self, header: str) -> None:
        assert author_text(f"{OWN}\n\n{header}\n\n{MARKED}\n").text == OWN

    def test_answer_below_its_quote_is_kept(self, header: str) -> None:
        assert author_text(f"{header}\n{MARKED}\n\n{OWN}\n").text == OWN

    def test_attribution_quoted_itself_is_cut(self, header: str) -> None:
        assert author_text(f"{OWN}\n\n> {header}\n> \n{MARKED}\n").text == OWN

    def test_attribution_wrapped_anywhere_is_cut_whole(self, header: str) -> None:
        # A program that begins with the name breaks behind it.
        name = "Odile Perrin (Liaison) " if header.startswith("Odile") else ""
        rest = header.removeprefix(name)
        broken = [name + each for pieces in (2, 3, 4) for each in broken_in(rest, pieces)]
        wrong = {
            each: got
            for each in broken
            if (got := author_text(f"{OWN}\n\n{each}\n\n{MARKED}\n").text) != OWN
        }

        assert wrong == {}

    def test_attribution_wrapped_after_its_bracket_is_cut_whole(self, header: str) -> None:
        broken = header.replace("<", "<\n", 1)

        assert author_text(f"{OWN}\n\n{broken}\n\n{MARKED}\n").text == OWN

    def test_attribution_wrapped_around_its_address_is_cut_whole(self, header: str) -> None:
        broken = header.replace("<", "<\n", 1).replace(">", "\n>", 1)

        assert author_text(f"{OWN}\n\n{broken}\n\n{MARKED}\n").text == OWN

    def test_attribution_with_no_break_spaces_is_cut(self, header: str) -> None:
        spaced = header.replace(" ", "\u00a0")

        assert author_text(f"{OWN}\n\n{spaced}\n\n{MARKED}\n").text == OWN


UNMARKED = {
    key: header
    for key, header in ATTRIBUTIONS.items()
    # Without an address or a time, these stand above marked lines alone.
    if key[0] not in ("gmail-short", "gnus")
}


@named(UNMARKED)
def test_quote_without_marks_below_an_attribution_is_cut(header: str) -> None:
    assert author_text(f"{OWN}\n\n{header}\n\n{QUOTE}\n").text == OWN


@named(BLOCKS)
class TestHeaderBlock:
    def test_quote_below_it_is_cut(self, header: str) -> None:
        assert author_text(f"{OWN}\n\n{header}\n\n{QUOTE}\n").text == OWN

    def test_thread_of_several_letters_below_it_is_cut(self, header: str) -> None:
        thread = f"{QUOTE}\n\n{header}\n\nMerci !\n\n{header}\n\n{QUOTE}"

        assert author_text(f"{OWN}\n\n{header}\n\n{thread}\n").text == OWN

    def test_quoted_block_is_cut_and_the_answer_below_kept(self, header: str) -> None:
        marked = "\n".join(f"> {line}" for line in header.split("\n"))

        assert author_text(f"{marked}\n>\n{MARKED}\n\n{OWN}").text == OWN


@named(MARKED_BLOCKS)
def test_marked_block_and_its_quote_are_cut(header: str) -> None:
    assert author_text(f"{OWN}\n\n{header}\n> \n{MARKED}\n").text == OWN
    assert author_text(f"{header}\n> \n{MARKED}\n\n{OWN}\n").text == OWN


def test_every_form_of_the_table_has_an_example() -> None:
    examples = [folded(header) for header in ATTRIBUTIONS.values()]
    unused = [
        (form.programs, form.language)
        for form in FORMS
        if not any(form.pattern.fullmatch(example) for example in examples)
    ]

    # Rare ones, of programs that nobody could run here.
    assert {programs for programs, _language in unused} <= {"Lotus Notes", "Yandex"}


def test_labels_are_written_as_texts_are_compared() -> None:
    labels = [label for fields in FIELDS.values() for words in fields.values() for label in words]

    assert [label for label in labels if label != folded(label)] == []


NORTH_AND_EAST = {
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "tr": ("Gönderen", "Gönderildi", "Kime", "Konu"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
}


@pytest.mark.parametrize("language", NORTH_AND_EAST)
def test_block_of_outlook_in_other_languages_is_cut(language: str) -> None:
    who, sent, to, subject = NORTH_AND_EAST[language]
    block = (
        f"{who}: Odile Perrin <o@x.fr>\n{sent}: 3.11.2026 14:02\n{to}: Camille <c@x.fr>\n"
        f"{subject}: Carrelage"
    )

    assert author_text(f"{OWN}\n\n{block}\n\n{QUOTE}\n").text == OWN


def test_attribution_with_a_date_in_japanese_is_cut() -> None:
    text = f"{OWN}\n\n2026年11月3日(火) 14:02 Odile Perrin <o@x.fr>:\n\n{MARKED}"

    assert author_text(text).text == OWN


class TestOwnWords:
    TRIP = "De : Lyon\nÀ : Paris\nDate : 3 décembre\nObjet : déménagement des meubles"

    @pytest.mark.parametrize("between", ["\n\n", f"\n\n{'_' * 32}\n"], ids=["blank", "rule"])
    def test_own_list_directly_above_a_header_block_stays(self, between: str) -> None:
        block = "De : Odile <o@x.fr>\nEnvoyé : mardi 3 novembre 2026 14:02\nÀ : C\nObjet : Pose"

        assert author_text(f"{self.TRIP}{between}{block}\n\n{QUOTE}").text == self.TRIP

    @pytest.mark.parametrize("when", ["décembre 2026", "décembre 2026 à 14:00", "décembre à 14h00"])
    def test_own_list_with_a_date_stays(self, when: str) -> None:
        text = self.TRIP.replace("décembre", when) + "\n\nMerci de confirmer."

        assert author_text(text).text == text

    @pytest.mark.parametrize(
        "text",
        [
            "Le 3 novembre, mon mari a écrit : ne touchez à rien.",
            "Le 3 novembre, mon mari a écrit :\nne touchez à rien.",
            "Le 3 novembre 2026 à 14:02, mon mari a écrit :\nne touchez à rien.",
            "Le maire a écrit :\n> le permis est accordé\nQue fait-on ?",
            "Le 12 à 14 h, M. Durand a écrit : « je passe jeudi ».\nEst-ce confirmé ?",
            "On 3 November my husband wrote: do not touch anything.",
            "Am 3. November schrieb mein Mann: bitte nichts anfassen.",
            "De : 8 h\nÀ : 10 h\nObjet : visite du chantier",
            "Date : jeudi\nDe : 8 h\nÀ : 10 h\nAvec qui ?",
            "Objet : fuite\nLe robinet du garage fuit.",
            "À : Odile\nPeux-tu passer jeudi ?",
            "Premier point.\n________\nSecond point.",
            "Premier point.\n-----\nSecond point.",
            "Mon message original était : jeudi.\nRien n'a changé.",
            "Message original : voir ma lettre du 3.\nMerci",
            "> L'article 4 dit ceci.\n> Pas de bruit le dimanche.\n\nEst-ce vrai ?",
            "Étage 2 > 3 portes\n-> à revoir",
        ],
    )
    def test_words_that_look_like_a_header_stay(self, text: str) -> None:
        assert author_text(text).text == text

    def test_header_without_a_quote_below_stays_in_a_letter(self) -> None:
        text = "Je cite.\nLe 3 novembre 2026, M. Durand a écrit :\nje passe jeudi.\nMerci"

        assert author_text(text).text == text

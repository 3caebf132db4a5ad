"""Attributions and blocks of headers as they are broken, spaced and quoted on their way."""

from tests.mails.case import Case
from tests.mails.letter import Letter, body_of, quoted, rendered
from tests.mails.mime import answer, plain, rich
from tests.mails.programs import apple, outlook

OWN = "Oui, jeudi 8 h. Le code du portail est 4512."


def _wrapped(letter: Letter, attribution: str, sign: str = "> ") -> bytes:
    return answer(
        letter, plain(f"{OWN}\n\n{attribution}\n\n{quoted(rendered(letter.html), sign)}\n")
    )


def after_bracket(letter: Letter) -> bytes:
    return _wrapped(
        letter, f"Le mer. 18 nov. 2026 à 10:01, {letter.sender_name} <\n{letter.sender}> a écrit :"
    )


def before_verb(letter: Letter) -> bytes:
    return _wrapped(letter, f"Le mer. 18 nov. 2026 à 10:01, {letter.author} a\nécrit :")


def before_colon(letter: Letter) -> bytes:
    return _wrapped(letter, f"Le mer. 18 nov. 2026 à 10:01, {letter.author} a écrit\n:")


def three_lines(letter: Letter) -> bytes:
    name = letter.sender_name.replace(" ", "\n", 1)
    return _wrapped(
        letter, f"Le mercredi 18 novembre 2026 à 10:01, {name}\n<{letter.sender}>\na écrit :"
    )


def narrow_spaces(letter: Letter) -> bytes:
    return _wrapped(letter, f"Le mer. 18 nov. 2026 à 10:01, {letter.author} a écrit\u202f:")


def english_wrapped(letter: Letter) -> bytes:
    return _wrapped(
        letter, f"On Wed, 18 Nov 2026 at 10:01, {letter.sender_name} <\n{letter.sender}> wrote:"
    )


def german_wrapped(letter: Letter) -> bytes:
    return _wrapped(
        letter,
        f"Am Mi., 18. Nov. 2026 um 10:01 Uhr schrieb {letter.sender_name} <\n{letter.sender}>:",
    )


def spanish_wrapped(letter: Letter) -> bytes:
    return _wrapped(
        letter,
        f"El mié, 18 nov 2026 a las 10:01, {letter.sender_name} (<\n{letter.sender}>) escribió:",
    )


def mailto_twice(letter: Letter) -> bytes:
    """A phone repeats the address as a link."""
    return _wrapped(
        letter,
        f"Le 18 nov. 2026 à 10:01, {letter.sender_name} "
        f"<{letter.sender}<mailto:{letter.sender}>> a écrit :",
    )


def quoted_wrapped(letter: Letter) -> bytes:
    """The attribution is quoted and broken."""
    lines = f"Le 18 nov. 2026 à 10:01, {letter.sender_name}\n<{letter.sender}> a écrit :"
    return answer(letter, plain(f"{OWN}\n\n{quoted(lines)}\n>\n{quoted(rendered(letter.html))}\n"))


def without_signs(letter: Letter) -> bytes:
    """Yahoo and old phones: no sign before the quoted lines."""
    return answer(
        letter,
        plain(f"{OWN}\n\nLe mer. 18 nov. 2026 à 10:01, {letter.author} a écrit :\n\n{letter.text}"),
    )


def iso_8859(letter: Letter) -> bytes:
    """The no-break space before the colons, one byte of latin-1."""
    block = outlook.block(letter, outlook.WORDS["fr"])
    text = f"{OWN}\n\n{block}\n\n{letter.text}".replace("’", "'").replace("“", '"')
    text = text.replace("”", '"').replace("–", "-").replace("…", "...").replace("\u2009", " ")
    body = text.encode("latin-1", "replace").decode("latin-1")
    return answer(letter, plain(body, "iso-8859-1"), {"X-Mailer": "Microsoft Outlook 15.0"})


def html_only_outlook(letter: Letter) -> bytes:
    block = outlook.block_in_html(letter, outlook.WORDS["fr"])
    html = (
        f"<html><body><div class=WordSection1><p class=MsoNormal>{OWN}</p><p class=MsoNormal>&nbsp;"
        f"</p><p class=MsoNormal>{block}</p>{rendered(letter.html).replace(chr(10), '<br>')}</div>"
        "</body></html>"
    )
    return answer(letter, rich(html))


def paragraphs_of_headers(letter: Letter) -> bytes:
    """Each header in a paragraph of its own, with a cell for the label."""
    rows = "".join(
        f"<tr><td><b>{label}</b></td><td>{value.replace('<', '&lt;')}</td></tr>"
        for label, value in outlook.fields(letter, outlook.MAC_WORDS["fr"])
    )
    html = f"<p>{OWN}</p><hr><table>{rows}</table>{body_of(letter.html)}"
    return answer(letter, rich(html))


def cc_and_importance(letter: Letter) -> bytes:
    block = (
        f"De\xa0: {letter.author}\nEnvoyé\xa0: mercredi 18 novembre 2026 10:01\n"
        f"À\xa0: {letter.recipient}\nCc\xa0: Bruno <bruno@exemple.fr>; Syndic <syndic@exemple.fr>\n"
        f"Objet\xa0: {letter.subject}\nImportance\xa0: Haute"
    )
    return answer(letter, plain(f"{OWN}\n\n{block}\n\n{letter.text}\n"))


def long_subject_folded(letter: Letter) -> bytes:
    """The subject of the block is broken over two lines."""
    head, tail = letter.subject[:40], letter.subject[40:]
    block = (
        f"De : {letter.author}\nDate : mercredi 18 novembre 2026 à 10:01\nÀ : {letter.recipient}\n"
        f"Objet : {head}\n {tail}"
    )
    return answer(letter, plain(f"{OWN}\n\n{block}\n\n{letter.text}\n"))


def no_references(letter: Letter) -> bytes:
    """A program that loses In-Reply-To: only the text tells that it is ours."""
    text = f"{OWN}\n\nLe 18/11/2026 à 10:01, {letter.author} a écrit :\n{quoted(letter.text)}\n"
    return answer(letter, plain(text), is_reply=False)


def unknown_reply_language(letter: Letter) -> bytes:
    """Polish, which no table knows: the letter's own words tell."""
    text = (
        f"{OWN}\n\nW dniu 18.11.2026 o 10:01, {letter.sender_name} pisze:\n{quoted(letter.text)}\n"
    )
    return answer(letter, plain(text))


NAMED = {
    "after-bracket": after_bracket, "before-verb": before_verb, "before-colon": before_colon,
    "three-lines": three_lines, "narrow-space": narrow_spaces, "english": english_wrapped,
    "german": german_wrapped, "spanish": spanish_wrapped, "mailto": mailto_twice,
    "quoted-wrapped": quoted_wrapped, "without-signs": without_signs, "latin-1": iso_8859,
    "html-only-outlook": html_only_outlook, "table-of-headers": paragraphs_of_headers,
    "cc-importance": cc_and_importance, "subject-folded": long_subject_folded,
    "no-references": no_references, "polish": unknown_reply_language,
}  # fmt: skip
CASES = [
    *[
        Case(f"attribution-{key}-{letter}", "attribution", "fr", build, OWN, letter=letter)
        for key, build in NAMED.items()
        for letter in (("fr", "long") if key not in {"latin-1"} else ("fr",))
    ],
    Case("attribution-iphone-many", "attribution", "fr",
         lambda letter: apple.iphone_text(letter, OWN, "fr"), OWN, letter="many"),
]  # fmt: skip

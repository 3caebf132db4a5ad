"""Gmail: web, Android, iOS."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, breaks, divs, quoted, renamed, rendered, wrapped
from tests.mails.mime import alternative, answer, plain

ATTRIBUTIONS = {
    "fr": "Le mer. 18 nov. 2026 à 10:01, {name} <{address}> a écrit :",
    "en": "On Wed, Nov 18, 2026 at 10:01\u202fAM {name} <{address}> wrote:",
    "de": "Am Mi., 18. Nov. 2026 um 10:01 Uhr schrieb {name} <{address}>:",
    "es": "El mié, 18 nov 2026 a las 10:01, {name} (<{address}>) escribió:",
    "it": "Il giorno mer 18 nov 2026 alle ore 10:01 {name} <{address}> ha scritto:",
    "pt": "{name} <{address}> escreveu (quarta, 18/11/2026 à(s) 10:01):",
    "pt-BR": "Em qua., 18 de nov. de 2026 às 10:01, {name} <{address}> escreveu:",
    "nl": "Op wo 18 nov 2026 om 10:01 schreef {name} <{address}>:",
}


def attribution(letter: Letter, language: str) -> str:
    return ATTRIBUTIONS[language].format(name=letter.sender_name, address=letter.sender)


def folded_attribution(letter: Letter, language: str) -> str:
    """Break the attribution as Gmail does: after `<`, and before what passes 78 characters."""
    line = attribution(letter, language)
    if len(line) <= 78:
        return line
    head, _, tail = line.partition("<")
    first = f"{head}<\n{tail}"
    return "\n".join(wrapped(each, 76) for each in first.split("\n"))


def quote_in_html(letter: Letter, language: str) -> str:
    line = attribution(letter, language)
    head, _, tail = line.partition(f"<{letter.sender}>")
    return (
        '<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{head}&lt;<a href="mailto:{letter.sender}">{letter.sender}</a>&gt;{tail}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
        'rgb(204,204,204);padding-left:1ex">'
        f"{renamed(body_of(letter.html), 'm_-4318873322114902215')}</blockquote></div>\r\n"
    )


def quote_in_text(letter: Letter, language: str) -> str:
    body = wrapped(rendered(letter.html, "\n<{}>", keeps_lines=False), 76)
    return f"{folded_attribution(letter, language)}\n\n{quoted(body)}\n"


def web(letter: Letter, own: str, language: str) -> bytes:
    html = f'<div dir="ltr">{divs(own)}</div>{quote_in_html(letter, language)}'
    text = f"{own}\n\n{quote_in_text(letter, language)}"
    return answer(letter, alternative(text, html, "0000000000007c1e0a06432f5d1b"))


def web_text(letter: Letter, own: str, language: str) -> bytes:
    """Gmail in plain text mode: no HTML part."""
    return answer(letter, plain(f"{own}\n\n{quote_in_text(letter, language)}"))


def android(letter: Letter, own: str, language: str) -> bytes:
    lines = "".join(f'<div dir="auto">{breaks(line) or "<br>"}</div>' for line in own.split("\n"))
    html = f'<div dir="auto">{lines}</div>{quote_in_html(letter, language)}'
    text = f"{own}\n\n{quote_in_text(letter, language)}"
    return answer(letter, alternative(text, html, "000000000000a91f5c06432f6e02"))


def ios(letter: Letter, own: str, language: str) -> bytes:
    """Gmail on an iPhone: no `<div dir=ltr>` around, the quote in the same message."""
    html = (
        f"<div><div>{divs(own, attributes='dir=auto')}</div></div><div>"
        f"{quote_in_html(letter, language)}</div>"
    )
    text = f"{own}\n\n{quote_in_text(letter, language)}"
    return answer(letter, alternative(text, html, "000000000000fb00e106432f7001"))


PROGRAMS = [
    Program("gmail_web", web, tuple(ATTRIBUTIONS)),
    Program("gmail_text", web_text, ("fr", "en", "de")),
    Program("gmail_android", android, ("fr", "en", "es", "it")),
    Program("gmail_ios", ios, ("fr", "nl")),
]

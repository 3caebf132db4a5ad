"""Programs of computers that quote with `>`: Thunderbird, Evolution, Mutt, Roundcube and others."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, breaks, quoted, rendered, wrapped
from tests.mails.mime import alternative, answer, plain, rich

ATTRIBUTIONS = {
    "fr": "Le 18/11/2026 à 10:01, {name} a écrit\xa0:",
    "en": "On 18/11/2026 10:01, {name} wrote:",
    "de": "Am 18.11.26 um 10:01 schrieb {name}:",
    "es": "El 18/11/26 a las 10:01, {name} escribió:",
    "it": "Il 18/11/2026 10:01, {name} ha scritto:",
    "pt": "Às 10:01 de 18/11/2026, {name} escreveu:",
    "nl": "Op 18-11-2026 om 10:01 schreef {name}:",
}
THUNDERBIRD = {"User-Agent": "Mozilla Thunderbird", "Content-Language": "fr"}


def attribution(letter: Letter, language: str) -> str:
    return ATTRIBUTIONS[language].format(name=letter.sender_name)


def flowed(text: str, width: int = 72) -> str:
    """Break long lines as format=flowed does: a soft break leaves a space (RFC 3676)."""
    lines = []
    for line in text.split("\n"):
        stuffed = f" {line}" if line.startswith((" ", "From ", ">")) else line
        lines += wrapped(stuffed, width).replace("\n", " \n").split("\n")
    return "\n".join(lines)


def quote_in_text(letter: Letter, language: str, body: str = "") -> str:
    quote = flowed(body or rendered(letter.html, " <{}>"))
    # In a quoted line the soft break stands behind the text, too.
    return f"{attribution(letter, language)}\n" + "\n".join(
        f"> {line}" for line in quote.split("\n")
    )


def _flowed_mail(letter: Letter, text: str) -> bytes:
    return answer(letter, plain(text, encoding="8bit", more="; format=flowed"), THUNDERBIRD)


def bottom(letter: Letter, own: str, language: str) -> bytes:
    """Thunderbird as it comes: the answer below the quote, text."""
    return _flowed_mail(letter, f"{quote_in_text(letter, language)}\n\n{flowed(own)}\n")


def top(letter: Letter, own: str, language: str) -> bytes:
    return _flowed_mail(letter, f"{flowed(own)}\n\n{quote_in_text(letter, language)}\n")


def _html(letter: Letter, parts: tuple[str, str]) -> bytes:
    above, below = parts
    html = (
        '<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset='
        f'UTF-8"></head><body>{above}<blockquote type="cite" '
        f'cite="mid:{letter.message_id[1:-1]}">\n'
        f'<meta http-equiv="content-type" content="text/html; charset=UTF-8">{body_of(letter.html)}'
        f"</blockquote>{below}</body></html>"
    )
    return answer(letter, rich(html, "UTF-8", "8bit"), THUNDERBIRD)


def _prefix(letter: Letter, language: str) -> str:
    return f'<div class="moz-cite-prefix">{attribution(letter, language)}<br></div>\n'


def html_bottom(letter: Letter, own: str, language: str) -> bytes:
    return _html(letter, (_prefix(letter, language), f"<p>{breaks(own)}</p>\n"))


def html_top(letter: Letter, own: str, language: str) -> bytes:
    above = f"<p>{breaks(own)}</p>\n{_prefix(letter, language)}"
    return _html(letter, (above, "<br>\n"))


def roundcube(letter: Letter, own: str, language: str) -> bytes:
    """Roundcube (OVH, Gandi, Bouygues and many hosts), text, wrapped at 72."""
    lines = {
        "fr": f"Le 18-11-2026 10:01, {letter.sender_name} a écrit :",
        "en": f"On 2026-11-18 10:01, {letter.sender_name} wrote:",
        "de": f"Am 18.11.2026 10:01, schrieb {letter.sender_name}:",
        "es": f"El 18-11-2026 10:01, {letter.sender_name} escribió:",
    }
    quote = quoted(wrapped(rendered(letter.html, " [1]"), 70))
    text = f"{flowed(own)}\n\n{lines[language]}\n{quote}"
    return answer(
        letter, plain(text, "UTF-8", "8bit", more=";\r\n format=flowed"),
        {"User-Agent": "Roundcube Webmail/1.6.9"},
    )  # fmt: skip


def roundcube_html(letter: Letter, own: str, language: str) -> bytes:
    line = f"Le 18-11-2026 10:01, {letter.sender_name} a écrit\xa0:"
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /></head>'
        "<body style='font-size: 10pt; font-family: Verdana,Geneva,sans-serif'>"
        + "".join(f"<p>{breaks(each)}</p>" for each in own.split("\n\n"))
        + f'<p id="reply-intro">{line}</p><blockquote type="cite" style="padding: 0 0.4em; '
        'border-left: #1010ff 2px solid; margin: 0"><div id="replybody1">'
        f"{body_of(letter.html)}</div></blockquote></body></html>"
    )
    text = f"{own}\n\n{line}\n\n{quoted(rendered(letter.html, ' [1]'))}\n"
    return answer(letter, alternative(text, html), {"User-Agent": "Roundcube Webmail/1.4.15"})


def evolution(letter: Letter, own: str, language: str) -> bytes:
    line = {
        "fr": f"Le mercredi 18 novembre 2026 à 10:01 +0100, {letter.sender_name} a écrit :",
        "en": f"On Wed, 2026-11-18 at 10:01 +0100, {letter.sender_name} wrote:",
    }[language]
    text = f"{own}\n\n{line}\n{quoted(rendered(letter.html))}\n"
    return answer(letter, plain(text), {"User-Agent": "Evolution 3.54.3"})


def mutt(letter: Letter, own: str, language: str) -> bytes:
    """Mutt: the answer below, the quote from the text part."""
    line = f"On Wed, Nov 18, 2026 at 10:01:32AM +0100, {letter.sender_name} wrote:"
    text = f"{line}\n{quoted(wrapped(letter.text, 74))}\n\n{own}\n"
    return answer(letter, plain(text, "utf-8", "8bit"), {"User-Agent": "Mutt/2.2.13"})


PROGRAMS = [
    Program("thunderbird_bottom", bottom, tuple(ATTRIBUTIONS)),
    Program("thunderbird_top", top, ("fr", "de", "nl")),
    Program("thunderbird_html_bottom", html_bottom, ("fr", "en", "it")),
    Program("thunderbird_html_top", html_top, ("fr", "es", "pt")),
    Program("roundcube", roundcube, ("fr", "en", "de", "es")),
    Program("roundcube_html", roundcube_html, ("fr",)),
    Program("evolution", evolution, ("fr", "en")),
    Program("mutt", mutt, ("en",)),
]

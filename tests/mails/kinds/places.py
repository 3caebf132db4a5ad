"""Where people write: below the quote, between its lines, around it."""

from tests.mails.case import Case
from tests.mails.letter import Letter, body_of, quoted, rendered, wrapped
from tests.mails.mime import answer, multi, plain, rich
from tests.mails.programs import gmail, outlook, thunderbird

OWN = "Oui, jeudi 8 h. Le code du portail est 4512."
LONG = (
    "Bonjour,\n\nJe préfère la pose décalée. Pour la cuisine, il faudra penser à garder trois "
    "cartons en réserve, sinon nous n'en retrouverons plus le jour où un carreau casse.\n\n"
    "À jeudi"
)


def thunderbird_without_sign(letter: Letter) -> bytes:
    """The answer below, with no blank line between the quote and it."""
    return answer(letter, plain(f"{thunderbird.quote_in_text(letter, 'fr')}\n{OWN}\n"))


def above_and_below(letter: Letter) -> bytes:
    quote = thunderbird.quote_in_text(letter, "fr")
    text = f"Bonjour, réponse en bas.\n\n{quote}\n\nPose droite, merci.\n-- \nCamille Morel\n"
    return answer(letter, plain(text, more="; format=flowed"), thunderbird.THUNDERBIRD)


def between_lines(letter: Letter) -> bytes:
    first, second, third = letter.messages[0].split("\n")[2:5]
    text = (
        f"{thunderbird.attribution(letter, 'fr')}\n> Bonjour,\n>\n> {first}\nParfait.\n\n"
        f"> {second}\n\nDécalée, comme dans l'entrée.\n\n> {third}\nVendredi 14 h.\n>\n"
        "> Bonne journée\n"
    )
    return answer(letter, plain(text, more="; format=flowed"), thunderbird.THUNDERBIRD)


def between_lines_html(letter: Letter) -> bytes:
    first, second, third = letter.messages[0].split("\n")[2:5]
    cite = '<blockquote type="cite" cite="mid:x@liaison.example">'
    html = (
        "<html><body><div "
        f'class="moz-cite-prefix">{thunderbird.attribution(letter, "fr")}<br></div>'
        f"{cite}<p>{first}<br></p></blockquote><p>Parfait.</p>{cite}{second}</blockquote>"
        f"<p>Décalée, comme dans l'entrée.</p>{cite}<div>{third}</div></blockquote>"
        "<p>Vendredi 14 h.</p></body></html>"
    )
    return answer(letter, rich(html), thunderbird.THUNDERBIRD)


def between_lines_apple(letter: Letter) -> bytes:
    """Apple Mail splits its blockquote; the attribution is quoted, too."""
    _, second, third = letter.messages[0].split("\n")[2:5]
    html = (
        '<html><body><br><div><blockquote type="cite"><div>Le 18 nov. 2026 à 10:01, '
        f"{letter.sender_name} &lt;{letter.sender}&gt; a écrit&nbsp;:</div><br><div><div>{second}"
        '</div></div></blockquote><div>Décalée</div><br><blockquote type="cite"><div>'
        f"{third}</div></blockquote><div>Jeudi</div></div></body></html>"
    )
    text = (
        f"\n> Le 18 nov. 2026 à 10:01, {letter.author} a écrit\xa0:\n> \n> {second}\nDécalée\n\n"
        f"> {third}\nJeudi\n"
    )
    return answer(letter, multi("alternative", plain(text), rich(html)))


def between_lines_gmail(letter: Letter) -> bytes:
    _, second, third = letter.messages[0].split("\n")[2:5]
    text = (
        f"{gmail.folded_attribution(letter, 'fr')}\n\n>\n> {wrapped(second, 74)}\n>\n"
        f"la décalée\n\n> {third}\n>\nplutôt jeudi\n"
    )
    return answer(letter, plain(text))


def between_lines_outlook(letter: Letter) -> bytes:
    """Outlook has no sign before quoted lines: "voir mes réponses ci-dessous"."""
    body = rendered(letter.html, "<{}>")
    question = letter.messages[0].split("\n")[3]
    body = body.replace(question, f"{question}\n\n[Camille] pose décalée partout")
    text = (
        "Bonjour, voir ma réponse ci-dessous.\n\n"
        f"{outlook.block(letter, outlook.WORDS['fr'])}\n\n{body}\n"
    )
    return answer(letter, plain(text), {"X-Mailer": "Microsoft Outlook 16.0"})


def below_two_quotes(letter: Letter) -> bytes:
    """A thread of three: the quote holds a quote."""
    inner = quoted(f"Le 17/11/2026 à 18:22, Camille Morel a écrit :\n{quoted('Quand ?')}")
    quote = thunderbird.quote_in_text(letter, "fr")
    return answer(letter, plain(f"{quote}\n{inner}\n\n{LONG}\n"))


def signature_under_quote(letter: Letter) -> bytes:
    """A program that puts the signature below the quote."""
    quote = thunderbird.quote_in_text(letter, "fr")
    return answer(letter, plain(f"{OWN}\n\n{quote}\n\n-- \nCamille Morel\n06 12 34 56 78\n"))


def html_under_quote(letter: Letter) -> bytes:
    """Gmail's web page, the answer typed below the quote."""
    html = (
        f'<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f"{gmail.attribution(letter, 'fr').replace('<', '&lt;').replace('>', '&gt;')}<br></div>"
        f'<blockquote class="gmail_quote">{body_of(letter.html)}</blockquote></div>'
        f"<div><br></div><div>{OWN}</div></div>"
    )
    text = f"{gmail.quote_in_text(letter, 'fr')}\n{OWN}\n"
    return answer(letter, multi("alternative", plain(text), rich(html)))


def whole_letter_only(letter: Letter) -> bytes:
    """Nothing written: the quote alone, with the signature of the phone."""
    return answer(letter, plain(f"\n\nEnvoyé de mon iPhone\n\n{gmail.quote_in_text(letter, 'fr')}"))


THREE = "Parfait.\nDécalée, comme dans l'entrée.\nVendredi 14 h."
CASES = [
    Case("below-no-blank-line", "below", "fr", thunderbird_without_sign, OWN),
    Case("below-and-above", "below", "fr", above_and_below,
         "Bonjour, réponse en bas.\nPose droite, merci."),
    Case("below-two-quotes", "below", "fr", below_two_quotes, LONG),
    Case("below-gmail-html", "below", "fr", html_under_quote, OWN),
    Case("below-long", "below", "fr", lambda letter: thunderbird.bottom(letter, LONG, "fr"), LONG),
    Case("below-long-name", "below", "fr", lambda letter: thunderbird.bottom(letter, LONG, "fr"),
         LONG, letter="long"),
    Case("below-many-messages", "below", "fr",
         lambda letter: thunderbird.html_bottom(letter, LONG, "fr"), LONG, letter="many"),
    Case("below-signature-under-quote", "below", "fr", signature_under_quote, OWN),
    Case("between-thunderbird", "between", "fr", between_lines, THREE, quotes_may_stay=True),
    Case("between-thunderbird-html", "between", "fr", between_lines_html, THREE,
         quotes_may_stay=True),
    Case("between-apple", "between", "fr", between_lines_apple, "Décalée\nJeudi",
         quotes_may_stay=True),
    Case("between-gmail", "between", "fr", between_lines_gmail, "la décalée\nplutôt jeudi",
         quotes_may_stay=True),
    Case("between-outlook", "between", "fr", between_lines_outlook,
         contains=("Bonjour, voir ma réponse ci-dessous.", "[Camille] pose décalée partout"),
         letter_may_stay=True),
    Case("nothing-but-the-quote", "below", "fr", whole_letter_only, ""),
]  # fmt: skip

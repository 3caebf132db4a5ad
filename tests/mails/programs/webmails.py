"""Other web pages: Yahoo, Proton, GMX and Web.de, Infomaniak, Open-Xchange (OVH, Ionos)."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, breaks, divs, quoted, renamed, rendered
from tests.mails.mime import alternative, answer, plain, rich

YAHOO = {
    "fr": "Le mercredi 18 novembre 2026 à 10:01:32 UTC+1, {author} a écrit :",
    "en": "On Wednesday, November 18, 2026 at 10:01:32 AM GMT+1, {author} wrote:",
    "de": "Am Mittwoch, 18. November 2026 um 10:01:32 MEZ hat {author} Folgendes geschrieben:",
    "es": "En miércoles, 18 de noviembre de 2026, 10:01:32 CET, {author} escribió:",
    "it": "Il mercoledì 18 novembre 2026 alle ore 10:01:32 CET, {author} ha scritto:",
}
YAHOO_SENT = {
    "fr": "Envoyé à partir de Yahoo Mail pour iPhone",
    "en": "Sent from Yahoo Mail for iPhone",
    "es": "Enviado desde Yahoo Mail para Android",
}
PROTON = {
    "fr": "Le mercredi 18 novembre 2026 à 10:01, {author} a écrit :",
    "en": "On Wednesday, November 18th, 2026 at 10:01 AM, {author} wrote:",
    "de": "{author} schrieb am Mittwoch, 18. November 2026 um 10:01:",
    "nl": "Op woensdag 18 november 2026 om 10:01 schreef {author}:",
}
PROTON_SENT = {
    "fr": ("Envoyé avec la messagerie sécurisée ", "."),
    "en": ("Sent with ", " secure email."),
    "de": ("Gesendet mit ", ""),
    "nl": ("Verzonden met ", ""),
}


def _html(line: str) -> str:
    return line.replace("<", "&lt;").replace(">", "&gt;")


def _yahoo(letter: Letter, own: str, line: str, sent: str) -> bytes:
    signature = f"\n\n{sent}" if sent else ""
    body = quoted(rendered(letter.html, "<{}>", keeps_lines=False), "  ")
    text = f"{own}{signature}\n\n    {line}  \n \n{body}\n"
    link = f'<div id="ymail_android_signature"><a href="https://go.onelink.me/107872968">{sent}</a>'
    html = (
        '<html><head></head><body><div class="ydp3c1f6e2ayahoo-style-wrap" style="font-family:'
        f'Helvetica Neue;font-size:16px;"><div dir="ltr" data-setdir="false">{divs(own)}</div>'
        f"<div><br></div>{link + '</div>' if sent else ''}</div>"
        '<div id="ydp8f1b2ad3yahoo_quoted_2417718345" class="ydp8f1b2ad3yahoo_quoted">'
        f"<div style=\"font-family:'Helvetica Neue'\"><div>{_html(line)}</div><div><br></div>"
        f"<div><br></div><div>{renamed(body_of(letter.html), 'ydp8f1b2ad3yiv2417718345')}</div>"
        "</div></div></body></html>"
    )
    program = {"X-Mailer": "WebService/1.1.22806 YMailNorrin"}
    return answer(letter, alternative(text, html, "----=_Part_1206_17.1763"), program)


def yahoo(letter: Letter, own: str, language: str) -> bytes:
    return _yahoo(letter, own, YAHOO[language].format(author=letter.author), "")


def yahoo_mobile(letter: Letter, own: str, language: str) -> bytes:
    lines = {
        "fr": f"Le mercredi, novembre 18, 2026, 10:01 AM, {letter.author} a écrit :",
        "en": f"On Wednesday, November 18, 2026, 10:01 AM, {letter.author} wrote:",
        "es": f"En miércoles, noviembre 18, 2026, 10:01 a. m., {letter.author} escribió:",
    }
    return _yahoo(letter, own, lines[language], YAHOO_SENT[language])


def proton(letter: Letter, own: str, language: str) -> bytes:
    line, (before, after) = PROTON[language].format(author=letter.author), PROTON_SENT[language]
    link = "[Proton Mail](https://proton.me/mail/home)"
    text = f"{own}\n\n{before}{link}{after}\n\n{line}\n\n{quoted(rendered(letter.html))}\n"
    html = (
        f'<div style="font-family: Arial, sans-serif; font-size: 14px;">{divs(own)}</div>'
        '<div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">'
        f'{before}<a target="_blank" href="https://proton.me/mail/home">Proton Mail</a>{after}'
        f'</div></div><div><br></div><div class="protonmail_quote">{_html(line)}<br><blockquote '
        f'class="protonmail_quote" type="cite">{body_of(letter.html)}</blockquote></div>'
    )
    return answer(letter, alternative(text, html, "b1=_proton"))


def proton_mobile(letter: Letter, own: str, language: str) -> bytes:
    title, line, sent = {
        "fr": ("Message d'origine", f"Le 18/11/2026 10:01, {letter.author} a écrit :",
               "Envoyé depuis Proton Mail pour Android"),
        "en": ("Original Message", f"On Wednesday, 11/18/26 at 10:01 {letter.author} wrote:",
               "Sent from Proton Mail for iOS"),
    }[language]  # fmt: skip
    html = (
        f'<div>{breaks(own)}</div><br><div class="protonmail_signature_block">{sent}.<br></div>'
        f'<div class="protonmail_quote">-------- {title} --------<br>{_html(line)}<br>'
        f'<blockquote class="protonmail_quote">{body_of(letter.html)}</blockquote></div>'
    )
    # Proton's phones send HTML alone.
    return answer(letter, rich(html, "utf-8", "base64"))


def gmx(letter: Letter, own: str, language: str) -> bytes:
    fields = [
        ("Gesendet", "Mittwoch, 18. November 2026 um 10:01"),
        ("Von", f'"{letter.sender_name}" <{letter.sender}>'),
        ("An", letter.recipient),
        ("Betreff", letter.subject),
    ]
    head = "<br/>\n".join(f"<b>{label}:</b>&nbsp;{_html(value)}" for label, value in fields)
    html = (
        f'<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;">{divs(own)}'
        '<div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; '
        'border-left:2px solid #C3D9E5; word-wrap: break-word;"><div style="margin:0 0 10px 0;">'
        f'{head}</div><div name="quoted-content">{body_of(letter.html)}</div></div></div></div>'
        "</body></html>"
    )
    return answer(letter, rich(html, "UTF-8", "quoted-printable"), {"X-UI-Message-Type": "mail"})


def infomaniak(letter: Letter, own: str, language: str) -> bytes:
    line = f"Le mercredi 18 novembre 2026 à 10:01, {letter.author} a écrit :"
    text = f"{own}\n\n{line}\n\n{quoted(rendered(letter.html, ' [{}]'))}\n"
    html = (
        f'<!DOCTYPE html><html><body>{divs(own)}<div class="ik_mail_quote answerContentMessage">'
        f'<div>{_html(line)}<br></div><blockquote class="ws-ng-quote">{body_of(letter.html)}'
        "</blockquote></div></body></html>"
    )
    return answer(
        letter,
        alternative(text, html),
        {"X-WS-User-Origin": "eyJ=", "X-Mailer": "Infomaniak Workspace (1.3.1126)"},
    )


def open_xchange(letter: Letter, own: str, language: str) -> bytes:
    """Open-Xchange (Ionos, formerly OVH): the attribution is quoted with the text."""
    line = {
        "fr": f"Le 18/11/2026 10:01 CET, {letter.author} a écrit :",
        "de": f"{letter.author} hat am 18.11.2026 10:01 CET geschrieben:",
    }[language]
    text = f"{own}\n\n{quoted(f'{line}{chr(10)} {chr(10)} {chr(10)}{rendered(letter.html)}')}"
    html = (
        '<!doctype html><html><head><meta charset="UTF-8"></head><body>'
        f'{divs(own, attributes="class=default-style")}<blockquote type="cite"><div>{_html(line)}'
        f"</div><div><br></div><div>{body_of(letter.html)}</div></blockquote></body></html>"
    )
    return answer(letter, alternative(text, html), {"X-Mailer": "Open-Xchange Mailer v8.29.80"})


def ovh(letter: Letter, own: str, language: str) -> bytes:
    """OVH's Roundcube, wrapped at 72, with the note of links below the quote."""
    line = f"Le 2026-11-18 10:01, {letter.sender_name} a écrit :"
    links = "\n\nLinks:\n------\n[1] https://liaison.example/client/\n"
    text = f"{own}\n\n{line}\n\n{quoted(rendered(letter.html, ' [1]') + links)}"
    return answer(letter, plain(text, "UTF-8"), {"X-Sender": "camille.morel@exemple.fr"})


PROGRAMS = [
    Program("yahoo_web", yahoo, tuple(YAHOO)),
    Program("yahoo_mobile", yahoo_mobile, ("fr", "en", "es")),
    Program("proton_web", proton, tuple(PROTON)),
    Program("proton_mobile", proton_mobile, ("fr", "en")),
    Program("gmx", gmx, ("de",)),
    Program("infomaniak", infomaniak),
    Program("open_xchange", open_xchange, ("fr", "de")),
    Program("ovh", ovh),
]

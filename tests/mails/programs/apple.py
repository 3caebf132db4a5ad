"""Apple Mail on macOS, iPhone and iPad, and iCloud's web page."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, divs, quoted, rendered
from tests.mails.mime import alternative, answer, multi, plain, rich

ATTRIBUTIONS = {
    "fr": "Le 18 nov. 2026 à 10:01, {author} a écrit :",
    "en": "On Nov 18, 2026, at 10:01\u202fAM, {author} wrote:",
    "en-GB": "On 18 Nov 2026, at 10:01, {author} wrote:",
    "de": "Am 18.11.2026 um 10:01 schrieb {author}:",
    "es": "El 18 nov 2026, a las 10:01, {author} escribió:",
    "it": "Il giorno 18 nov 2026, alle ore 10:01, {author} ha scritto:",
    "pt": "No dia 18/11/2026, às 10:01, {author} escreveu:",
    "nl": "Op 18 nov 2026, om 10:01 heeft {author} het volgende geschreven:",
}
SENT_FROM = {
    "fr": "Envoyé de mon {device}",
    "en": "Sent from my {device}",
    "en-GB": "Sent from my {device}",
    "de": "Von meinem {device} gesendet",
    "es": "Enviado desde mi {device}",
    "it": "Inviato da {device}",
    "pt": "Enviado do meu {device}",
    "nl": "Verstuurd vanaf mijn {device}",
}
MAC = {"X-Mailer": "Apple Mail (2.3826.200.121)"}


def attribution(letter: Letter, language: str) -> str:
    return ATTRIBUTIONS[language].format(author=letter.author).replace(" :", "\xa0:")


def _link(line: str) -> str:
    return line.replace("<", "&lt;").replace(">", "&gt;")


def mac(letter: Letter, own: str, language: str) -> bytes:
    line = attribution(letter, language)
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: '
        f'after-white-space;">{divs(own)}<br id="lineBreakAtBeginningOfMessage"><div><br>'
        f'<blockquote type="cite"><div>{_link(line)}</div><br class="Apple-interchange-newline">'
        f"<div>{body_of(letter.html)}</div></blockquote></div><br></body></html>"
    )
    text = f"{own}\n\n{quoted(f'{line}{chr(10)}{chr(10)}{rendered(letter.html)}')}\n"
    mark = "Apple-Mail=_0B1B6A0C-7C5E-4F6B-9D0B-5F5B0A0B9A11"
    body = multi(
        "alternative",
        plain(text, more="; format=flowed"),
        rich(html),
        boundary=mark,
    )
    return answer(letter, body, {**MAC, "Mime-Version": "1.0 (Mac OS X Mail 16.0 \\(3826\\))"})


def mac_text(letter: Letter, own: str, language: str) -> bytes:
    """Apple Mail writes plain text if the answer has no formatting: the attribution is quoted."""
    quote = quoted(f"{attribution(letter, language)}\n\n{letter.text}")
    return answer(letter, plain(f"{own}\n\n{quote}\n"), MAC)


def _phone(device: str, letter: Letter, own: str, language: str) -> bytes:
    line, sent = attribution(letter, language), SENT_FROM[language].format(device=device)
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body dir="auto">{divs(own, attributes="dir=ltr")}<br id="lineBreakAtBeginning'
        f'OfSignature"><div dir="ltr">{sent}</div><div dir="ltr"><br><blockquote type="cite">'
        f'{_link(line)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff'
        f"{body_of(letter.html)}</div></blockquote></body></html>"
    )
    quote = quoted(f"{line}\n\n\ufeff{rendered(letter.html)}")
    text = f"{own}\n\n{sent}\n\n{quote}\n"
    mark = "Apple-Mail-3F0C6F1B-8E52-4C43-8A66-7B1B2D0FA9A2"
    program = {"X-Mailer": f"{device} Mail (22F76)"}
    return answer(letter, alternative(text, html, mark), program)


def iphone(letter: Letter, own: str, language: str) -> bytes:
    return _phone("iPhone", letter, own, language)


def ipad(letter: Letter, own: str, language: str) -> bytes:
    return _phone("iPad", letter, own, language)


def iphone_text(letter: Letter, own: str, language: str) -> bytes:
    """An answer without formatting to a letter without HTML."""
    sent = SENT_FROM[language].format(device="iPhone")
    quote = quoted(f"{attribution(letter, language)}\n\n\ufeff{letter.text}")
    program = {"X-Mailer": "iPhone Mail (21E236)"}
    return answer(letter, plain(f"{own}\n\n{sent}\n\n{quote}\n", charset="utf-8"), program)


def icloud(letter: Letter, own: str, language: str) -> bytes:
    line = attribution(letter, language).replace("\xa0:", " :")
    html = (
        f"<html><head></head><body><div>{divs(own)}</div><div><br></div><div><blockquote "
        'type="cite"'
        f'><div>{_link(line)}<br></div><div><br></div><div><div class="ck-content">'
        f"{body_of(letter.html)}</div></div></blockquote></div></body></html>"
    )
    quote = quoted(f"{line}\n\n{rendered(letter.html)}")
    program = {"X-Mailer": "iCloud MailClient21ABuild54 MailServer21A26150"}
    return answer(letter, alternative(f"{own}\n\n{quote}\n", html), program)


PROGRAMS = [
    Program("apple_mac", mac, tuple(ATTRIBUTIONS)),
    Program("apple_mac_text", mac_text, ("fr", "de", "it")),
    Program("apple_iphone", iphone, tuple(ATTRIBUTIONS)),
    Program("apple_iphone_text", iphone_text, ("fr", "en")),
    Program("apple_ipad", ipad, ("fr", "es")),
    Program("icloud_web", icloud, ("fr", "en")),
]

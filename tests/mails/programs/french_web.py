"""The web pages of French providers: Orange, Free, SFR, La Poste, Bouygues; Zimbra itself."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, breaks, divs, quoted, rendered
from tests.mails.mime import alternative, answer, plain


def orange(letter: Letter, own: str, language: str) -> bytes:
    """Orange until 2023: every line of the block has a `>`."""
    block = (
        "> Message du 18/11/26 10:01\n"
        f'> De : "{letter.sender_name}" <{letter.sender}>\n'
        f'> A : "{letter.recipient_name}" <{letter.recipient}>\n'
        "> Copie à : \n"
        f"> Objet : {letter.subject}\n"
        "> \n"
    )
    text = f"{own}\n\n \n\n \n\n{block}{quoted(rendered(letter.html))}\n"
    head = breaks(block.replace("> ", "").strip())
    html = (
        f'{divs(own, "p")}<p>&nbsp;</p><blockquote style="padding-left: 5px; margin-left: 5px; '
        f'border-left: 2px solid #ff7900;"><p>{head}</p><p>&nbsp;</p>{body_of(letter.html)}'
        "</blockquote>"
    )
    return answer(letter, alternative(text, html), {"X-Mailer": "Orange Mail"})


def orange_new(letter: Letter, own: str, language: str) -> bytes:
    """Orange since 2023, with the words of its application."""
    block = (
        "> envoyé : 18 novembre 2026 à 10:01\n"
        f"> de : {letter.author}\n"
        f"> à : {letter.recipient}\n"
        f"> objet : {letter.subject}\n> \n> \n"
    )
    sent = "Envoyé à partir de l’application Mail Orange"
    text = f"{own}\n\n\n---------------\n{sent}\n\n\n{block}{quoted(rendered(letter.html))}\n"
    head = breaks(block.replace("> ", "").strip())
    html = (
        f'<p>{breaks(own)}</p><br><p>---------------<br>{sent}</p><div style="border-left:2px '
        "solid "
        f'#cccccc;padding-left:8px"><blockquote><div>{head}</div><br>{body_of(letter.html)}'
        "</blockquote></div>"
    )
    return answer(letter, alternative(text, html))


def _zimbra(mailer: str, letter: Letter, own: str, language: str) -> bytes:
    words = {
        "fr": ("Mail original", "De", "À", "Envoyé", "Objet", "Mercredi 18 Novembre 2026 10:01:32"),
        "en": ("Original Message", "From", "To", "Sent", "Subject",
               "Wednesday, November 18, 2026 10:01:32 AM"),
        "de": ("Ursprüngliche Mail", "Von", "An", "Gesendet", "Betreff",
               "Mittwoch, 18. November 2026 10:01:32"),
    }  # fmt: skip
    title, of, to, sent, subject, date = words[language]
    values = [
        (of, f'"{letter.sender_name}" <{letter.sender}>'),
        (to, f'"{letter.recipient_name}" <{letter.recipient}>'),
        (sent, date),
        (subject, letter.subject),
    ]
    block = "\n".join(f"{label}: {value}" for label, value in values)
    text = f"{own}\n\n----- {title} -----\n{block}\n\n{rendered(letter.html, ' [ {} ]')}\n"
    head = "<br>".join(
        f"<b>{label}: </b>{value.replace('<', '&lt;').replace('>', '&gt;')}"
        for label, value in values
    )
    html = (
        '<html><body><div style="font-family: arial, helvetica, sans-serif; font-size: 12pt">'
        f'{divs(own)}<div><br></div><hr id="zwchr" data-marker="__DIVIDER__">'
        f'<div data-marker="__HEADERS__">{head}<br></div><div><br></div>'
        f'<div data-marker="__QUOTED_TEXT__">{body_of(letter.html)}</div></div></body></html>'
    )
    mark = "=_3f1cb0a1-4a1f-4d5a-b1a0-7d1f7b0b7a11"
    return answer(letter, alternative(text, html, mark), {"X-Mailer": mailer})


def free(letter: Letter, own: str, language: str) -> bytes:
    return _zimbra("Zimbra 7.2.0-GA2598 (ZimbraWebClient - FF3.0 (Win))", letter, own, language)


def zimbra(letter: Letter, own: str, language: str) -> bytes:
    return _zimbra("Zimbra 9.0.0_GA_4650 (ZimbraWebClient - GC131)", letter, own, language)


def laposte(letter: Letter, own: str, language: str) -> bytes:
    """La Poste: Zimbra's block in an answer without HTML, quoted text without a sign."""
    text = (
        f"{own}\n\n\n----- Mail original -----\nDe: {letter.author}\n"
        f"À: {letter.recipient_name} <{letter.recipient}>\n"
        "Envoyé: Wed, 18 Nov 2026 10:01:32 +0100 (CET)\n"
        f"Objet: {letter.subject}\n\n{letter.text}\n"
    )
    return answer(letter, plain(text), {"X-Mailer": "Zimbra 8.8.15_GA_4372 (laposte.net)"})


def sfr(letter: Letter, own: str, language: str) -> bytes:
    rule = "=" * 40
    text = (
        f"{own}\n\n\n\n{rule}\n\nMessage du : 18/11/2026 10:01\n"
        f'De : "{letter.sender_name} " <{letter.sender}>\n'
        f"A : {letter.recipient}\nCopie à : \nSujet : {letter.subject}\n\n\n"
        f"{rendered(letter.html)}\n"
    )
    return answer(letter, plain(text, "UTF-8"), {"X-Mailer": "WebMail SFR"})


def bouygues(letter: Letter, own: str, language: str) -> bytes:
    block = (
        "-------- Message original --------\n"
        f"De : {letter.author}\n"
        f"À : {letter.recipient}\n"
        "Envoyé : mercredi 18 novembre 2026 à 10:01\n"
        f"Objet : {letter.subject}\n"
    )
    text = f"{own}\n\n{block}\n{rendered(letter.html)}\n"
    html = (
        f"<div>{breaks(own)}</div><br><div>{breaks(block.strip())}</div><br>"
        f"<div>{body_of(letter.html)}</div>"
    )
    return answer(letter, alternative(text, html), {"X-Mailer": "Bbox Webmail"})


PROGRAMS = [
    Program("orange", orange),
    Program("orange_app", orange_new),
    Program("free", free),
    Program("zimbra", zimbra, ("fr", "en", "de")),
    Program("laposte", laposte),
    Program("sfr", sfr),
    Program("bouygues", bouygues),
]

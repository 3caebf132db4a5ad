"""Programs of phones and offices: Samsung, K-9, FairEmail, Spark, Huawei, Notes, eM Client."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, breaks, divs, quoted, rendered
from tests.mails.mime import alternative, answer, multi, plain, rich


def _html(line: str) -> str:
    return line.replace("<", "&lt;").replace(">", "&gt;")


SAMSUNG = {
    "fr": ("Envoyé depuis mon appareil Galaxy", "Message d'origine", "De", "Date", "À", "Objet"),
    "en": ("Sent from my Galaxy", "Original message", "From", "Date", "To", "Subject"),
    "de": (
        "Von meinem Galaxy gesendet",
        "Ursprüngliche Nachricht",
        "Von",
        "Datum",
        "An",
        "Betreff",
    ),
    "es": ("Enviado desde mi Galaxy", "Mensaje original", "De", "Fecha", "Para", "Asunto"),
    "it": ("Inviato dal mio Galaxy", "Messaggio originale", "Da", "Data", "A", "Oggetto"),
}


def samsung(letter: Letter, own: str, language: str) -> bytes:
    sent, title, of, date, to, subject = SAMSUNG[language]
    space = " " if language == "fr" else ""
    fields = [
        (of, letter.author),
        (date, "18/11/2026 10:01 (GMT+01:00)"),
        (to, f"{letter.recipient_name} <{letter.recipient}>"),
        (subject, letter.subject),
    ]
    block = "\n".join(f"{label}{space}: {value}" for label, value in fields)
    text = (
        f"{own}\n\n\n{sent}\n\n\n-------- {title} --------\n{block} \n\n{rendered(letter.html)}\n"
    )
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head>'
        f'<body dir="auto"><div dir="auto">{divs(own, attributes="dir=auto")}</div>'
        '<div dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:'
        f'14px;color:#646464" dir="auto">{sent}</div></div><div '
        'dir="auto"><br></div><div><br></div>'
        f'<div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- {title} '
        f"--------</div>{''.join(f'<div>{_html(line)} </div>' for line in block.split(chr(10)))}"
        f"<div><br></div></div>{body_of(letter.html)}</body></html>"
    )
    return answer(letter, alternative(text, html, "--_com.samsung.android.email_1763478000000"))


K9 = {
    "fr": ('Le 18 novembre 2026 10:01:32 GMT+01:00, "{name}" <{address}> a écrit :',
           "Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté."),
    "de": ('Am 18. November 2026 10:01:32 MEZ schrieb "{name}" <{address}>:',
           "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."),
    "en": ('On 18 November 2026 10:01:32 GMT+01:00, "{name}" <{address}> wrote:',
           "Sent from my Android device with K-9 Mail. Please excuse my brevity."),
}  # fmt: skip


def k9(letter: Letter, own: str, language: str) -> bytes:
    line, sent = K9[language]
    line = line.format(name=letter.sender_name, address=letter.sender)
    text = f"{own}\n-- \n{sent}\n\n{line}\n{quoted(letter.text, '>')}\n"
    html = (
        f'<!DOCTYPE html><html><body><div dir="auto">{breaks(own)}<br>-- <br>{sent}</div><br><br>'
        f'<div class="gmail_quote"><div dir="auto">{_html(line)}</div><blockquote '
        'class="gmail_quote"'
        ' style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); '
        "padding-left:"
        f' 1ex;">{body_of(letter.html)}</blockquote></div></body></html>'
    )
    return answer(letter, alternative(text, html, "----HJ3QVAE4G3J9MFPA1XYYC5M3LQ8Y0M"))


def k9_bottom(letter: Letter, own: str, language: str) -> bytes:
    line, sent = K9[language]
    line = line.format(name=letter.sender_name, address=letter.sender)
    text = f"{line}\n{quoted(letter.text, '>')}\n\n{own}\n-- \n{sent}\n"
    return answer(
        letter, plain(text, more=";\r\n format=flowed"), {"User-Agent": "K-9 Mail for Android"}
    )


def fairemail(letter: Letter, own: str, language: str) -> bytes:
    line = {
        "fr": f"18 nov. 2026 10:01:32 {letter.author}:",
        "nl": f"18 nov. 2026 10:01:32 {letter.author}:",
    }[language]
    text = f"{own}\n\n{line}\n\n{quoted(rendered(letter.html))}\n"
    html = (
        f'<html><body><p dir="ltr">{breaks(own)}</p><p>{_html(line)}</p><blockquote type="cite" '
        f'style="margin:0;border-left:3px solid #ccc;padding-left:3px">{body_of(letter.html)}'
        "</blockquote></body></html>"
    )
    return answer(letter, alternative(text, html), {"X-Mailer": "FairEmail 1.2281"})


def spark(letter: Letter, own: str, language: str) -> bytes:
    line, sent = {
        "fr": (f"Le 18 nov. 2026 à 10:01 +0100, {letter.author}, a écrit :", "Envoyé avec Spark"),
        "en": (f"On 18 Nov 2026 at 10:01 +0100, {letter.author}, wrote:", "Sent with Spark"),
    }[language]
    text = f"{own}\n\n{sent}\n{line}\n{quoted(rendered(letter.html))}\n"
    html = (
        f'<html><body><div name="messageBodySection">{divs(own)}</div><div name="messageSignature'
        f'Section"><br /><div class="matchFont">{sent}</div></div><div name="messageReplySection">'
        f'{_html(line)}<br /><blockquote type="cite" style="border-left-color: grey; border-left-'
        f'width: thin; border-left-style: solid; margin: 5px 5px;padding-left: 10px;">'
        f"{body_of(letter.html)}</blockquote></div></body></html>"
    )
    return answer(
        letter, alternative(text, html, "691c3d4e_643c9869_1d2"), {"X-Readdle-Message-ID": "spark"}
    )


def huawei(letter: Letter, own: str, language: str) -> bytes:
    block = (
        "-------- Message original --------\n"
        f"Objet : {letter.subject}\nDe : {letter.author}\nÀ : {letter.recipient}\nCc : \n"
    )
    html = (
        f'<div dir="auto">{breaks(own)}</div><div class="quote"><br>{breaks(block)}<br>'
        f'<blockquote class="quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">'
        f"{body_of(letter.html)}</blockquote></div>"
    )
    return answer(letter, rich(html, "UTF-8", "base64"))


def notes(letter: Letter, own: str, language: str) -> bytes:
    """Lotus Notes: labels in columns, no sign before quoted lines."""
    words = {
        "fr": ("De :", "A :", "Date :", "Objet :"),
        "de": ("Von:", "An:", "Datum:", "Betreff:"),
    }
    of, to, date, subject = words[language]
    block = (
        f'{of}        "{letter.sender_name}" <{letter.sender}>\n'
        f"{to}        {letter.recipient_name}/EXEMPLE@EXEMPLE\n"
        f"{date}        18/11/2026 10:01\n"
        f"{subject}        {letter.subject}\n"
    )
    text = f"{own}\n\n\n\n\n{block}\n\n\n{rendered(letter.html, '')}\n\n"
    html = (
        f'<font size=2 face="sans-serif">{breaks(own)}</font>\n<br>\n<br>\n<br><font size=1 color='
        f'#5f5f5f face="sans-serif">{breaks(block)}</font>\n<hr '
        f"noshade>\n<br>{body_of(letter.html)}"
    )
    return answer(
        letter,
        multi("alternative", plain(text), rich(html), boundary="=_alternative 00323A4BC1258D2A_="),
        {"X-Mailer": "HCL Notes Release 12.0.2"},
    )


def verse(letter: Letter, own: str, language: str) -> bytes:
    """HCL Verse and iNotes: the author's line between dashes."""
    text = (
        f"{own}\n\n-----{letter.author} a écrit : -----\n"
        f"À : {letter.recipient}\nDe : {letter.author}\nDate : 18/11/2026 10:01\n"
        f"Objet : {letter.subject}\n\n{rendered(letter.html)}\n"
    )
    return answer(letter, plain(text), {"X-Mailer": "HCL iNotes Release 12.0.2"})


def em_client(letter: Letter, own: str, language: str) -> bytes:
    """eM Client: labels without a colon."""
    block = (
        "------ Message d'origine ------\n"
        f'De "{letter.sender_name}" <{letter.sender}>\n'
        f'À "{letter.recipient_name}" <{letter.recipient}>\n'
        f"Date 18/11/2026 10:01:32\nObjet {letter.subject}\n"
    )
    text = f"{own}\n\n{block}\n{rendered(letter.html, ' <{}>')}\n"
    html = (
        f'<html><body>{divs(own)}<div><br /></div><div id="x123"><blockquote '
        f'cite="{letter.message_id[1:-1]}"'
        f' type="cite" class="cite2"><div id="ems"><div>{breaks(block)}</div><br />'
        f"{body_of(letter.html)}</div></blockquote></div></body></html>"
    )
    return answer(letter, alternative(text, html), {"User-Agent": "eM_Client/10.1.4588.0"})


PROGRAMS = [
    Program("samsung", samsung, tuple(SAMSUNG)),
    Program("k9", k9, tuple(K9)),
    Program("k9_bottom", k9_bottom, ("fr", "en")),
    Program("fairemail", fairemail, ("fr", "nl")),
    Program("spark", spark, ("fr", "en")),
    Program("huawei", huawei),
    Program("notes", notes, ("fr", "de")),
    Program("verse", verse),
    Program("em_client", em_client),
]

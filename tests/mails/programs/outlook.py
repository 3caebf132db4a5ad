"""Outlook: Windows (classic and new), Mac, web, phones; Windows Mail."""

from tests.mails.case import Program
from tests.mails.letter import Letter, body_of, divs, renamed, rendered, without_classes
from tests.mails.mime import alternative, answer, plain

# From, Sent, To, Subject, and the date as classic Outlook writes them.
WORDS = {
    "fr": ("De\xa0:", "Envoyé\xa0:", "À\xa0:", "Objet\xa0:", "mercredi 18 novembre 2026 10:01"),
    "en": ("From:", "Sent:", "To:", "Subject:", "Wednesday, November 18, 2026 10:01 AM"),
    "de": ("Von:", "Gesendet:", "An:", "Betreff:", "Mittwoch, 18. November 2026 10:01"),
    "es": ("De:", "Enviado el:", "Para:", "Asunto:", "miércoles, 18 de noviembre de 2026 10:01"),
    "it": ("Da:", "Inviato:", "A:", "Oggetto:", "mercoledì 18 novembre 2026 10:01"),
    "pt": ("De:", "Enviada em:", "Para:", "Assunto:", "quarta-feira, 18 de novembro de 2026 10:01"),
    "nl": ("Van:", "Verzonden:", "Aan:", "Onderwerp:", "woensdag 18 november 2026 10:01"),
}
MAC_WORDS = {
    "fr": ("De : ", "Date : ", "À : ", "Objet : ", "mercredi, 18 novembre 2026 à 10:01"),
    "en": ("From: ", "Date: ", "To: ", "Subject: ", "Wednesday, 18 November 2026 at 10:01"),
    "de": ("Von: ", "Datum: ", "An: ", "Betreff: ", "Mittwoch, 18. November 2026 um 10:01"),
    "nl": ("Van: ", "Datum: ", "Aan: ", "Onderwerp: ", "woensdag 18 november 2026 om 10:01"),
}
MOBILE = {
    "fr": "Télécharger Outlook pour {system}",
    "en": "Get Outlook for {system}",
    "de": "Outlook für {system} herunterladen",
    "es": "Obtener Outlook para {system}",
    "it": "Scarica Outlook per {system}",
    "pt": "Obter o Outlook para {system}",
    "nl": "Outlook voor {system} downloaden",
}


def fields(letter: Letter, words: tuple[str, str, str, str, str]) -> list[tuple[str, str]]:
    of, sent, to, subject, date = words
    person = f"{letter.recipient_name} <{letter.recipient}>"
    return [(of, letter.author), (sent, date), (to, person), (subject, letter.subject)]


def block(letter: Letter, words: tuple[str, str, str, str, str]) -> str:
    return "\n".join(f"{label} {value}" for label, value in fields(letter, words))


def block_in_html(letter: Letter, words: tuple[str, str, str, str, str]) -> str:
    return "<br>\n".join(
        f"<b>{label.replace(chr(160), '&nbsp;')}</b> "
        + value.replace("<", "&lt;").replace(">", "&gt;")
        for label, value in fields(letter, words)
    )


def _own_in_word(own: str) -> str:
    return "\n".join(
        f"<p class=MsoNormal><span style='mso-fareast-language:EN-US'>"
        f"{line.replace('&', '&amp;').replace('<', '&lt;') or '&nbsp;'}<o:p></o:p></span></p>"
        for line in own.split("\n")
    )


def windows(letter: Letter, own: str, language: str) -> bytes:
    """Classic Outlook: HTML by Word."""
    words = WORDS[language]
    html = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-'
        'html40"><head><meta http-equiv=Content-Type content="text/html; charset=utf-8">'
        '<meta name=Generator content="Microsoft Word 15 (filtered medium)"><style><!--\n'
        "p.MsoNormal, li.MsoNormal {margin:0cm;font-size:11.0pt;}\n--></style><!--[if gte mso 9]>"
        '<xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>'
        f"<body lang=FR link=blue vlink=purple><div class=WordSection1>{_own_in_word(own)}"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid "
        "#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><span lang=EN-US>"
        f"{block_in_html(letter, words)}<o:p></o:p></span></p></div></div>"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{without_classes(body_of(letter.html))}"
        "</div></body></html>"
    )
    body = rendered(letter.html, "<{}>", keeps_lines=False).replace("\n", "\n\n")
    spaced = own.replace("\n", "\n\n")
    text = f"{spaced}\n\n \n\n{block(letter, words)}\n\n \n\n{body}\n\n"
    return answer(
        letter,
        alternative(text, html, "----=_NextPart_000_00A1_01DC5896.4C2F0B10"),
        {
            "X-Mailer": "Microsoft Outlook 16.0",
            "Thread-Index": "AQHc5q0yJ2mUq0x5rUqkU0p1h3m1Qg==",
            "Content-Language": language,
        },
    )


def windows_text(letter: Letter, own: str, language: str) -> bytes:
    """Outlook in plain text: a line before the block that names the message."""
    lines = {
        "fr": "-----Message d'origine-----",
        "en": "-----Original Message-----",
        "de": "-----Ursprüngliche Nachricht-----",
        "es": "-----Mensaje original-----",
        "it": "-----Messaggio originale-----",
        "pt": "-----Mensagem original-----",
        "nl": "-----Oorspronkelijk bericht-----",
    }
    quote = f"{lines[language]}\n{block(letter, WORDS[language])}\n\n{letter.text}"
    return answer(
        letter, plain(f"{own}\n\n{quote}", "utf-8", "8bit"), {"X-Mailer": "Microsoft Outlook 16.0"}
    )


def _reply_block(letter: Letter, own_html: str, words: tuple[str, str, str, str, str]) -> str:
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        '<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>'
        f'</head><body dir="ltr">{own_html}<div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"'
        '><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f"{block_in_html(letter, words)}</font><div>&nbsp;</div></div>"
        f"{renamed(body_of(letter.html), 'x_')}</body></html>"
    )


def _with_rule(letter: Letter, own: str, words: tuple[str, str, str, str, str]) -> str:
    body = rendered(letter.html, "<{}>", keeps_lines=False)
    return f"{own}\n{'_' * 32}\n{block(letter, words)}\n\n{body}\n"


def web(letter: Letter, own: str, language: str) -> bytes:
    """Outlook on the web and the new Outlook for Windows."""
    words = WORDS[language]
    own_html = divs(own, attributes='class="elementToProof" style="font-family: Aptos"')
    html = _reply_block(letter, own_html, words)
    text = _with_rule(letter, own, words)
    mark = "_000_PA4PR04MB7840C1AA2D0B5E8A7F0DE0A9C9AA2PA4PR04MB7840eurp_"
    return answer(letter, alternative(text, html, mark), {"x-ms-has-attach": " "})


def mac(letter: Letter, own: str, language: str) -> bytes:
    words = MAC_WORDS[language]
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="FR" link="#0563C1">'
        f'<div class="WordSection1">{_own_in_word(own)}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{block_in_html(letter, words)}<o:p></o:p></p></div>'
        f"{without_classes(body_of(letter.html))}</div></body></html>"
    )
    body = rendered(letter.html, "<{}>", keeps_lines=False)
    text = f"{own}\n\n \n\n{block(letter, words)}\n\n{body}\n"
    return answer(
        letter, alternative(text, html, "B_3850000000_1234"), {"User-Agent": "Microsoft-MacOutlook"}
    )


def _mobile(system: str, letter: Letter, own: str, language: str) -> bytes:
    words, sent = WORDS[language], MOBILE[language].format(system=system)
    own_html = (
        f'<div dir="auto">{divs(own)}</div><div><br></div><div id="ms-outlook-mobile-signature">'
        f'{sent.replace(system, "")}<a href="https://aka.ms/o0ukef">{system}</a></div>'
        if sent.endswith(system)
        else f'<div dir="auto">{divs(own)}</div><div class="ms-outlook-mobile-signature">'
        f'<a href="https://aka.ms/o0ukef">{sent}</a></div>'
    )
    html = _reply_block(letter, own_html, words)
    text = _with_rule(letter, f"{own}\n\n{sent}<https://aka.ms/o0ukef>", words)
    return answer(letter, alternative(text, html, "_000_AM9PR04MB8507mobile_"))


def ios(letter: Letter, own: str, language: str) -> bytes:
    return _mobile("iOS", letter, own, language)


def android(letter: Letter, own: str, language: str) -> bytes:
    return _mobile("Android", letter, own, language)


def windows_mail(letter: Letter, own: str, language: str) -> bytes:
    """Mail of Windows 10: `Provenance`, and no space behind two of its labels."""
    words = (
        "De\xa0: ",
        "Envoyé le\xa0:",
        "À\xa0: ",
        "Objet\xa0:",
        "mercredi 18 novembre 2026 10:01",
    )
    sent = "Provenance\xa0: Courrier pour Windows"
    html = (
        f"<html><body lang=FR><div class=WordSection1>{_own_in_word(own)}<p class=MsoNormal>"
        'Provenance&nbsp;: <a href="https://go.microsoft.com/fwlink/?LinkId=550986">Courrier</a> '
        "pour Windows</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div style='mso-element:para-"
        "border-div;border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
        f"{block_in_html(letter, words)}</p></div>{without_classes(body_of(letter.html))}</div>"
        "</body></html>"
    )
    block_text = "\n".join(f"{label}{value}" for label, value in fields(letter, words))
    text = f"{own}\n\n{sent}\n\n{block_text}\n\n{rendered(letter.html, '<{}>', keeps_lines=False)}"
    return answer(letter, alternative(text, html, "_0D5F1C6E-5B3C-4F5B_"))


PROGRAMS = [
    Program("outlook_windows", windows, tuple(WORDS)),
    Program("outlook_windows_text", windows_text, tuple(WORDS)),
    Program("outlook_web", web, tuple(WORDS)),
    Program("outlook_mac", mac, tuple(MAC_WORDS)),
    Program("outlook_ios", ios, ("fr", "en", "es", "it", "pt")),
    Program("outlook_android", android, ("fr", "de", "nl")),
    Program("windows_mail", windows_mail, ("fr",)),
]

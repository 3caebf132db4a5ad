"""Charsets that are missing, wrong or unknown, and encodings that are damaged."""

import base64

from tests.mails.case import Build, Case
from tests.mails.letter import Letter
from tests.mails.mime import answer, multi, part, plain, raw, rich

FRENCH = "Ça coûte 1 200 € : l’œuvre du maçon n’est pas finie."
LATIN = "Ça coûte cher : à côté, l'été, où ?"


def _text(body: bytes, content_type: str, encoding: str = "8bit") -> Build:
    return lambda letter: answer(letter, part(content_type, body, encoding))


def _said(text: str, charset: str, said: str, encoding: str = "8bit") -> Build:
    return _text(text.encode(charset), f"text/plain; charset={said}", encoding)


DECODED: dict[str, tuple[str, Build]] = {
    "utf-8-unsaid": (FRENCH, _text(FRENCH.encode(), "text/plain")),
    "windows-1252-unsaid": (FRENCH, _text(FRENCH.encode("cp1252"), "text/plain")),
    "no-content-type": (FRENCH, lambda letter: answer(letter, part("", FRENCH.encode(), "8bit"))),
    "latin-1-is-windows-1252": (FRENCH, _said(FRENCH, "cp1252", "iso-8859-1")),
    "latin-1-said-in-qp": (FRENCH, _said(FRENCH, "cp1252", "ISO-8859-1", "quoted-printable")),
    "us-ascii-is-utf-8": (FRENCH, _said(FRENCH, "utf-8", "us-ascii")),
    "us-ascii-is-windows-1252": (LATIN, _said(LATIN, "cp1252", '"US-ASCII"')),
    "ansi-is-utf-8": (FRENCH, _said(FRENCH, "utf-8", "ANSI_X3.4-1968")),
    "utf-8-is-windows-1252": (FRENCH, _said(FRENCH, "cp1252", "utf-8")),
    "utf-8-is-latin-1-qp": (LATIN, _said(LATIN, "latin-1", "UTF-8", "quoted-printable")),
    "unknown": (FRENCH, _said(FRENCH, "utf-8", "x-unknown")),
    "unknown-8bit": (LATIN, _said(LATIN, "cp1252", "unknown-8bit")),
    "user-defined": (FRENCH, _said(FRENCH, "utf-8", "x-user-defined")),
    "default": (FRENCH, _said(FRENCH, "utf-8", "default_charset")),
    "utf8-without-dash": (FRENCH, _said(FRENCH, "utf-8", "utf8")),
    "cp-1252": (FRENCH, _said(FRENCH, "cp1252", "CP-1252")),
    "unicode-1-1": (FRENCH, _said(FRENCH, "utf-8", "unicode-1-1-utf-8")),
    "unbalanced-quote": (FRENCH, _said(FRENCH, "utf-8", '"utf-8')),
    "empty": (FRENCH, _said(FRENCH, "utf-8", '""')),
    "latin-9": (FRENCH.replace("’", "'"), _said(FRENCH.replace("’", "'"), "iso-8859-15", "iso-8859-15")),  # noqa: E501
    "koi8-r": ("Да, в четверг в 8 часов", _said("Да, в четверг в 8 часов", "koi8-r", "koi8-r")),
    "windows-1251": ("Добрый день", _said("Добрый день", "cp1251", "windows-1251")),
    "gb2312-is-gbk": ("星期四八点，朱镕基", _said("星期四八点，朱镕基", "gbk", "gb2312")),
    "big5": ("星期四上午八點", _said("星期四上午八點", "big5", "big5")),
    "iso-2022-jp": ("木曜日の8時", _said("木曜日の8時", "iso2022_jp", "iso-2022-jp", "7bit")),
    "shift-jis": ("木曜日①", _said("木曜日①", "cp932", "shift_jis")),
    "euc-kr": ("목요일 똠", _said("목요일 똠", "cp949", "ks_c_5601-1987")),
    "iso-8859-2": ("Żółty dom, czwartek", _said("Żółty dom, czwartek", "iso8859-2", "iso-8859-2")),
    "windows-1254": ("Perşembe günü", _said("Perşembe günü", "cp1254", "iso-8859-9")),
    "macintosh": (LATIN, _said(LATIN, "mac_roman", "macintosh")),
    "x-mac-roman": (LATIN, _said(LATIN, "mac_roman", "x-mac-roman")),
    "cp850": (LATIN, _said(LATIN, "cp850", "cp850")),
    "ibm437": (LATIN.replace("À", "A"), _said(LATIN.replace("À", "A"), "cp437", "IBM437")),
    "utf-7": (LATIN, _said(LATIN, "utf-7", "utf-7", "7bit")),
    "utf-16": (FRENCH, _said(FRENCH, "utf-16", "utf-16", "base64")),
    "utf-16le": (FRENCH, _said(FRENCH, "utf-16-le", "utf-16le", "base64")),
    "byte-order-mark": (FRENCH, _text(b"\xef\xbb\xbf" + FRENCH.encode(), "text/plain; "
    "charset=utf-8")),
    "decomposed": ("e\u0301te\u0301", _said("e\u0301te\u0301", "utf-8", "utf-8")),
    "one-bad-byte": ("Oui ÿ jeudi à 8 h, c’est noté", _text(
        "Oui # jeudi à 8 h, c’est noté".encode().replace(b"#", b"\xff"),
        "text/plain; charset=utf-8")),
}  # fmt: skip


def html_meta(letter: Letter) -> bytes:
    """The charset stands in the HTML alone."""
    html = f'<html><head><meta charset="windows-1252"></head><body><p>{FRENCH}</p></body></html>'
    return answer(letter, part("text/html", html.encode("cp1252"), "8bit"))


def html_meta_old(letter: Letter) -> bytes:
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head>'
        "<body><p>Добрый день</p></body></html>"
    )
    return answer(letter, part("text/html", html.encode("koi8-r"), "8bit"))


def html_meta_disagrees(letter: Letter) -> bytes:
    """A gateway converted the text to UTF-8 and left the meta element: the header is right."""
    html = f'<html><head><meta charset="iso-8859-1"></head><body><p>{FRENCH}</p></body></html>'
    return answer(letter, part("text/html; charset=utf-8", html.encode(), "8bit"))


def html_entities(letter: Letter) -> bytes:
    html = "<p>&Ccedil;a co&ucirc;te 1&nbsp;200&nbsp;&euro;&nbsp;: l&rsquo;&#339;uvre &#128119;</p>"
    return answer(letter, part("text/html; charset=us-ascii", html.encode(), "7bit"))


def parts_differ(letter: Letter) -> bytes:
    """Two texts of one mail in two charsets."""
    first = part("text/plain; charset=iso-8859-1", LATIN.encode("latin-1"), "8bit")
    second = part("text/plain; charset=utf-8", FRENCH.encode(), "8bit")
    return answer(letter, multi("mixed", first, second))


# --- Transfer encodings ------------------------------------------------------------------------

QP: dict[str, tuple[str, bytes]] = {
    "qp-cut-at-end": ("Oui, jeudi à 8 h", b"Oui, jeudi =C3=A0 8 h="),
    "qp-half-sign": ("Prix = 12 €, voir ?a=b&c=d", b"Prix = 12 =E2=82=AC, voir ?a=b&c=d"),
    "qp-lower-case": ("Été à Nîmes", b"=c3=89t=c3=a9 =c3=a0 N=c3=aemes"),
    "qp-soft-with-spaces": ("Oui, jeudi à huit heures", b"Oui, jeudi =C3=A0 =  \r\nhuit heures"),
    "qp-raw-bytes": ("Été à Nîmes", "Été =C3=A0 Nîmes".encode()),
    "qp-lone-line-feeds": ("Oui\nnon à", b"Oui\nnon =C3=\n=A0"),
}
BASE64: dict[str, tuple[str, bytes]] = {
    "base64-no-padding": ("Oui, jeudi à 8 h", base64.b64encode("Oui, jeudi à 8 h".encode()).rstrip(b"=")),  # noqa: E501
    "base64-one-line": (FRENCH * 3, base64.b64encode((FRENCH * 3).encode())),
    "base64-with-note": ("Oui, jeudi à 8 h.", base64.b64encode("Oui, jeudi à 8 h.".encode()) + b"\r\n\r\n"),  # noqa: E501
    "base64-is-text": ("Oui, jeudi 8 h (pas de base64 ici !)", b"Oui, jeudi 8 h (pas de "
    b"base64 ici !)"),
}  # fmt: skip


def _as_it_is(body: bytes, encoding: str) -> Build:
    head = (
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return lambda letter: answer(letter, head.encode() + body + b"\r\n")


def uuencoded(letter: Letter) -> bytes:
    """A text with a file in uuencode below it, as programs of the nineties write."""
    body = b"Voici le plan.\r\n\r\nbegin 644 plan.txt\r\n%4&QA;@H \r\n`\r\nend\r\n"
    return answer(letter, part("text/plain; charset=us-ascii", body, "7bit"))


def bare_returns(letter: Letter) -> bytes:
    return answer(letter, part("text/plain; charset=utf-8", "Oui\rà jeudi\r".encode(), "8bit"))


def latin_headers(letter: Letter) -> bytes:
    """The sender's name and the subject in raw latin-1."""
    return answer(
        letter, plain("Oui, c'est noté."), subject="Re: x",
        sender=raw("Hélène Müller <camille.morel@exemple.fr>", "latin-1"),
    )  # fmt: skip


def rich_latin(letter: Letter) -> bytes:
    return answer(letter, rich(f"<p>{FRENCH}</p>", "windows-1252"))


CASES = [
    *[Case(f"charset-{key}", "charset", "fr", build, text) for key, (text, build) in DECODED.items()],  # noqa: E501
    Case("charset-html-meta", "charset", "fr", html_meta, FRENCH),
    Case("charset-html-meta-old", "charset", "fr", html_meta_old, "Добрый день"),
    Case("charset-html-meta-disagrees", "charset", "fr", html_meta_disagrees, FRENCH),
    Case("charset-html-entities", "charset", "fr", html_entities, "Ça coûte 1 200 € : l’œuvre 👷"),
    Case("charset-parts-differ", "charset", "fr", parts_differ, f"{LATIN}\n{FRENCH}"),
    Case("charset-html-1252", "charset", "fr", rich_latin, FRENCH),
    *[
        Case(f"encoding-{key}", "encoding", "fr", _as_it_is(body, "quoted-printable"), text)
        for key, (text, body) in QP.items()
    ],
    *[
        Case(f"encoding-{key}", "encoding", "fr", _as_it_is(body, "base64"), text)
        for key, (text, body) in BASE64.items()
    ],
    Case("encoding-8-bit", "encoding", "fr", _as_it_is(FRENCH.encode(), "8-bit"), FRENCH),
    Case("encoding-unknown", "encoding", "fr", _as_it_is(FRENCH.encode(), "x-none"), FRENCH),
    Case("encoding-upper-case", "encoding", "fr", _as_it_is(b"=C3=80 jeudi", "QUOTED-PRINTABLE"),
         "À jeudi"),
    Case("encoding-uuencode", "encoding", "fr", uuencoded, contains=("Voici le plan.",), files=None),  # noqa: E501
    Case("encoding-bare-returns", "encoding", "fr", bare_returns, "Oui\nà jeudi"),
    Case("encoding-latin-1-headers", "encoding", "fr", latin_headers, "Oui, c'est noté."),
]  # fmt: skip

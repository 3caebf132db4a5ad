"""Raw MIME as programs write it, byte by byte: the standard library would repair too much."""

import base64
import email
import email.policy
import hashlib
import quopri
from collections.abc import Mapping
from email.header import Header
from email.message import EmailMessage

from tests.mails.letter import Letter

CRLF = "\r\n"
CAMILLE = "Camille Morel <camille.morel@exemple.fr>"
DATE = "Wed, 18 Nov 2026 14:22:07 +0100"


def part(content_type: str, body: bytes, encoding: str = "", *headers: str) -> bytes:
    """Return a part: its headers, an empty line, the body in its encoding.

    A header may hold raw bytes as surrogates (`raw`).
    """
    head = [f"Content-Type: {content_type}"] if content_type else []
    head += [f"Content-Transfer-Encoding: {encoding}"] if encoding else []
    lines = CRLF.join([*head, *headers, "", ""])
    return lines.encode("utf-8", "surrogateescape") + _encoded(body, encoding)


def raw(text: str, charset: str) -> str:
    """Return a text whose bytes in a header are those of a charset, unencoded."""
    return text.encode(charset).decode("utf-8", "surrogateescape")


def plain(
    text: str, charset: str = "utf-8", encoding: str = "quoted-printable", *, more: str = ""
) -> bytes:
    return part(f'text/plain; charset="{charset}"{more}', _bytes(text, charset), encoding)


def rich(html: str, charset: str = "utf-8", encoding: str = "quoted-printable") -> bytes:
    return part(f'text/html; charset="{charset}"', _bytes(html, charset), encoding)


def picture(
    content: bytes, *, name: str = "", cid: str = "", disposition: str = "inline",
    kind: str = "image/jpeg",
) -> bytes:  # fmt: skip
    return file(content, kind, name=name, cid=cid, disposition=disposition)


def file(
    content: bytes, kind: str, *, name: str = "", cid: str = "", disposition: str = "attachment"
) -> bytes:
    headers = [disposition and f"Content-Disposition: {disposition}"]
    if disposition and name:
        headers[0] += f'; filename="{name}"'
    if cid:
        headers.append(f"Content-ID: <{cid}>")
    return part(
        f'{kind}; name="{name}"' if name else kind, content, "base64", *filter(None, headers)
    )


def multi(kind: str, *parts: bytes, boundary: str = "", more: str = "") -> bytes:
    """Return a multipart. Its boundary is made from its content unless one is given."""
    mark = boundary or "=_" + hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()[:24]
    lines = b"".join(b"--" + mark.encode() + b"\r\n" + each + b"\r\n" for each in parts)
    head = f'Content-Type: multipart/{kind}{more};{CRLF} boundary="{mark}"{CRLF}{CRLF}'
    return head.encode() + lines + f"--{mark}--{CRLF}".encode()


def alternative(text: str, html: str, boundary: str = "", charset: str = "utf-8") -> bytes:
    return multi("alternative", plain(text, charset), rich(html, charset), boundary=boundary)


def mail(headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    return CRLF.join([*lines, ""]).encode("utf-8", "surrogateescape") + body


def answer(
    letter: Letter, body: bytes, program: Mapping[str, str] | None = None, *,
    subject: str = "", sender: str = CAMILLE, is_reply: bool = True,
) -> bytes:  # fmt: skip
    """Return a mail to the reply address of a letter, with the headers of a program."""
    digest = hashlib.sha256(body + repr(program).encode()).hexdigest()
    return mail(
        {
            "Return-Path": "<camille.morel@exemple.fr>",
            "Received": "from mx.exemple.fr (mx.exemple.fr [192.0.2.17]) by mx.liaison.example;"
            " Wed, 18 Nov 2026 14:22:09 +0100",
            "From": sender,
            "To": f"Liaison <{letter.reply_to}>",
            "Subject": encoded(subject or f"Re: {letter.subject}"),
            "Date": DATE,
            "Message-ID": f"<{digest[:32]}@mx.exemple.fr>",
            "In-Reply-To": letter.message_id if is_reply else "",
            "References": letter.message_id if is_reply else "",
            "MIME-Version": "1.0",
            **(program or {}),
        },
        body,
    )


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)


def encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8").encode(linesep=CRLF)


def _bytes(text: str, charset: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", CRLF).encode(charset)


def _encoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(body).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return body

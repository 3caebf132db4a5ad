"""Undo the transfer encoding of a part, however damaged (RFC 2045, section 6)."""

import binascii
import re

NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
BLOCK = re.compile(rb"([A-Za-z0-9+/]+)(=*)")
# A text that is only called base64 has spaces between its words; a damaged part has few strays.
MOST_STRAYS = 0.05
UU_LINE = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} .*$", re.MULTILINE)
LINE_END = re.compile(rb"\r\n|\r|\n")


def decoded(body: bytes, encoding: str) -> bytes:
    """Return the bytes of a part. `encoding` is what its header says."""
    name = encoding.split(";")[0].split("(")[0].strip().strip("\"'").lower()
    if name in ("base64", "base-64", "b64", "b"):
        return _base64(body)
    if name in ("quoted-printable", "quotedprintable", "quoted_printable", "qp", "q"):
        return quoted_printable(body)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(body)
    return body


def quoted_printable(body: bytes) -> bytes:
    """Read quoted-printable; an escape that is none stays as it is."""
    unix = LINE_END.sub(b"\n", body)
    return re.sub(rb"=([0-9A-Fa-f]{2})|=[ \t]*(?:\n|\Z)", _unescaped, unix)


def base64(text: bytes) -> bytes:
    """Read base64. Strays are skipped, a cut end loses at most two bytes."""
    clean = NOT_BASE64.sub(b"", text)
    # Two encoded pieces may follow each other, each with its padding.
    return b"".join(_block(found[1]) for found in BLOCK.finditer(clean))


def _base64(body: bytes) -> bytes:
    packed = b"".join(line.strip() for line in LINE_END.split(body))
    strays = len(NOT_BASE64.findall(packed))
    return body if strays > MOST_STRAYS * len(packed) + 2 else base64(packed)


def _block(letters: bytes) -> bytes:
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else b""


def _uuencoded(body: bytes) -> bytes:
    head = UU_LINE.search(body)
    lines = LINE_END.split(body[head.end() :] if head else body)
    return uuencoded_lines(lines)


def uuencoded_lines(lines: list[bytes]) -> bytes:
    """Read the lines between "begin" and "end". A damaged line is read as far as it fits."""
    content = []
    for line in lines:
        if line.strip() in (b"end", b"`"):
            break
        # A person may write "begin 644 …" and "end" with nothing between them.
        content.append(_uu_line(line) if line.strip() else b"")
    return b"".join(content)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Written by an encoder that pads wrongly: read only as much as the first sign says.
        signs = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:signs])
        except binascii.Error:
            return b""

"""Take out what would let a reader act for somebody else: reply addresses, keys in links of ours.

Mail programs write them in many ways: percent-encoded, wrapped, inside a link of a filter that
checks links. They are looked for in a text without line ends and quote marks.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings

from notifications.outbound_email import reply_address

MASK = "…"
# What may stand inside a token that was wrapped: line ends with quote marks, and what
# quoted-printable and HTML leave there.
BREAK = re.compile(
    "(?:=?\r?\n[ \t\xa0>]*|[\u00ad\u200b-\u200d\u2060\ufeff]|<wbr ?/?>)+", re.IGNORECASE
)
# "+" and ":" as they are, percent-encoded once or more, and as Proofpoint and quoted-printable
# write them ("-2B", "=2B").
_PLUS = r"(?:\+|[%=-](?:25)*2b|&#43;|&plus;)"
_COLON = r"(?::|[%=-](?:25)*3a|&#58;|&colon;)"
REPLY = re.compile(rf"reply{_PLUS}([a-z2-7]{{{reply_address.TOKEN_LENGTH}}})", re.IGNORECASE)
# The end of a signed token (`django.core.signing`): when, in base 62, and 43 signs of base64.
SIGNED = re.compile(
    rf"{_COLON}[0-9a-z]{{6}}{_COLON}(?:-2d|-5f|[\w-]){{43}}", re.IGNORECASE | re.ASCII
)
# What stands before it in base64, compressed or not.
SIGNED_BODY = re.compile(r"[\w.-]{1,400}\Z", re.ASCII)
LONGEST_BODY = 400
LINK = re.compile(r"https?://[^\s<>\"']{1,4000}", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9_/+-]{24,4000}")
# The parts of a link to the store of files that let anybody open it.
STORE_KEY = re.compile(r"X-Amz-(?:Signature|Security-Token)=([^\s&#<>\"]{8,})", re.IGNORECASE)


def masked(text: str) -> str:
    """Return a text without the tokens of our letters, and otherwise as it was."""
    text = LINK.sub(_checked_link, text)
    squeezed = BREAK.sub("", text)
    spans = _merged(sorted(_spans(squeezed)))
    return _without(text, spans) if spans else text


def is_ours(text: str) -> bool:
    """Tell whether a text holds a token of a letter of ours."""
    return next(_spans(text), None) is not None


def is_from_us(sender: str) -> bool:
    """Tell whether the sender that a quote names is Liaison."""
    plain = sender.lower()
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    is_address = bool(address) and re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", plain)
    return bool(is_address) or "(liaison)" in plain or REPLY.search(plain) is not None


def _spans(squeezed: str) -> Iterator[tuple[int, int]]:
    """Yield where tokens stand in a text whose line ends were taken out."""
    for found in REPLY.finditer(squeezed):
        yield found.span(1)
    for found in SIGNED.finditer(squeezed):
        before = squeezed[max(0, found.start() - LONGEST_BODY) : found.start()]
        body = SIGNED_BODY.search(before)
        yield found.start() - (len(body[0]) if body else 0), found.end()
    for found in STORE_KEY.finditer(squeezed):
        yield found.span(1)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Replace spans of the squeezed text where they stand in the text itself."""
    edges = _in_text(text, [edge for start, end in spans for edge in (start, end - 1)])
    kept, last = [], 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept += [text[last:start], MASK]
        last = end + 1
    return "".join([*kept, text[last:]])


def _in_text(text: str, squeezed_positions: list[int]) -> list[int]:
    """Return where signs of the squeezed text stand in the text. The positions are sorted."""
    found: list[int] = []
    removed = 0
    breaks = BREAK.finditer(text)
    gap = next(breaks, None)
    for position in squeezed_positions:
        while gap is not None and gap.start() - removed <= position:
            removed += gap.end() - gap.start()
            gap = next(breaks, None)
        found.append(position + removed)
    return found


def _checked_link(found: re.Match[str]) -> str:
    """Mask a link of somebody else that leads to us: a filter wrote it, around a link of ours."""
    link = found[0]
    ours = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not ours or _host_of(link) == ours:
        return link
    return MASK if _names(link, ours) else link


def _host_of(link: str) -> str:
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def _names(link: str, host: str) -> bool:
    plain = unquote(unquote(unquote(link))).lower()
    if re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-]*\w)", plain):
        return True
    return any(host.encode() in _decoded(part[0]) for part in BASE64.finditer(link))


def _decoded(part: str) -> bytes:
    """Return what a part of a link hides in base64, as Sophos and others write it."""
    for cut in range(4):
        text = part[: len(part) - cut] if cut else part
        try:
            padded = text + "=" * (-len(text) % 4)
            return base64.urlsafe_b64decode(padded.replace("/", "_").replace("+", "-")).lower()
        except (binascii.Error, ValueError):
            continue
    return b""

"""Read one part that is text: plain, HTML or enriched."""

import hashlib
import re
from dataclasses import dataclass, field

from notifications.inbound_email.reading import html_text, plain_text
from notifications.inbound_email.reading.charset import decode
from notifications.inbound_email.reading.content import File
from notifications.inbound_email.reading.html_text import Picture
from notifications.inbound_email.reading.mime import Part
from notifications.inbound_email.reading.transfer import base64

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
TEXT_TYPES = HTML_TYPES | {
    "text/plain",
    "text/enriched",
    "text/richtext",
    "text/markdown",
    "text/x-markdown",
}
# The same text for programs that are none of ours.
IGNORED = frozenset({"text/x-amp-html", "text/watch-html"})
# How Exchange names the texts between and after the pictures of an email.
TEXT_OF_EXCHANGE = re.compile(r"ATT\d{3,}\.(?:txt|html?|c)", re.IGNORECASE)
META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
PICTURE_IN_PLACE = re.compile(
    r"(\bsrc\s*=\s*[\"']?\s*)data:(image/[\w.+-]{1,40})(?:;[\w=.-]{1,60})?;base64,"
    r"([A-Za-z0-9+/=\s]{20,})",
    re.IGNORECASE,
)
IN_STYLE = re.compile(r"url\(\s*[\"']?data:[^)]*\)", re.IGNORECASE)
PAGE = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
ANY_TAG = re.compile(r"<[/!]?[A-Za-z][^<>]*>|&(?:[a-z]+|#\d+);", re.IGNORECASE)


@dataclass(frozen=True)
class TextPart:
    text: str
    files: list[File] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    is_html: bool = False
    is_encrypted: bool = False
    is_cut: bool = False


def is_text(part: Part, *, is_first: bool) -> bool:
    """Tell whether a part is text of the email, and no file. `is_first`: no text is before it."""
    if part.content_type not in TEXT_TYPES:
        return False
    if not part.file_name or TEXT_OF_EXCHANGE.fullmatch(part.file_name):
        return part.disposition != "attachment" or bool(part.file_name)
    # Some programs name the text itself, without saying that it is a file.
    return is_first and part.disposition == ""


def decoded(part: Part) -> str:
    content = part.content
    charset = part.charset
    if not charset and part.content_type in HTML_TYPES:
        found = META_CHARSET.search(content[:4_000])
        charset = found[1].decode("ascii") if found else ""
    return decode(content, charset)


def read(part: Part, kind: str) -> TextPart:
    """Return the text of a part, and what stood in it."""
    text = decoded(part)
    # Some programs call a page plain, or a plain text a page.
    is_html = kind in HTML_TYPES and ANY_TAG.search(text) is not None
    if is_html or (kind == "text/plain" and PAGE.match(text)):
        return _read_html(text)
    if kind == "text/enriched":
        return TextPart(plain_text.enriched(text))
    if kind == "text/richtext":
        return TextPart(plain_text.richtext(text))
    return _read_plain(part, text)


def _read_plain(part: Part, text: str) -> TextPart:
    is_flowed = part.parameters.get("format", "").lower() == "flowed"
    deletes_space = part.parameters.get("delsp", "").lower() == "yes"
    plain = plain_text.read(text, is_flowed=is_flowed, deletes_space=deletes_space)
    files = [File(name, content) for name, content in plain.files]
    return TextPart(plain.text, files, is_encrypted=plain.is_encrypted)


def _read_html(text: str) -> TextPart:
    files: list[File] = []

    def taken(found: re.Match[str]) -> str:
        content = base64(found[3].encode())
        # `Walk` finds the place of a file by this name.
        key = f"data:{hashlib.sha256(content).hexdigest()}"
        files.append(File("", content, found[2].lower(), location=key, is_inline=True))
        return found[1] + key

    # Before the page is read: a picture may be longer than all that is read of a page.
    page = IN_STYLE.sub("url()", PICTURE_IN_PLACE.sub(taken, text))
    read = html_text.text_of(page)
    return TextPart(
        read.text, files, read.pictures, read.addresses, is_html=True, is_cut=read.is_cut
    )

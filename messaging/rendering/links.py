"""Split a text into plain text and links, as static/messaging/components/linkify.js does.

Only `http`, `https`, `mailto` and `tel` are possible, and all that is written is escaped.
"""

from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

import regex
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from messaging.rendering.phone_numbers import phone_numbers

# In seconds: a person may write texts on which an expression is slow. 10,000 characters made for it
# took 0.2 s, a page of usual messages takes 2 ms (measured).
TIMEOUT = 0.05
PAGE_SECONDS = 0.2

# An address ends at a space, a quotation mark, an emoji, or a sign that nobody sees.
_IN_URL = (
    r"(?![,;|]https?:\/\/)[^\s<>\"«»“”\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE0E\uFE0F"
    r"\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]"
)
_NAME = r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?"
_LINK = regex.compile(
    rf"(?P<url>https?:\/\/(?=[\p{{L}}\p{{N}}\[])(?:{_IN_URL})+"
    rf"|(?<![\p{{L}}\p{{N}}_.@\/-])www\.(?:{_IN_URL})+?\.(?:{_IN_URL})+)"
    # An apostrophe belongs to a name (o'neil@…), the typographic one to the sentence.
    r"|(?P<mail>(?<![\p{L}\p{N}._%+-]|[\p{L}\p{N}]')[\p{L}\p{N}_]"
    r"(?:[\p{L}\p{M}\p{N}.!#$%&'*+=^~_-]*[\p{L}\p{M}\p{N}_+&*=~-])?"
    rf"@(?:{_NAME}\.)+(?:xn--[A-Za-z0-9_-]+|\p{{L}}{{2,}}))",
    regex.IGNORECASE,
)
# Punctuation at the end is not part of a link. A closing bracket is, if the link also opens one.
_TRAILING = ".,;:!?…'’*|`。、，；：！？"
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（"}
_IN_MAILTO = {"%": "%25", "?": "%3F", "#": "%23", "&": "%26"}

Piece = tuple[str, str]


@lru_cache(maxsize=2048)
def linkify(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text, each with its address, which is empty for plain text."""
    try:
        links = sorted([*_addresses(text), *phone_numbers(text, timeout=TIMEOUT)])
    except TimeoutError:
        return ((text, ""),)
    pieces: list[Piece] = []
    end = 0
    for start, found, href in links:
        if start < end:
            continue
        if start > end:
            pieces.append((text[end:start], ""))
        pieces.append((found, href))
        end = start + len(found)
    return (*pieces, *([(text[end:], "")] if end < len(text) else []))


@dataclass
class LinkedTexts:
    """Writes the texts of a page with their links, for at most `seconds` of searching.

    The texts after that are written without: the elements show their links.
    """

    seconds: float = PAGE_SECONDS

    def __call__(self, text: str) -> SafeString:
        if self.seconds <= 0:
            return escape(text)
        started = perf_counter()
        pieces = linkify(text)
        self.seconds -= perf_counter() - started
        return mark_safe("".join(_html(*piece) for piece in pieces))  # noqa: S308  # each escaped


def _html(text: str, href: str) -> str:
    if not href:
        return escape(text)
    target = "_blank" if href.lower().startswith("http") else "_self"
    return format_html(
        '<a href="{}" target="{}" rel="noopener noreferrer">{}</a>', href, target, text
    )


def _addresses(text: str) -> list[tuple[int, str, str]]:
    found = []
    for match in _LINK.finditer(text, timeout=TIMEOUT):
        shown = match[0] if match["mail"] else _trimmed(match[0])
        found.append((match.start(), shown, _mailto(shown) if match["mail"] else _url(shown)))
    return found


def _trimmed(found: str) -> str:
    unopened = {
        close: found.count(close) - found.count(opening) for close, opening in _BRACKETS.items()
    }
    end = len(found)
    while end > 0:
        last = found[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return found[:end]


def _url(found: str) -> str:
    return f"https://{found}" if found.lower().startswith("www.") else found


def _mailto(found: str) -> str:
    """Return the address of a letter. Signs that would begin its subject or text are escaped."""
    return "mailto:" + "".join(_IN_MAILTO.get(sign, sign) for sign in found)

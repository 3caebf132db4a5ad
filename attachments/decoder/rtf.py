"""RTF: a text without objects is taken; one with objects, DDE or a template from elsewhere not.

Control words that act are searched (RTF 1.9.1). A word that stands in the text is escaped.
"""

import re
from collections.abc import Iterator
from typing import IO

from attachments.decoder import field_codes, office_links
from attachments.decoder.extracted import write_contents
from attachments.decoder.protocol import DecodeRequest, Refused, Report

TEXT_MAX = 20_000
# A word after an odd number of backslashes: `\\\\object` is a backslash and a text.
_WORD = re.compile(
    rb"(?<!\\)(?:\\\\)*\\(object|objdata|objautlink|objlink|objupdate|objemb|objocx|objhtml|objsub"
    rb"|objpub|objicemb|fldinst|template)(?![a-z])",
    re.I,
)
_TOKEN = re.compile(rb"\\(?:([a-zA-Z]{1,40})(-?\d{1,10})?[ ]?|'([0-9a-fA-F]{2})|(.))|([{}])", re.S)


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Judge a text, and write it out."""
    write_contents(request, judged(file.read()))
    return Report()


def judged(content: bytes) -> Iterator[bytes]:
    """Judge a text; yield it for the rules."""
    for found in _WORD.finditer(content):
        word = found[1].lower()
        if word == b"fldinst":
            field_codes.judge(_Group(content, found.end()).text())
        elif word == b"template":
            office_links.require_local(_Group(content, found.end()).text(), "template")
        else:
            raise Refused("active", f"RTF: {word.decode()}")
    yield content


class _Group:
    """Reads the text of a group, whatever formats stand in it."""

    def __init__(self, content: bytes, start: int) -> None:
        self.content = content
        self.at = start
        self.depth = 1
        self.letters: list[str] = []
        # How many signs stand after `\\u` for readers without Unicode, and how many of them follow.
        self.fallback = 1
        self.to_skip = 0

    def text(self) -> str:
        while self.depth and len(self.letters) < TEXT_MAX:
            found = _TOKEN.search(self.content, self.at)
            if found is None:
                break
            self._say(self.content[self.at : found.start()])
            self.at = found.end() + self._take(found)
        return "".join(self.letters)

    def _take(self, found: re.Match[bytes]) -> int:
        """Take one token; return how many bytes after it are no text."""
        word, number, code, sign, brace = found.groups()
        if brace:
            self.depth += 1 if brace == b"{" else -1
        elif word:
            return self._word(word.lower(), int(number or 0))
        elif code:
            self._add(bytes([int(code, 16)]).decode("cp1252", "replace"))
        elif sign in (b"\\", b"{", b"}"):
            self._add(sign.decode())
        elif sign == b"~":
            self._add(" ")
        return 0

    def _word(self, word: bytes, number: int) -> int:
        if word == b"u":
            self.to_skip = 0
            self._add(chr(number % 65536))
            self.to_skip = self.fallback
        elif word == b"uc":
            self.fallback = max(0, min(number, 10))
        return number if word == b"bin" and number > 0 else 0

    def _say(self, text: bytes) -> None:
        if text:
            self._add(text.decode("cp1252", "replace").replace("\r", "").replace("\n", ""))

    def _add(self, text: str) -> None:
        skipped = min(self.to_skip, len(text))
        self.to_skip -= skipped
        self.letters.append(text[skipped:])

"""RTF: a text without objects is taken; one with objects, DDE or a template from elsewhere not.

The control words are read one by one (RTF 1.9.1), so that words in the text, escaped, are text.
"""

import re
from collections.abc import Iterator

from attachments.decoder import field_codes, office_links
from attachments.decoder.office_parts import Part
from attachments.decoder.protocol import Refused

DEPTH_MAX = 1000
OBJECTS = frozenset(
    (b"object", b"objdata", b"objautlink", b"objlink", b"objupdate", b"objemb", b"objocx",
     b"objhtml", b"objsub", b"objpub", b"objicemb")
)  # fmt: skip
_TOKEN = re.compile(rb"\\(?:([a-zA-Z]{1,40})(-?\d{1,10})?[ ]?|'([0-9a-fA-F]{2})|(.))|([{}])", re.S)
READ = {b"fldinst": "field", b"template": "template"}


def judged(content: bytes) -> Iterator[bytes | Part]:
    """Judge a text; yield it for the rules."""
    _Reader(content).read()
    yield content


class _Reader:
    """Follows the groups, and collects the texts of those that hold a field or a template."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        # What each open group is read for, and the text that it has so far.
        self.groups: list[tuple[str, list[str]]] = [("", [])]
        # How many signs stand after `\\u` for readers without Unicode, and how many of them follow.
        self.fallback = 1
        self.to_skip = 0

    def read(self) -> None:
        at = 0
        while found := _TOKEN.search(self.content, at):
            self._say(self.content[at : found.start()])
            at = found.end() + self._skipped(found)
        while len(self.groups) > 1:
            self._close()

    def _skipped(self, found: re.Match[bytes]) -> int:
        """Take one token; return how many bytes after it are no text."""
        word, number, code, sign, brace = found.groups()
        if brace == b"{":
            self._open()
        elif brace:
            self._close()
        elif word:
            return self._take(word.lower(), int(number or 0))
        elif code:
            self._add(bytes([int(code, 16)]).decode("cp1252", "replace"))
        elif sign in (b"\\", b"{", b"}"):
            self._add(sign.decode())
        elif sign == b"~":
            self._add(" ")
        return 0

    def _take(self, word: bytes, number: int) -> int:
        if word in OBJECTS:
            raise Refused("active", f"RTF: {word.decode()}")
        if word in READ:
            self.groups[-1] = (READ[word], [])
        elif word == b"u":
            self.to_skip = 0
            self._add(chr(number % 65536))
            self.to_skip = self.fallback
        elif word == b"uc":
            self.fallback = max(0, min(number, 10))
        elif word == b"bin" and number > 0:
            return number
        return 0

    def _open(self) -> None:
        if len(self.groups) > DEPTH_MAX:
            raise Refused("too_complex", "groups of RTF")
        # A group inside an instruction adds to it; formats stand in groups of their own.
        self.groups.append(self.groups[-1] if self.groups[-1][0] else ("", []))

    def _close(self) -> None:
        if len(self.groups) == 1:
            return
        closed = self.groups.pop()
        if closed[0] and closed is not self.groups[-1]:
            _judge(*closed)

    def _say(self, text: bytes) -> None:
        if self.groups[-1][0]:
            self._add(text.decode("cp1252", "replace").replace("\r", "").replace("\n", ""))

    def _add(self, text: str) -> None:
        skipped = min(self.to_skip, len(text))
        self.to_skip -= skipped
        if self.groups[-1][0]:
            self.groups[-1][1].append(text[skipped:])


def _judge(kind: str, texts: list[str]) -> None:
    text = "".join(texts)
    if kind == "field":
        field_codes.judge(text)
    else:
        office_links.require_local(text, "template")

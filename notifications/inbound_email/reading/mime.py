"""Split an email into its parts (RFC 2046), in bounded time whatever it is made of.

Python's parser compares each line with every open boundary and calls itself for each level: a
thousand levels end it, and large emails of a hundred levels take minutes.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from notifications.inbound_email.reading.headers import parameters, text_of
from notifications.inbound_email.reading.transfer import decoded

LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
HEADER = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
ANY_DELIMITER = re.compile(rb"^--([^\r\n \t]{1,200})[ \t]*$", re.MULTILINE)
END_OF_DELIMITER = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")
MAX_LEVELS = 30
MAX_PARTS = 1_000
MAX_HEADER_BYTES = 256 * 1024


@dataclass
class Part:
    """A part of an email: an email has the same shape. `parts` are those of a multipart."""

    fields: list[tuple[str, bytes]]
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    # What a part is that does not say so: inside a digest, an email.
    default_type: str = "text/plain"

    def raw(self, name: str) -> bytes:
        return next((value for key, value in self.fields if key == name), b"")

    def header(self, name: str) -> str:
        """Return a header as text, by its name in lower case; empty if there is none."""
        return text_of(self.raw(name))

    @cached_property
    def content_type(self) -> str:
        said = self.header("content-type").partition(";")[0].strip().strip("\"'").lower()
        if re.fullmatch(r"[\w.+-]+/[\w.+-]+", said):
            return said
        # "text" alone is what the first mail programs wrote.
        return "text/plain" if said in ("text", "plain") else self.default_type

    @cached_property
    def parameters(self) -> dict[str, str]:
        return parameters(self.raw("content-type"))

    @cached_property
    def disposition(self) -> str:
        return self.header("content-disposition").partition(";")[0].strip().strip("\"'").lower()

    @cached_property
    def file_name(self) -> str:
        return (
            parameters(self.raw("content-disposition")).get("filename", "")
            or self.parameters.get("name", "")
            or parameters(self.raw("content-disposition")).get("name", "")
        )

    @cached_property
    def content_id(self) -> str:
        return self.header("content-id").strip().strip("<>").strip()

    @cached_property
    def content(self) -> bytes:
        """The bytes of the part, without its transfer encoding."""
        return decoded(self.body, self.header("content-transfer-encoding"))

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")


class Delimiter(NamedTuple):
    """A line between two parts, with the line end before it. The last one ends the multipart."""

    start: int
    end: int
    is_last: bool


@dataclass
class Limits:
    """Count the parts of one email, over all that is inside it. What is too much is said."""

    parts_left: int = MAX_PARTS
    has_too_many_parts: bool = False
    is_too_deep: bool = False


def parsed(raw: bytes, limits: Limits, *, level: int = 0, default_type: str = "text/plain") -> Part:
    """Split an email, or a part, into its parts. Raises nothing, however malformed it is."""
    fields, body = _split(raw)
    part = Part(fields, body, default_type=default_type)
    if part.content_type.startswith("multipart/"):
        _split_parts(part, limits, level)
    return part


def _split_parts(part: Part, limits: Limits, level: int) -> None:
    if level >= MAX_LEVELS:
        limits.is_too_deep = True
        return
    inner = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    body = decoded(part.body, _encoding_of_multipart(part))
    for piece in _pieces(body, part.parameters.get("boundary", "")):
        if limits.parts_left <= 0:
            limits.has_too_many_parts = True
            return
        limits.parts_left -= 1
        part.parts.append(parsed(piece, limits, level=level + 1, default_type=inner))


def _encoding_of_multipart(part: Part) -> str:
    """Return an encoding that a multipart may not have (RFC 2045, 6.4) and some programs give."""
    said = part.header("content-transfer-encoding")
    has_boundary = part.parameters.get("boundary", "\0").encode() in part.body
    return "" if has_boundary else said


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """Return what stands between the delimiters; all after the last one if the end is missing."""
    delimiter = boundary.encode("utf-8", "surrogatepass") or _guessed(body)
    if not delimiter:
        return []
    found = _delimiters(body, delimiter)
    if not found and (guess := _guessed(body)):
        found = _delimiters(body, guess)
    pieces = []
    for number, each in enumerate(found):
        if each.is_last:
            break
        end = found[number + 1].start if number + 1 < len(found) else len(body)
        pieces.append(body[each.end : end])
    return pieces


def _delimiters(body: bytes, boundary: bytes) -> list[Delimiter]:
    # `find`, since a pattern that begins with a line end takes seconds for a level of 25 MB.
    line = b"--" + boundary.rstrip()
    found: list[Delimiter] = []
    start = body.find(line)
    while start >= 0:
        after = start + len(line)
        end = END_OF_DELIMITER.match(body, after)
        if end and (start == 0 or body[start - 1 : start] in (b"\r", b"\n")):
            found.append(Delimiter(_line_end_before(body, start), end.end(), is_last=bool(end[1])))
        start = body.find(line, after)
    return found


def _line_end_before(body: bytes, start: int) -> int:
    """Return where the line end before a delimiter begins: it belongs to it (RFC 2046, 5.1.1)."""
    if body[start - 2 : start] == b"\r\n":
        return start - 2
    return max(start - 1, 0)


def _guessed(body: bytes) -> bytes:
    """Return the boundary of a multipart that does not say it, or says another."""
    found = ANY_DELIMITER.search(body.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return found[1] if found and not found[1].startswith(b"-") else b""


def _split(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return the fields and the body. The body begins after an empty line, or where no field is."""
    fields: list[tuple[str, list[bytes]]] = []
    position, end = 0, min(len(raw), MAX_HEADER_BYTES)
    while position < end:
        found = LINE.match(raw, position)
        assert found
        line = found[0].rstrip(b"\r\n")
        is_first, position = position == 0, found.end()
        if not line:
            break
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif header := HEADER.fullmatch(line):
            fields.append((header[1].decode("ascii").lower(), [header[2]]))
        elif not (is_first and line.startswith((b"From ", b">From "))):
            # A body without an empty line before it.
            position = found.start()
            break
    return [(name, b"\n".join(lines)) for name, lines in fields], raw[position:]

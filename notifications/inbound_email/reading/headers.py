"""Read the headers of an email and of its parts, as programs write them and not only as they may.

Raw UTF-8 or windows-1252, encoded words inside quotes or cut inside a letter (RFC 2047), and
parameters in pieces (RFC 2231).
"""

import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import unquote_to_bytes

from notifications.inbound_email.reading.charset import decode
from notifications.inbound_email.reading.transfer import base64, quoted_printable

WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]*")
BETWEEN = re.compile(r"^\s*$")
# A name, with the piece and the star of RFC 2231, then a value in quotes or up to a semicolon.
PARAMETER = re.compile(
    r";\s*([^\s=;*\"]+)(?:\*(\d{1,4}))?(\*)?\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]*))", re.DOTALL
)


def text_of(value: bytes) -> str:
    """Return a header as text on one line."""
    return with_words(unfolded(value)).strip()


def unfolded(value: bytes) -> str:
    return FOLD.sub(" ", decode(value)).replace("\x00", "")


def with_words(value: str) -> str:
    """Return a value with its encoded words read. Neighbours of one charset are read together."""
    if "=?" not in value:
        return value
    pieces = list(_pieces(value))
    return "".join(
        decode(b"".join(content for _, content in group), charset)
        if charset is not None
        else "".join(content.decode("utf-8", "surrogatepass") for _, content in group)
        for charset, group in groupby(pieces, key=lambda piece: piece[0])
    )


def _pieces(value: str) -> Iterator[tuple[str | None, bytes]]:
    """Yield (charset, bytes) of each encoded word, (None, bytes) of what is between them."""
    end, was_word = 0, False
    for found in WORD.finditer(value):
        between = value[end : found.start()]
        # White space between two words belongs to neither (RFC 2047, section 6.2).
        if between and not (was_word and BETWEEN.match(between)):
            yield None, between.encode("utf-8", "surrogatepass")
        yield found[1].partition("*")[0].lower(), _word(found[2], found[3])
        end, was_word = found.end(), True
    if value[end:]:
        yield None, value[end:].encode("utf-8", "surrogatepass")


def _word(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    if encoding in "Bb":
        return base64(raw)
    return quoted_printable(raw.replace(b"_", b" "))


def parameters(value: bytes) -> dict[str, str]:
    """Return the parameters of a header such as Content-Type, by their names in lower case."""
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for each in PARAMETER.finditer(";" + unfolded(value).partition(";")[2]):
        name, piece, star, quoted, bare = each.groups()
        text = re.sub(r"\\([\"\\])", r"\1", quoted) if quoted is not None else bare.strip()
        found.setdefault(name.lower(), []).append((int(piece or 0), bool(star), text))
    return {name: _joined(pieces) for name, pieces in found.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    ordered = sorted(pieces, key=lambda piece: piece[0])
    if not any(is_encoded for _, is_encoded, _ in ordered):
        # The same parameter twice is no parameter in pieces.
        is_twice = len({number for number, _, _ in ordered}) < len(ordered)
        texts = [text for _, _, text in ordered[: 1 if is_twice else None]]
        return with_words("".join(texts)).strip()
    encoded = [piece for piece in ordered if piece[1]] if ordered[0][0] == 0 else ordered
    # "filename*" is better than a "filename" beside it.
    used = encoded if len(ordered) > 1 and _has_plain_twin(ordered) else ordered
    charset, content = "", b""
    for position, (_, is_encoded, text) in enumerate(used):
        if is_encoded and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "surrogatepass")
    return decode(content, charset).strip()


def _has_plain_twin(pieces: list[tuple[int, bool, str]]) -> bool:
    zeros = [is_encoded for number, is_encoded, _ in pieces if number == 0]
    return len(zeros) > 1 and not all(zeros)

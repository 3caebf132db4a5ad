"""Texts: decoded from whatever encoding they are in, and written out in UTF-8 for the rules."""

import re
from typing import IO

from attachments.decoder import csv_formulas
from attachments.decoder.extracted import write_contents
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# A text has tab, line ends, form feed, backspace, bell and escape (logs of terminals), and hardly
# any other control character. Random bytes have 10 % of them: 26 of 256.
CONTROLS = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
CONTROLS_MAX_SHARE = 0.01
# A log that a crash left with blocks of zeros, or the codes of an old printer.
CONTROLS_MAX_SHARE_OF_A_DAMAGED_TEXT = 0.05
# Zeros that fill a block of a disk; the end-of-file sign of DOS and CP/M.
PADDING = "\0\x1a"

# UTF-32 before UTF-16, since its mark begins like that of UTF-16.
MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
PROBE_BYTES = 4096
# In a text of Latin letters, of the bytes that are high in UTF-16; and of the low ones at most.
HIGH_ZEROS_MIN, LOW_ZEROS_MAX = 0.5, 0.02
LONGEST = 4  # bytes of one character, in each encoding of Unicode


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm a text, and write it out in UTF-8."""
    text = damaged_text_of(file.read())
    if text is None:
        raise Refused("unreadable", "not a text")
    if request.format in ("csv", "tsv"):
        csv_formulas.require_harmless(text)
    write_contents(request, [text.encode(errors="replace")])
    return Report()


def text_of(content: bytes, *, is_cut: bool = False) -> str | None:
    """Return the text that bytes hold, or None. `is_cut`: they are the beginning of a file."""
    text = _decoded(content, is_cut=is_cut).rstrip(PADDING)
    return text if text and _share_of_controls(text) <= CONTROLS_MAX_SHARE else None


def damaged_text_of(content: bytes) -> str | None:
    """Return the text of a file in which nothing else was found, or None. Zeros are left out."""
    text = _decoded(content, is_cut=False).replace("\0", "").rstrip(PADDING)
    is_one = text and _share_of_controls(text) <= CONTROLS_MAX_SHARE_OF_A_DAMAGED_TEXT
    return text if is_one else None


def _share_of_controls(text: str) -> float:
    return len(CONTROLS.findall(text)) / len(text)


def _decoded(content: bytes, *, is_cut: bool) -> str:
    if encoding := _marked_encoding(content) or _unmarked_encoding(content[:PROBE_BYTES]):
        # Half a character is left where a file was cut. Others show that it is no text.
        return content.decode(encoding, errors="replace").rstrip("\ufffd").replace("\ufffd", "\0")
    try:
        return _whole_characters(content, is_cut=is_cut).decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows-1252, Mac OS Roman or code page 850: any byte is a letter in one of them.
        return content.decode("cp1252", errors="replace")


def _marked_encoding(content: bytes) -> str:
    return next((name for mark, name in MARKS if content.startswith(mark)), "")


def _unmarked_encoding(probe: bytes) -> str:
    """Return the encoding that the places of zero bytes show, or an empty string.

    A Latin letter has one zero of two bytes in UTF-16, three of four in UTF-32.
    """
    if 0 not in probe or len(probe) < LONGEST:
        return ""
    zeros = [_share_of_zeros(probe[at::4]) for at in range(4)]
    is_zero = [share >= HIGH_ZEROS_MIN for share in zeros]
    is_full = [share <= LOW_ZEROS_MAX for share in zeros]
    if is_full[0] and all(is_zero[1:]):
        return "utf-32-le"
    if is_full[3] and all(is_zero[:3]):
        return "utf-32-be"
    if is_full[0] and is_full[2] and is_zero[1] and is_zero[3]:
        return "utf-16-le"
    if is_full[1] and is_full[3] and is_zero[0] and is_zero[2]:
        return "utf-16-be"
    return ""


def _share_of_zeros(content: bytes) -> float:
    return content.count(0) / len(content) if content else 1.0


def _whole_characters(content: bytes, *, is_cut: bool) -> bytes:
    """Return bytes without the character that a cut may have left incomplete in UTF-8."""
    if not is_cut:
        return content
    for length in range(1, min(LONGEST, len(content)) + 1):
        if content[-length] >= 0xC0:
            return content[:-length]
        if content[-length] < 0x80:
            break
    return content

"""Tells a voice note from a film: both share their containers, and only the tracks differ."""

import io
import re
from typing import IO

# The handler of a track (ISO/IEC 14496-12, 8.4.3): its version and flags, four bytes, its type.
HANDLER = re.compile(rb"hdlr\0\0\0\0.{4}(vide|soun)", re.DOTALL)
# The coding of a track of Matroska (RFC 9559, 5.1.4.1.21), after its length.
CODEC = re.compile(rb"\x86[\x81-\xa0]([AV])_[A-Z]")
# The type of a stream of ASF, as its identifier is written (ASF specification, 10.1).
ASF_SOUND = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
ASF_PICTURES = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")

MOVIE_MAX_BYTES = 32 * 1024 * 1024
BOXES_MAX = 1000

# The format of a film, and that of the same container with sound alone.
SOUND_OF = {"mp4": "m4a", "3gp": "3ga", "webm": "weba", "mkv": "mka", "wmv": "wma", "mov": "qta"}


def with_sound_alone(name: str, file: IO[bytes], head: bytes) -> str:
    """Return the format of a film, or that of its sound when it has no track of pictures."""
    sound = SOUND_OF.get(name)
    if sound is None:
        return name
    if name in ("mp4", "3gp", "mov"):
        is_sound = set(HANDLER.findall(_movie(file))) == {b"soun"}
    elif name == "wmv":
        is_sound = ASF_SOUND in head and ASF_PICTURES not in head
    else:
        is_sound = set(CODEC.findall(head)) == {b"A"}
    return sound if is_sound else name


def _movie(file: IO[bytes]) -> bytes:
    """Return the box that describes the tracks; it stands before or after the samples."""
    end = file.seek(0, io.SEEK_END)
    at = 0
    for _ in range(BOXES_MAX):
        file.seek(at)
        header = file.read(16)
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        if header[4:8] == b"moov":
            return header[8:] + file.read(min(size or end, MOVIE_MAX_BYTES))
        if size < 8 or at + size >= end:
            return b""
        at += size
    return b""

"""Office documents since 2007 and OpenDocument files, which are archives of ZIP.

The decoder confirms their kind and writes their members to the `contents` file, uncompressed.
The policy rules look there for programs, scripts and macros.
"""

import zipfile
from collections.abc import Iterator
from typing import IO

from attachments.decoder.extracted import CONTENTS_MAX_BYTES, write_contents
from attachments.decoder.protocol import DecodeRequest, Refused, Report

MEMBERS_MAX = 10_000
CHUNK_BYTES = 256 * 1024


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Write out the members of an Office or OpenDocument file, which `containers` recognised."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _require_simple(members)
        write_contents(request, _zip_contents(archive, members))
    return Report()


def _require_simple(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBERS_MAX:
        raise Refused("too_complex", f"{len(members)} members")
    if sum(member.file_size for member in members) > CONTENTS_MAX_BYTES:
        raise Refused("too_complex", "more than 200 MB inside")
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused("encrypted")


def _zip_contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[bytes]:
    for member in members:
        # With its name, by which the rules find macros.
        yield f"\n{member.filename}\n".encode(errors="replace")
        with archive.open(member) as opened:
            # `write_contents` counts these bytes: the size in the directory may be wrong.
            while chunk := opened.read(CHUNK_BYTES):
                yield chunk

"""Opens an archive of ZIP as Office reads it; refuses one that two readers would read differently.

The directory at the end of an archive and the header before each member say the same things
(APPNOTE 4.3). Where they disagree, what is judged here may not be what an application opens.
"""

import io
import struct
import zipfile
from typing import IO

from attachments.decoder.extracted import CONTENTS_MAX_BYTES
from attachments.decoder.protocol import Refused

MEMBERS_MAX = 10_000
_LOCAL = struct.Struct("<4s5H3I2H")  # APPNOTE 4.3.7
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8  # bits of the flags (APPNOTE 4.4.4)
_IN_ZIP64 = 0xFFFFFFFF


class Archive:
    """The members of an archive by their names as Office compares them. Raises BadZipFile."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)
        self.entries = self._zip.infolist()
        self.members: dict[str, zipfile.ZipInfo] = {}
        for member in self.entries:
            self.members.setdefault(normal(member.orig_filename), member)

    def __contains__(self, name: str) -> bool:
        return normal(name) in self.members

    def names(self) -> list[str]:
        """Return the names of all files, in lower case and with slashes."""
        return [name for name in self.members if not name.endswith("/")]

    def read(self, name: str) -> bytes:
        """Return a member. zipfile reads no more than the directory says."""
        member = self.members[normal(name)]
        if member.file_size > CONTENTS_MAX_BYTES:
            raise Refused("too_complex", "more than 200 MB inside")
        return self._zip.read(member)

    def read_if_there(self, name: str) -> bytes:
        return self.read(name) if name in self else b""


def normal(name: str) -> str:
    """Return a name as Office compares it: without case, backslashes and a slash in front."""
    return name.replace("\\", "/").removeprefix("./").lstrip("/").casefold()


def opened(content: IO[bytes] | bytes) -> Archive:
    """Open an archive to judge it. Raises Refused when it could be read in two ways."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    archive = Archive(file)
    _require_simple(archive.entries)
    _require_one_of_each(archive)
    _require_one_reading(file, archive.entries)
    return archive


def _require_simple(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBERS_MAX:
        raise Refused("too_complex", f"{len(members)} members")
    if sum(member.file_size for member in members) > CONTENTS_MAX_BYTES:
        raise Refused("too_complex", "more than 200 MB inside")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Refused("encrypted")
    if any("\0" in member.orig_filename for member in members):
        raise Refused("name_and_type_differ", "a name that ends early")


def _require_one_of_each(archive: Archive) -> None:
    """Raise Refused when two members have one name, unless a program wrote the same one twice."""
    for member in archive.entries:
        other = archive.members[normal(member.orig_filename)]
        if (other.CRC, other.file_size) != (member.CRC, member.file_size):
            raise Refused("name_and_type_differ", "two members of one name")


def _require_one_reading(file: IO[bytes], members: list[zipfile.ZipInfo]) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end or (end == 0 and member.header_offset):
            raise Refused("name_and_type_differ", "members that overlap, or something before them")
        end = _end_of_member(file, member)


def _end_of_member(file: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Return where a member ends. Raises Refused when its own header says something else."""
    file.seek(member.header_offset)
    raw = file.read(_LOCAL.size)
    if len(raw) < _LOCAL.size:
        raise Refused("unreadable", "cut short")
    signature, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(raw)
    if signature != b"PK\x03\x04":
        raise Refused("name_and_type_differ", "no member where the directory says")
    announced = (member.CRC, member.compress_size, member.file_size)
    are_sizes_here = not flags & _SIZES_FOLLOW
    is_same = (
        method == member.compress_type
        and flags & _ENCRYPTED == member.flag_bits & _ENCRYPTED
        and _name_in(file.read(name_size), member.flag_bits) == member.orig_filename
        and (not are_sizes_here or _agree((crc, packed, size), announced))
    )
    if not is_same:
        raise Refused("name_and_type_differ", "the directory and a member disagree")
    end: int = member.header_offset + _LOCAL.size + name_size + extra_size + member.compress_size
    return end


def _name_in(raw: bytes, flags: int) -> str:
    return raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")


def _agree(here: tuple[int, int, int], announced: tuple[int, int, int]) -> bool:
    return all(own in (said, _IN_ZIP64) for own, said in zip(here, announced, strict=True))

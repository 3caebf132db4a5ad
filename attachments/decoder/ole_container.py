"""OLE containers ([MS-CFB]): documents of Office 97 to 2003, and objects inside documents."""

import io
import struct
from collections.abc import Iterator
from typing import IO, Any

import olefile

from attachments.decoder import excel_97, ole_objects, powerpoint_97, vba, word_97
from attachments.decoder.extracted import CONTENTS_MAX_BYTES
from attachments.decoder.office_parts import Part
from attachments.decoder.protocol import Refused

Path = tuple[str, ...]

SECTOR_SHIFTS = (9, 12)  # 512 and 4096 bytes ([MS-CFB] 2.2)
# So many sectors of the allocation table are named in the header itself ([MS-CFB] 2.2).
TABLE_SECTORS_IN_HEADER = 109
ENTRIES_MAX = 20_000


class Container:
    """The streams of a container by their paths, in lower case."""

    def __init__(self, file: IO[bytes]) -> None:
        _require_finite(file)
        self._ole = olefile.OleFileIO(file)
        self.streams: dict[Path, list[str]] = {}
        self.storages: dict[Path, str] = {(): _clsid(self._ole.root)}
        paths = self._ole.listdir(streams=True, storages=True)
        if len(paths) > ENTRIES_MAX:
            raise Refused("too_complex", f"{len(paths)} entries")
        for path in paths:
            self._add(path)
        if sum(self._ole.get_size(path) for path in self.streams.values()) > CONTENTS_MAX_BYTES:
            raise Refused("too_complex", "more than 200 MB inside")

    def read(self, *path: str) -> bytes:
        """Return a stream, or no bytes when there is none."""
        found = self.streams.get(path)
        return self._ole.openstream(found).read() if found else b""

    def names_in(self, storage: Path) -> set[str]:
        return {path[-1] for path in self.streams if path[:-1] == storage}

    def _add(self, path: list[str]) -> None:
        key = tuple(part.casefold() for part in path)
        if self._ole.get_type(path) == olefile.STGTY_STREAM:
            if key in self.streams:
                raise Refused("name_and_type_differ", "two streams of one name")
            self.streams[key] = path
        else:
            self.storages[key] = str(self._ole.getclsid(path))


def opened(content: IO[bytes] | bytes) -> Container:
    """Open a container. Raises Refused when it is none, or describes itself without an end."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    if not olefile.isOleFile(file):
        raise Refused("unreadable", "no OLE container")
    return Container(file)


def judged(container: Container) -> Iterator[bytes | Part]:
    """Judge a container; yield what compression hides, and the documents inside it."""
    _judge_names(container)
    for storage, clsid in container.storages.items():
        names = container.names_in(storage)
        yield from _judged_document(container, storage, names)
        yield from ole_objects.judged(
            clsid, {name: container.read(*storage, name) for name in names & ole_objects.STREAMS}
        )


def _judge_names(container: Container) -> None:
    everything = {*container.streams, *container.storages}
    last = {path[-1] for path in everything if path}
    if "encryptedpackage" in last or "encryptedsummary" in last:
        raise Refused("encrypted", "EncryptedPackage")
    projects = {path[:-1] for path in everything if path[-1:] in (("_vba_project",), ("dir",))}
    projects = {
        path for path in projects if path[-1:] == ("vba",) or (*path, "_vba_project") in everything
    }
    is_named = "_vba_project_cur" in last and not projects
    if is_named or not all(vba.is_empty(_streams_in(container, path)) for path in projects):
        raise Refused("macro", "VBA")


def _streams_in(container: Container, storage: Path) -> dict[str, bytes]:
    return {name: container.read(*storage, name) for name in container.names_in(storage)}


def _judged_document(
    container: Container, storage: Path, names: set[str]
) -> Iterator[bytes | Part]:
    if "worddocument" in names:
        tables = [container.read(*storage, f"{number}table") for number in (0, 1)]
        word_97.judge(container.read(*storage, "worddocument"), tables)
    for name in ("workbook", "book"):
        if name in names:
            excel_97.judge(container.read(*storage, name))
    controls = container.read(*storage, "ctls")
    if names & {"workbook", "book"} and controls and not ole_objects.is_form_control(controls):
        raise Refused("active", "ActiveX control")
    if "powerpoint document" in names:
        user = container.read(*storage, "current user")
        document = container.read(*storage, "powerpoint document")
        yield from powerpoint_97.judged(document, user)


def _clsid(entry: Any) -> str:
    return str(entry.clsid)


def _require_finite(file: IO[bytes]) -> None:
    """Raise Refused when the allocation table would describe far more than the file holds.

    olefile reads as many sectors of the table as the header counts. They can name each other in
    a circle, and two kilobytes then take more than its 10 s of processor time.
    """
    file.seek(0)
    header = file.read(48)
    (shift,) = struct.unpack_from("<H", header, 30)
    (table_sectors,) = struct.unpack_from("<I", header, 44)
    if shift not in SECTOR_SHIFTS:
        raise Refused("unreadable", f"sectors of 2^{shift} bytes")
    sector_bytes = 1 << shift
    described_bytes = table_sectors * (sector_bytes // 4) * sector_bytes
    size = file.seek(0, io.SEEK_END)
    if table_sectors > TABLE_SECTORS_IN_HEADER and described_bytes > 2 * size:
        raise Refused("unreadable", f"{table_sectors} sectors of table")

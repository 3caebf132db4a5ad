"""A ZIP that is written to S3 part by part, in slices: one worker begins it, another goes on.

`zipfile` writes into a stream that can tell and cannot seek. So it puts the sizes of an entry
behind its bytes, and takes ZIP64 where 32 bits are not enough. A slice ends between two entries:
what is known of the entries, and the bytes that do not fill a part yet, are kept for the next one.
"""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from attachments.storage import multipart, objects
from attachments.storage.multipart import Part

# The least that S3 takes. 10,000 of them are 50 GB.
PART_BYTES = 5 * 1024 * 1024
# What is compressed already is stored as it is.
PACKED = (".pdf", ".webp", ".jpg", ".jpeg", ".png", ".heic", ".mp4", ".mov", ".m4a", ".zip",
          ".docx", ".xlsx", ".pptx", ".avif", ".mp3", ".ogg", ".webm", ".odt", ".ods")  # fmt: skip


@dataclass
class Entry:
    """A file of the ZIP: where it begins, and what the list at the end says of it."""

    name: str
    offset: int
    crc: int
    packed_size: int
    size: int
    method: int
    flags: int
    sha256: str
    # Of the version that a reader of ZIPs must know.
    extract_version: int = 20


@dataclass
class Progress:
    """How far a ZIP is, as a row keeps it between two slices."""

    entries: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    # How many bytes are in the parts, and the name of the object with those behind them.
    sent: int = 0
    rest: str = ""


class PartStream(io.RawIOBase):
    """Sends what is written in parts. What does not fill one yet waits in a file, not in memory."""

    def __init__(self, key: str, upload_id: str, parts: list[Part], sent: int) -> None:
        super().__init__()
        self.key, self.upload_id, self.parts, self.sent = key, upload_id, parts, sent
        self.waiting = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        # The end of a slice closes its ZipFile, which would write the list of the end.
        self.is_muted = False

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.sent + self.waiting.tell()

    def write(self, content: Any) -> int:
        if not self.is_muted:
            rest = memoryview(content)
            while rest:
                rest = rest[self.waiting.write(rest[: PART_BYTES - self.waiting.tell()]) :]
                if self.waiting.tell() == PART_BYTES:
                    self.send()
        return len(content)

    def send(self) -> None:
        number = len(self.parts) + 1
        part = multipart.send_part(self.key, self.upload_id, number, self.waiting)
        self.parts.append(part)
        self.sent += part.size
        self.waiting.seek(0)
        self.waiting.truncate()

    def close(self) -> None:
        self.waiting.close()
        super().close()


class Archive:
    """One slice of the work on a ZIP. Ends by `pause` or `finish`; what raises begins it again."""

    def __init__(self, folder: str, upload_id: str, progress: Progress, at: datetime) -> None:
        """`folder` is the prefix of its objects; `at` the time that its files get."""
        self.folder, self.progress, self.at = folder, progress, at
        self.stream = PartStream(self.key, upload_id, list(progress.parts), progress.sent)
        for piece in objects.chunks(progress.rest) if progress.rest else ():
            self.stream.waiting.write(piece)
        self.entries = list(progress.entries)
        self._zip = zipfile.ZipFile(cast(Any, self.stream), "w", zipfile.ZIP_DEFLATED)

    @property
    def key(self) -> str:
        return f"{self.folder}export.zip"

    @contextmanager
    def entry(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream to write one file into."""
        info = zipfile.ZipInfo(name, self.at.timetuple()[:6])
        is_packed = name.lower().endswith(PACKED)
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w", force_zip64=True) as inside:
            summed = _Summed(inside)
            yield cast(BinaryIO, summed)
        self.entries.append(
            Entry(
                name, info.header_offset, info.CRC, info.compress_size, info.file_size,
                info.compress_type, info.flag_bits, summed.digest.hexdigest(),
                info.extract_version,
            )
        )  # fmt: skip

    def add(self, name: str, content: bytes | str | Iterable[bytes | str]) -> None:
        """Write one file from its bytes or text, or from pieces of either."""
        pieces = [content] if isinstance(content, bytes | str) else content
        with self.entry(name) as inside:
            for piece in pieces:
                inside.write(piece.encode() if isinstance(piece, str) else piece)

    def sums(self) -> str:
        """Return the list of all files so far as `sha256sum --check` reads it."""
        return "".join(f"{entry.sha256}  {entry.name}\n" for entry in self.entries)

    def pause(self) -> Progress:
        """End the slice, and return where the next one goes on."""
        self.stream.is_muted = True
        self._zip.close()
        rest = ""
        if self.stream.waiting.tell():
            # A name of its own: a slice that is done again must still find the former one.
            rest = f"{self.folder}rest-{self.stream.tell()}"
            objects.write(rest, self.stream.waiting, content_type="application/octet-stream")
        return Progress(self.entries, self.stream.parts, self.stream.sent, rest)

    def finish(self) -> int:
        """Write the list of the end, join the parts, and return the size of the ZIP in bytes."""
        self._zip.filelist[:] = [self._known(entry) for entry in self.entries]
        self._zip.close()
        self.stream.send()
        multipart.complete_multipart(self.key, self.stream.upload_id, self.stream.parts)
        return self.stream.sent

    def _known(self, entry: Entry) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(entry.name, self.at.timetuple()[:6])
        info.header_offset, info.CRC = entry.offset, entry.crc
        info.compress_size, info.file_size = entry.packed_size, entry.size
        info.compress_type, info.flag_bits = entry.method, entry.flags
        info.extract_version = info.create_version = entry.extract_version
        info.external_attr = 0o644 << 16
        return info


class _Summed:
    """Passes bytes on, and takes their SHA-256."""

    def __init__(self, inside: Any) -> None:
        self.inside, self.digest = inside, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.inside.write(content)
        return len(content)

"""A client of clamd that knows one command, INSTREAM (clamd(8)).

Written by hand because clamd answers "size limit exceeded" while bytes are still on their way. The
clients of PyPI then raise ConnectionResetError and do not read the answer: the file would wait for
ever, as if clamd were away.
"""

import socket
import struct
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO
from urllib.parse import urlsplit

from core.web.errors import Unavailable

CHUNK_BYTES = 256 * 1024
# For a whole file, from the connection to the answer. With the other checks of a file it is less
# than the time limit of a task.
DEADLINE_SECONDS = 15.0
PING_SECONDS = 2.0
# The signatures that `AlertExceedsMax` and `AlertEncrypted` report. They are no viruses.
TOO_COMPLEX = "Heuristics.Limits.Exceeded"
ENCRYPTED = "Heuristics.Encrypted"


class AntivirusAway(Unavailable):
    """The antivirus is configured or required, and does not answer."""

    default_code = "antivirus_unavailable"


class ClamdStatus(StrEnum):
    NOTHING = "nothing"
    VIRUS = "virus"
    TOO_COMPLEX = "too_complex"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True)
class ClamdResult:
    status: ClamdStatus
    signature: str = ""


def scan(url: str, content: IO[bytes], *, within: float | None = None) -> ClamdResult:
    """Send a file to the clamd at `url` (`tcp://host:port` or `unix:///path`).

    A file that a clamd which is well does not finish in DEADLINE_SECONDS, or `within` fewer, is
    TOO_COMPLEX: it would hold up the others again. Raises AntivirusAway when clamd cannot be
    reached, does not answer a ping either, or gives an unknown answer.
    """
    content.seek(0)
    seconds = DEADLINE_SECONDS if within is None else min(within, DEADLINE_SECONDS)
    try:
        with closing(_Connection(url, seconds)) as connection:
            return _read(_asked(connection, content))
    except TimeoutError as error:
        if answers(url):
            return ClamdResult(ClamdStatus.TOO_COMPLEX, f"more than {seconds:.0f} s")
        raise AntivirusAway(f"clamd: {error}") from error
    except OSError as error:
        raise AntivirusAway(f"clamd: {error}") from error


def answers(url: str, *, within: float = PING_SECONDS) -> bool:
    """Tell whether the clamd at `url` answers a ping."""
    try:
        with closing(_Connection(url, within)) as connection:
            connection.send(b"zPING\0")
            return connection.answer() == "PONG"
    except OSError:
        return False


@dataclass(frozen=True)
class Version:
    """What clamd says of itself, and of when its signatures are; None without the usual ones."""

    text: str
    signed_at: datetime | None


def version(url: str, *, within: float = PING_SECONDS) -> Version:
    """Ask the clamd at `url` for its version (`ClamAV 1.0.3/27000/Sun Nov 29 08:00:00 2026`).

    Raises OSError.
    """
    with closing(_Connection(url, within)) as connection:
        connection.send(b"zVERSION\0")
        text, *signatures = connection.answer().split("/", 2)
    try:
        signed_at = datetime.strptime(signatures[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        signed_at = None
    return Version(text, signed_at)


class _Connection:
    """A socket with one deadline for all its calls."""

    def __init__(self, url: str, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._socket = _connected(url, seconds)

    def send(self, data: bytes) -> None:
        self._limit()
        self._socket.sendall(data)

    def answer(self) -> str:
        received = b""
        while not received.endswith(b"\0"):
            self._limit()
            chunk = self._socket.recv(4096)
            if not chunk:
                break
            received += chunk
        return received.rstrip(b"\0\n").decode(errors="replace")

    def close(self) -> None:
        self._socket.close()

    def _limit(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        self._socket.settimeout(left)


def _connected(url: str, seconds: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(seconds)
        connection.connect(parts.path)
        return connection
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), seconds)


def _asked(connection: _Connection, content: IO[bytes]) -> str:
    try:
        connection.send(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            connection.send(struct.pack("!I", len(chunk)) + chunk)
        connection.send(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # clamd stops reading at its limit of size. Its answer says so.
        return connection.answer()
    return connection.answer()


def _read(answer: str) -> ClamdResult:
    """Read `stream: OK`, `stream: Name FOUND` or `INSTREAM size limit exceeded. ERROR`."""
    if answer == "stream: OK":
        return ClamdResult(ClamdStatus.NOTHING)
    if "size limit exceeded" in answer:
        return ClamdResult(ClamdStatus.TOO_COMPLEX, "StreamMaxLength")
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return _named(answer.removeprefix("stream: ").removesuffix(" FOUND"))
    raise AntivirusAway(f"clamd: {answer[:200] or 'no answer'}")


def _named(signature: str) -> ClamdResult:
    if signature.startswith(TOO_COMPLEX):
        return ClamdResult(ClamdStatus.TOO_COMPLEX, signature)
    if signature.startswith(ENCRYPTED):
        return ClamdResult(ClamdStatus.ENCRYPTED, signature)
    return ClamdResult(ClamdStatus.VIRUS, signature)

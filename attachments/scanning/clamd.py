"""A client of clamd that knows one command, INSTREAM (clamd(8)).

Written by hand because clamd answers "size limit exceeded" while bytes are still on their way. The
clients of PyPI then raise ConnectionResetError and do not read the answer: the file would wait for
ever, as if clamd were away.
"""

import socket
import struct
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import IO
from urllib.parse import urlsplit

from core.web.errors import Unavailable

CHUNK_BYTES = 256 * 1024
TIMEOUT_SECONDS = 25.0  # for each call of the socket: a whole scan may take longer
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


def scan(url: str, content: IO[bytes]) -> ClamdResult:
    """Send a file to the clamd at `url` (`tcp://host:port` or `unix:///path`).

    Raises AntivirusAway when clamd cannot be reached, does not move for TIMEOUT_SECONDS or gives
    an unknown answer.
    """
    content.seek(0)
    try:
        with closing(_connected(url)) as connection:
            return _read(_asked(connection, content))
    except OSError as error:
        raise AntivirusAway(f"clamd: {error}") from error


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(parts.path)
        return connection
    address = (parts.hostname or "127.0.0.1", parts.port or 3310)
    return socket.create_connection(address, timeout=TIMEOUT_SECONDS)


def _asked(connection: socket.socket, content: IO[bytes]) -> str:
    try:
        connection.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # clamd stops reading at its limit of size. Its answer says so.
        return _answer(connection)
    return _answer(connection)


def _answer(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0"):
        chunk = connection.recv(4096)
        if not chunk:
            break
        received += chunk
    return received.rstrip(b"\0\n").decode(errors="replace")


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

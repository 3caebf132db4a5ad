"""A client of clamd: INSTREAM and nothing else (clamd(8)).

The two clients of PyPI hide the answer that says «larger than I look at», which must not pass for
«nothing found».
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
TIMEOUT_SECONDS = 25.0  # for each call of the socket, not for a whole file
# What `AlertExceedsMax` and `AlertEncrypted` say, with the scanner's limits: no virus.
TOO_COMPLEX = "Heuristics.Limits.Exceeded"
ENCRYPTED = "Heuristics.Encrypted"


class AntivirusAway(Unavailable):
    """The antivirus that must look at the files does not answer."""

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

    Raises AntivirusAway when it cannot be reached, is too slow or answers nonsense.
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
        # It stops reading as soon as the file passes its limit; its answer says so.
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
    """Understand `stream: OK`, `stream: Name FOUND` and `INSTREAM size limit exceeded. ERROR`."""
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

"""Writes what the decoder takes out of a file.

The contents are read by the policy rules beside the file's own bytes. The embedded files are
judged like files of their own (`scanning/embedded`).
"""

import os
from collections.abc import Iterable

from attachments.decoder.protocol import DecodeRequest, EmbeddedFile, Refused

CONTENTS_MAX_BYTES = 200 * 1024 * 1024
EMBEDDED_MAX_FILES = 100
NAME_LENGTH = 150


def write_contents(request: DecodeRequest, chunks: Iterable[bytes]) -> None:
    """Write the decoded contents of a file. Raises Refused beyond 200 MiB (a bomb)."""
    written = 0
    with os.fdopen(request.contents_fd, "wb", closefd=False) as contents:
        for chunk in chunks:
            written += len(chunk)
            if written > CONTENTS_MAX_BYTES:
                raise Refused("too_complex", "more than 200 MB inside")
            contents.write(chunk)


def write_embedded(
    request: DecodeRequest, files: Iterable[tuple[str, Iterable[bytes]]]
) -> tuple[EmbeddedFile, ...]:
    """Write the files inside a file one after the other; return where each is, for its report.

    A file is its name and its bytes in chunks, which are read as they are written. Raises Refused
    beyond 100 files or 200 MiB.
    """
    written: list[EmbeddedFile] = []
    with os.fdopen(request.embedded_fd, "wb", closefd=False) as target:
        for name, chunks in files:
            if len(written) == EMBEDDED_MAX_FILES:
                raise Refused("too_complex", f"more than {EMBEDDED_MAX_FILES} files inside")
            offset = target.tell()
            for chunk in chunks:
                if target.tell() + len(chunk) > CONTENTS_MAX_BYTES:
                    raise Refused("too_complex", "more than 200 MB of files inside")
                target.write(chunk)
            written.append(EmbeddedFile(name[:NAME_LENGTH], offset, target.tell() - offset))
    return tuple(written)

"""Writes the decoded contents of a file, which the policy rules read beside its own bytes."""

import os
from collections.abc import Iterable

from attachments.decoder.protocol import DecodeRequest, Refused

CONTENTS_MAX_BYTES = 200 * 1024 * 1024


def write_contents(request: DecodeRequest, chunks: Iterable[bytes]) -> None:
    """Write the decoded contents of a file. Raises Refused beyond 200 MiB (a bomb)."""
    written = 0
    with os.fdopen(request.contents_fd, "wb", closefd=False) as contents:
        for chunk in chunks:
            written += len(chunk)
            if written > CONTENTS_MAX_BYTES:
                raise Refused("too_complex", "more than 200 MB inside")
            contents.write(chunk)

"""Sound: voice notes and recordings. Their container was recognised; nothing is decoded."""

from typing import IO

from attachments.decoder.protocol import DecodeRequest, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    return Report()

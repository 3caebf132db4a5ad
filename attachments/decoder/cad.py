"""Drawings of AutoCAD: recognised by their first bytes, never opened."""

from typing import IO

from attachments.decoder.protocol import DecodeRequest, Refused, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    if not file.read(1):
        raise Refused("unreadable", "empty")
    return Report()

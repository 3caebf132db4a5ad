"""Formats that are kept as they are: sound, some films and drawings. No preview is made of them."""

from typing import IO

from attachments.decoder.protocol import DecodeRequest, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Report a file that `sniffing` recognised; nothing of it is decoded."""
    return Report()

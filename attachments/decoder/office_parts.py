"""A file inside a document, as the readers of documents hand it on."""

from typing import NamedTuple


class Part(NamedTuple):
    """A file inside a document, to judge like a file of its own. `name` is for the record."""

    name: str
    content: bytes

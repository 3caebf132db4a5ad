"""A file inside a document, as the readers of documents hand it on."""

from typing import NamedTuple


class Part(NamedTuple):
    """A file inside a document, to judge like a file of its own.

    One that `is_packaged` was put there by its name, which says what a click on it starts.
    """

    name: str
    content: bytes
    is_packaged: bool = False

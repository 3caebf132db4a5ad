"""The picture in a file without its metadata: what Pillow is given, and what it is not asked."""

from collections.abc import Callable
from typing import IO, NamedTuple

from PIL import Image


class Source(NamedTuple):
    """A picture to decode.

    `format` is Pillow's name of it, `orientation` that of EXIF, 1 to 8. `weight` is the
    memory that its decoder takes beside Pillow's, as a factor. `in_parts` returns it reduced to a
    size at least, for a picture that is too large to decode at once.
    """

    stream: IO[bytes]
    format: str
    width: int
    height: int
    orientation: int = 1
    profile: bytes | None = None
    weight: float = 1
    in_parts: Callable[[int], Image.Image] | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        is_on_its_side = self.orientation in (5, 6, 7, 8)
        return (self.height, self.width) if is_on_its_side else (self.width, self.height)


class Unsupported(Exception):
    """The file has a picture that Pillow does not decode, while other programs may."""

    def __init__(self, width: int | None = None, height: int | None = None) -> None:
        super().__init__()
        self.width, self.height = width, height


class TooLarge(Exception):
    """The picture takes too much memory or time to make a preview of it."""

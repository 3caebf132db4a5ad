"""Pixels of more than eight bits, floats and signed numbers, as eight bits of grey.

What such a file holds is a measurement (a scan, a height, a heat), or a picture of 12 bits in 16.
Its darkest pixel becomes 0 and its lightest 255.
"""

import math

from PIL import Image

DEEP_MODES = frozenset(["I;16", "I;16L", "I;16B", "I;16N", "I", "F"])


def eight_bits(picture: Image.Image, *, is_photo: bool) -> Image.Image:
    """Return a deep picture as mode L. One of a photo format keeps its range when it uses it."""
    lowest, highest = _range(picture)
    if is_photo and lowest >= 0 and highest > 65535 / 8:
        # A dark photo stays dark. One that has less than 13 bits is scaled to what it has.
        lowest, highest = 0, 65535
    deep = picture if picture.mode in ("I", "F") else picture.convert("I")
    deep = deep.convert("F")
    if highest <= lowest:
        return Image.new("L", picture.size, 255 if highest > 0 else 0)
    scale = 255 / (highest - lowest)
    # Half a level more, since the conversion cuts.
    return deep.point(lambda value: value * scale + (0.5 - lowest * scale)).convert("L")


def _measurable(picture: Image.Image) -> Image.Image:
    """Return a picture whose range Pillow can tell (of I;16B it cannot)."""
    return picture if picture.mode in ("I;16", "I", "F") else picture.convert("I")


def _range(picture: Image.Image) -> tuple[float, float]:
    lowest, highest = _measurable(picture).getextrema()
    if not isinstance(lowest, int | float) or not isinstance(highest, int | float):
        return 0, 0
    if math.isfinite(lowest) and math.isfinite(highest):
        return float(lowest), float(highest)
    return 0, 1

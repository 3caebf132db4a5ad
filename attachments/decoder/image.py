"""Photos: one decode gives both previews, which keep nothing of the metadata.

The metadata is read apart from the picture (`source`, `location`), so a damaged one never stops
it. A picture that is whole but takes too much memory, or that Pillow does not know, is kept
without previews.
"""

import base64
import io
import os
import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import IO

# WebPImagePlugin is only loaded: without it, `save` loads all 47 plugins of Pillow.
from PIL import Image, WebPImagePlugin  # noqa: F401

from attachments.decoder import picture
from attachments.decoder.protocol import SMALL_PX, DecodeRequest, Report
from attachments.decoder.source import Source, TooLarge, Unsupported

PLACEHOLDER_PX = 16
# libwebp's method 2 takes half the time of its default 4 for 4 to 5 % more bytes (measured on a
# photo and a drawing of 1280 px).
LARGE = {"quality": 80, "method": 2}
# It comes with the words of a page: a quarter of the bytes less than by the above.
SMALL = {"quality": 72, "method": 4}
# The module that finds the picture in a file. Pillow itself finds that of the other formats.
SOURCES = {"jpeg": "jpeg_segments", "png": "png_source", "tiff": "tiff", "heic": "heic_source"}


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Say the size of a photo, and write its copy without location when it has a location."""
    _accept_warnings()
    content = file.read()
    report = Report() if request.is_embedded else Report(location=_location(content, request))
    try:
        width, height = _source(content, request.format).upright_size
    except Unsupported as one:
        return report._replace(width=one.width, height=one.height)
    return report._replace(width=width, height=height)


def preview(file: IO[bytes], request: DecodeRequest, report: Report) -> Report:
    """Write the previews of a photo, unless it is too large or of a kind that is not decoded."""
    _accept_warnings()
    try:
        shown = picture.large(_source(file.read(), request.format), request.max_pixels)
    except (TooLarge, Unsupported) as error:
        return report._replace(detail=f"no preview: {type(error).__name__}")
    drawn = previewed(shown, request)
    return report._replace(placeholder=drawn.placeholder, has_preview=True)


def _accept_warnings() -> None:
    """A warning of Pillow (odd tags, many pixels) is no refusal: the limits are set here."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None


def _location(content: bytes, request: DecodeRequest) -> str:
    location: str = import_module("attachments.decoder.location").removed(content, request)
    return location


def previewed(large: Image.Image, request: DecodeRequest) -> Report:
    """Write both previews of a picture that already fits the larger one."""
    save(large, request.large_fd, LARGE)
    small = large.copy()
    small.thumbnail((SMALL_PX, SMALL_PX))
    save(small, request.small_fd, SMALL)
    return Report(
        width=large.width, height=large.height, placeholder=_placeholder(small), has_preview=True
    )


def save(shown: Image.Image, descriptor: int, how: Mapping[str, int]) -> None:
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        # Only pixels: no EXIF, no comment, no colour profile.
        shown.save(file, "WEBP", **how, exif=b"", icc_profile=b"")


def _placeholder(small: Image.Image) -> str:
    tiny = small.copy()
    tiny.thumbnail((PLACEHOLDER_PX, PLACEHOLDER_PX))
    content = io.BytesIO()
    tiny.convert("RGB").save(content, "WEBP", quality=20, method=0)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode()


def _source(content: bytes, format: str) -> Source:
    module = import_module(f"attachments.decoder.{SOURCES.get(format, 'pillow_source')}")
    source: Source = module.source(content, format)
    return source

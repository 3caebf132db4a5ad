"""Photos: one decode gives both previews, which keep nothing of the metadata."""

import base64
import io
import os
import warnings
from importlib import import_module
from typing import IO

# WebPImagePlugin is only loaded: without it, `save` loads all 47 plugins of Pillow.
from PIL import Image, ImageOps, WebPImagePlugin  # noqa: F401

from attachments.decoder import exif_gps
from attachments.decoder.protocol import LARGE_PX, SMALL_PX, DecodeRequest, Refused, Report

PLACEHOLDER_PX = 16
QUALITY = 80
# libwebp's method 2 takes half the time of its default 4 for 4 to 5 % more bytes (measured on a
# photo and a drawing of 1280 px).
METHOD = 2
PILLOW_NAMES = {"heic": "HEIF"}


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Write the previews of a photo, and its copy without location when it has a location."""
    picture = _opened(file, request)
    with picture:
        width, height = _upright_size(picture)
        large = _reduced(picture)
    report = previewed(large, request)
    return report._replace(width=width, height=height, location=_location(file, request))


def previewed(large: Image.Image, request: DecodeRequest) -> Report:
    """Write both previews of a picture that already fits the larger one."""
    save(large, request.large_fd)
    small = large.copy()
    small.thumbnail((SMALL_PX, SMALL_PX))
    save(small, request.small_fd)
    return Report(
        width=large.width, height=large.height, placeholder=_placeholder(small), has_preview=True
    )


def save(picture: Image.Image, descriptor: int) -> None:
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        # Only pixels: no EXIF, no comment, no colour profile.
        picture.save(file, "WEBP", quality=QUALITY, method=METHOD, exif=b"", icc_profile=b"")


def _opened(file: IO[bytes], request: DecodeRequest) -> Image.Image:
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = request.max_pixels
    try:
        return Image.open(file, formats=[PILLOW_NAMES.get(request.format, request.format.upper())])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_complex", str(error)) from error


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    is_on_its_side = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if is_on_its_side else (width, height)


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a picture that fits the larger preview, upright, in sRGB."""
    # Before any pixel is decoded: libjpeg then decodes at the next size that is large enough.
    picture.draft("RGB", (LARGE_PX, LARGE_PX))
    profile = picture.info.get("icc_profile")
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = _plain(picture)
    picture.thumbnail((LARGE_PX, LARGE_PX))
    upright = ImageOps.exif_transpose(picture)
    return _in_srgb(upright, profile)


def _plain(picture: Image.Image) -> Image.Image:
    has_transparency = picture.mode in ("LA", "PA", "La", "RGBa") or "transparency" in picture.info
    exif = picture.getexif()
    plain = picture.convert("RGBA" if has_transparency else "RGB")
    plain.getexif().update(exif)
    return plain


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the colours of a phone (Display P3), since the previews carry no profile."""
    if not profile or b"sRGB" in profile or picture.mode not in ("RGB", "RGBA"):
        return picture
    # Loaded for these photos only.
    converted: Image.Image = import_module("attachments.decoder.icc").in_srgb(picture, profile)
    return converted


def _placeholder(small: Image.Image) -> str:
    tiny = small.copy()
    tiny.thumbnail((PLACEHOLDER_PX, PLACEHOLDER_PX))
    content = io.BytesIO()
    tiny.convert("RGB").save(content, "WEBP", quality=20, method=0)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode()


def _location(file: IO[bytes], request: DecodeRequest) -> str:
    """Return a value of `Attachment.Location`. When it is "removed", write the copy without it."""
    file.seek(0)
    content = bytearray(file.read())
    if not exif_gps.blank(content):
        return ""
    if request.keeps_location:
        return "kept"
    exif_gps.require_gone(content)
    with os.fdopen(request.shared_fd, "wb", closefd=False) as shared:
        shared.write(content)
    return "removed"

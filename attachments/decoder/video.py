"""Videos: a still, if PyAV is installed (the extra `video`), and a copy without location."""

import os
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

from attachments.decoder import image
from attachments.decoder.protocol import LARGE_PX, DecodeRequest, Refused, Report

if TYPE_CHECKING:
    from PIL import Image

ROTATIONS = {90: 4, 180: 3, 270: 2}  # Pillow's transpositions by degrees, counter-clockwise
MATROSKA = b"\x1aE\xdf\xa3"
FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"uuid", b"styp")
# A film often begins in the dark. The lightest pixel of a black frame in video levels is 16.
BLACK_MAX = 40
FRAMES_TRIED = 4


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm the container, and write the copy without location when there is a location."""
    _require_container(file)
    return Report() if request.is_embedded else Report(location=_location(file, request))


def preview(file: IO[bytes], request: DecodeRequest, report: Report) -> Report:
    """Write the previews of a still. Without PyAV, or a picture that it decodes, there is none."""
    still = _still(file, request)
    if still is None:
        return report
    width, height, picture = still
    drawn = image.previewed(picture, request)
    return report._replace(
        width=width, height=height, placeholder=drawn.placeholder, has_preview=True
    )


def _require_container(file: IO[bytes]) -> None:
    """Raise Refused unless the file is of ISO base media, QuickTime or Matroska."""
    head = file.read(12)
    if head[4:8] not in FIRST_BOXES and not head.startswith(MATROSKA):
        raise Refused("unreadable", "no box of a video")


def _location(file: IO[bytes], request: DecodeRequest) -> str:
    file.seek(0)
    content = bytearray(file.read())
    is_matroska = content.startswith(MATROSKA)
    module = "matroska_location" if is_matroska else "film_location"
    blank = import_module(f"attachments.decoder.{module}").blank
    if not blank(content):
        return ""
    if request.keeps_location:
        return "kept"
    if blank(content):
        raise Refused("location_not_removable")
    with os.fdopen(request.shared_fd, "wb", closefd=False) as shared:
        shared.write(content)
    return "removed"


def _still(file: IO[bytes], request: DecodeRequest) -> "tuple[int, int, Image.Image] | None":
    """Return a still and the size of its video. None without PyAV or a picture it can decode."""
    file.seek(0)
    try:
        av = import_module("av")
    except ImportError:
        return None
    try:
        with av.open(file, mode="r") as container:
            return _light_frame(container, request.max_pixels)
    except (av.FFmpegError, StopIteration, ValueError, MemoryError, IndexError):
        return None


def _light_frame(container: Any, max_pixels: int) -> "tuple[int, int, Image.Image] | None":
    stream = container.streams.video[0]
    if stream.width * stream.height > max_pixels:
        return None
    stream.codec_context.skip_frame = "NONKEY"
    shown = None
    for index, frame in enumerate(container.decode(stream)):
        shown = _upright(frame)
        if index + 1 >= FRAMES_TRIED or max(high for _low, high in _extrema(shown[2])) > BLACK_MAX:
            break
    return shown


def _extrema(picture: "Image.Image") -> Any:
    return picture.convert("RGB").getextrema()


def _upright(frame: Any) -> "tuple[int, int, Image.Image]":
    factor = min(1, LARGE_PX / max(frame.width, frame.height))
    size = max(1, round(frame.width * factor)), max(1, round(frame.height * factor))
    picture = frame.to_image(width=size[0], height=size[1])
    turned = ROTATIONS.get(round(getattr(frame, "rotation", 0) or 0) % 360)
    if turned is None:
        return frame.width, frame.height, picture
    width, height = frame.width, frame.height
    if turned != 3:
        width, height = height, width
    return width, height, picture.transpose(turned)

"""Videos: a still of the first key frame, if PyAV is installed (the extra `video`)."""

from typing import IO, Any

try:
    import av
except ImportError:
    av = None  # type: ignore[assignment]  # an extra

from attachments.decoder import image
from attachments.decoder.protocol import LARGE_PX, DecodeRequest, Refused, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Write the previews of a still. Without PyAV only confirm the container."""
    _require_boxes(file)
    if av is None:
        return Report()
    return _poster(file, request)


def _require_boxes(file: IO[bytes]) -> None:
    """Raise Refused unless the file begins with a box of ISO base media or QuickTime."""
    head = file.read(12)
    file.seek(0)
    if head[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        raise Refused("unreadable", "no box of a video")


def _poster(file: IO[bytes], request: DecodeRequest) -> Report:
    with av.open(file, mode="r", format="mov") as container:
        if not container.streams.video:
            raise Refused("unreadable", "no pictures in this video")
        stream = container.streams.video[0]
        if stream.width * stream.height > request.max_pixels:
            raise Refused("too_complex", f"{stream.width} by {stream.height}")
        stream.codec_context.skip_frame = "NONKEY"
        frame: Any = next(container.decode(stream))
        picture = frame.to_image()
        turned = -round(getattr(frame, "rotation", 0) or 0)
    if turned:
        picture = picture.rotate(-turned, expand=True)
    picture.thumbnail((LARGE_PX, LARGE_PX))
    return image.previewed(picture, request)

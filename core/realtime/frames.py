"""What the hub writes to streams, built once however many streams get it."""

from functools import cached_property
from typing import Any

from core.web.compression import GZIP_HEADER, GzippedEvents, blocks

Message = dict[str, Any]


class Frame:
    """A server-sent event, or a comment, as the ASGI messages that write it."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    @cached_property
    def plain(self) -> Message:
        return content(self.payload)

    @cached_property
    def gzipped(self) -> Message:
        return content(blocks(self.payload))


def content(part: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": part, "more_body": more}


# As few objects as possible: a stream keeps its encoding as long as it is open.
class Plain:
    """The encoding of a stream that is not compressed. All such streams share one."""

    __slots__ = ()
    beginning = b""

    def message(self, frame: Frame) -> Message:
        return frame.plain

    def end(self) -> bytes:
        return b""


class Gzipped(GzippedEvents):
    """The encoding of a compressed stream: its checksum and its length differ from others'."""

    __slots__ = ()
    beginning = GZIP_HEADER

    def message(self, frame: Frame) -> Message:
        self.add(frame.payload)
        return frame.gzipped


Encoding = Plain | Gzipped
PLAIN = Plain()

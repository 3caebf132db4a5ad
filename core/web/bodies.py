"""Read whole request bodies in the event loop, within limits of size, time and memory.

A body that trickles in costs a connection and a little memory, but no thread.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException

from core.web.errors import BodyTooLarge, BodyTooSlow, Unavailable

Receive = Callable[[], Awaitable[Any]]

# A larger body goes to a temporary file. Almost all are smaller: a message has 10,000 characters.
MEMORY_BYTES = 64 * 1024


class CallerGone(Exception):
    """The caller closed the connection before the end of the body."""


class BodyRefused(Exception):
    """A body was not taken. `error` makes the error to answer, in the language that is active."""

    def __init__(self, error: Callable[[], APIException]) -> None:
        super().__init__()
        self.error = error


@dataclass(eq=False)
class Body:
    """A body, of which `size` bytes have arrived."""

    at_most: int
    file: SpooledTemporaryFile[bytes]
    timer: asyncio.Timeout
    size: int = 0
    is_evicted: bool = False


class Bodies:
    """All bodies of a process: those that arrive, and those that are worked on.

    Together they hold at most BODIES_MAX_BYTES, in memory and in temporary files.
    """

    def __init__(self) -> None:
        self.arriving: set[Body] = set()
        self.held_bytes = 0

    async def read(self, receive: Receive, *, declared: str, at_most: int) -> Body:
        """Return a whole body; `release` it afterwards. `declared` is its Content-Length or "".

        Raises BodyRefused or CallerGone.
        """
        if declared.isdecimal() and int(declared) > at_most:
            raise BodyRefused(partial(BodyTooLarge, at_most))
        file = SpooledTemporaryFile[bytes](MEMORY_BYTES)
        body = Body(at_most, file, asyncio.timeout(None))
        self.arriving.add(body)
        try:
            async with body.timer:
                await self._fill(body, receive)
        except BaseException as error:
            self.release(body)
            if isinstance(error, TimeoutError):
                raise BodyRefused(Unavailable if body.is_evicted else BodyTooSlow) from error
            raise
        finally:
            self.arriving.discard(body)
        body.file.seek(0)
        return body

    def release(self, body: Body) -> None:
        body.file.close()
        self.held_bytes -= body.size
        body.size = 0

    async def _fill(self, body: Body, receive: Receive) -> None:
        clock = asyncio.get_running_loop().time
        began = progressed = clock()
        more = True
        while more:
            body.timer.reschedule(_deadline(began, progressed, body.size))
            message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerGone
            more = message.get("more_body", False)
            if part := message.get("body", b""):
                progressed = clock()
                self._add(body, part)
            if body.is_evicted:
                raise BodyRefused(Unavailable)

    def _add(self, body: Body, part: bytes) -> None:
        if body.size + len(part) > body.at_most:
            raise BodyRefused(partial(BodyTooLarge, body.at_most))
        if body.is_evicted:
            return
        body.file.write(part)
        body.size += len(part)
        self.held_bytes += len(part)
        while self.held_bytes > settings.BODIES_MAX_BYTES and self._evict():
            pass

    def _evict(self) -> bool:
        """Refuse the largest body that still arrives: the small ones, such as messages, stay."""
        candidates = [b for b in self.arriving if not b.is_evicted and not b.timer.expired()]
        if not candidates:
            return False
        largest = max(candidates, key=lambda body: body.size)
        largest.is_evicted = True
        self.release(largest)
        largest.timer.reschedule(asyncio.get_running_loop().time())
        return True


def _deadline(began: float, progressed: float, size: int) -> float:
    """Return when to give up: nothing came for a while, or all of it comes too slowly."""
    whole = began + settings.BODY_SECONDS + size / settings.BODY_BYTES_PER_SECOND
    return float(min(progressed + settings.BODY_STALLED_SECONDS, whole))

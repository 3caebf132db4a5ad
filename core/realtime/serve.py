"""Serve streams: Django opens one, and then nothing of Django stays.

A stream that Django kept open held its request, answer, tasks and a thread: 120 KiB of memory.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.http.response import HttpResponseBase

from core.realtime.frames import PLAIN, Encoding, Gzipped
from core.realtime.hub import beginning, hub
from core.realtime.opening import EventStream, Opening
from core.realtime.streams import Stream
from core.web.bodies import Receive
from core.web.wsgi_bridge import Scope, Send

# How many openings Django works on at a time; each has a thread. The queries of all wait in one
# thread in any case.
OPENINGS_AT_ONCE = 32


class Answer:
    """The `send` of an opening. It sends a refusal, and keeps the head of a stream that opens."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.opening: Opening | None = None
        self.head: Mapping[str, Any] = {}

    async def __call__(self, message: Mapping[str, Any]) -> None:
        if self.opening is None:
            await self.send(message)
        elif message["type"] == "http.response.start":
            self.head = message


class OpeningHandler(ASGIHandler):
    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        if isinstance(response, EventStream):
            send.opening = response.opening
        await super().send_response(response, send)


class StreamServer:
    """The ASGI application of the streams."""

    def __init__(self) -> None:
        self.handler = OpeningHandler()
        self.gate = asyncio.Semaphore(OPENINGS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send)
        async with self.gate:
            # In a task, whose context ends with it.
            await asyncio.create_task(self.handler(scope, without_body(receive), answer))
        if answer.opening is None or not answer.head:
            # Refused, or the browser left.
            return
        stream = await hub().open(answer.opening.grant, answer.opening.epoch)
        try:
            await _begin(stream, answer.head, send)
            del answer
            _let_go(scope)
            # The end of an answer is a disconnect too, be it by the hub or by the browser.
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            # The server stops. `remove` ends the answer, so there is nothing to complain of.
            return
        finally:
            hub().streams.remove(stream)


async def _begin(stream: Stream, head: Mapping[str, Any], send: Send) -> None:
    await send(head)
    await stream.begin(send, _encoding(head), beginning(stream.epoch))


def _encoding(head: Mapping[str, Any]) -> Encoding:
    return Gzipped() if (b"Content-Encoding", b"gzip") in head["headers"] else PLAIN


def _let_go(scope: Scope) -> None:
    """Drop the headers, which the server keeps as long as the stream: 2.5 KiB of a browser's."""
    scope["headers"].clear()


def without_body(receive: Receive) -> Receive:
    """Drop the body of a request: Django's ASGI handler would write it to the disk, of any size."""
    is_asked = False

    async def next_message() -> Any:
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return next_message

"""Serve Django's WSGI application from the event loop.

The loop reads the whole body, a thread makes the whole answer, the loop sends it. A slow caller
holds no thread, neither while its request arrives nor while it reads the answer.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from functools import lru_cache, partial
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

import structlog
from django.db import connections

from core.web.bodies import Bodies, Body, BodyRefused, CallerGone, Receive
from core.web.body_limits import max_bytes_of
from core.web.body_refusals import REFUSAL
from core.web.threads import Threads

Scope = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]

# A file is read in blocks of this size.
BLOCK_BYTES = 64 * 1024
# A caller who reads nothing of a long answer for so long gets no more of it.
SEND_SECONDS = 60.0
# After an early refusal, read on for so long. A connection that is closed while its caller still
# sends is reset, and most callers then do not read the answer.
LINGER_SECONDS = 10.0
# Answers that have no content, and no length of it.
NO_CONTENT = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
CLOSE = (b"connection", b"close")
END = {"type": "http.response.body", "body": b"", "more_body": False}

logger = structlog.get_logger(__name__)


class FileBlocks:
    """A file that Django sends (`wsgi.file_wrapper` of PEP 3333)."""

    def __init__(self, file: IO[bytes], _block_size: int = BLOCK_BYTES) -> None:
        self.read, self.close = file.read, file.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(BLOCK_BYTES), b"")


@dataclass
class Answer:
    """What Django answered: the whole content, or the `rest` that is still to be made."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content: bytes = b""
    rest: Iterator[bytes] | None = None
    is_file: bool = False
    close: Callable[[], object] = lambda: None

    @property
    def length(self) -> bytes:
        """Return the Content-Length, b"" without one."""
        return dict(self.headers).get(b"content-length", b"")


class WsgiBridge:
    """An ASGI application that runs Django's WSGI application in threads."""

    def __init__(self, application: WSGIApplication, threads: int) -> None:
        self.application = application
        self.bodies = Bodies()
        self.threads = Threads(threads)
        self.generators = asyncio.Semaphore(threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Before the body is read: a chunked body may end in more headers (trailers).
        environ = environ_of(scope)
        body = None
        try:
            body = await self._read_body(environ, receive)
        except CallerGone:
            return
        except BodyRefused as refused:
            environ[REFUSAL] = refused
        try:
            context = Context()
            answer = await self.threads.run(
                partial(context.run, respond, self.application, environ)
            )
            if REFUSAL in environ:
                await _send_refusal(answer, receive, send)
            elif answer.rest is None:
                await _send(answer, send)
            else:
                await self._send_parts(answer, context, receive, send)
        finally:
            if body:
                self.bodies.release(body)

    async def _read_body(self, environ: WSGIEnvironment, receive: Receive) -> Body | None:
        """Put the whole body of a request that has one into its environment, and return it."""
        is_chunked = environ.pop("HTTP_TRANSFER_ENCODING", "")
        declared = environ.get("CONTENT_LENGTH", "")
        if not is_chunked and declared in ("", "0"):
            return None
        at_most = max_bytes_of(environ["PATH_INFO"])
        body = await self.bodies.read(receive, declared=declared, at_most=at_most)
        environ["CONTENT_LENGTH"] = str(body.size)
        environ["wsgi.input"] = body.file
        return body

    async def _send_parts(
        self, answer: Answer, context: Context, receive: Receive, send: Send
    ) -> None:
        """Send an answer while it is made: the next part once the caller took the last one."""
        await _send(answer, send, more=True)
        if answer.is_file:
            await _send_rest(answer, self.threads, context, receive, send)
            return
        async with self.generators:
            # A thread of its own: it may use the database, whose connections belong to a thread,
            # and a slow caller must hold none of those that answer requests.
            thread = Threads(1)
            try:
                await _send_rest(answer, thread, context, receive, send)
            finally:
                thread.run(connections.close_all)
                thread.end()


def respond(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Call the WSGI application and return its answer. An exception is logged, and a 500."""
    answer = Answer()

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        answer.status = int(status[:3])
        answer.headers = [
            (name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers
        ]

    try:
        _fill(answer, application(environ, start_response), environ)
    except Exception:
        logger.exception("request_failed", path=environ["PATH_INFO"])
        return broken(environ["PATH_INFO"])
    return answer


def broken(path: str) -> Answer:
    """Return the answer to a request on which even Django's own page for errors failed."""
    if path.startswith("/api/"):
        error = {"code": "error", "detail": "A server error occurred.", "attr": None}
        content = json.dumps({"type": "server_error", "errors": [error]}).encode()
        return Answer(headers=[(b"content-type", b"application/json")], content=content)
    return Answer(headers=[(b"content-type", b"text/plain")], content=b"Internal Server Error")


def _fill(answer: Answer, parts: Any, environ: WSGIEnvironment) -> None:
    """Take the parts of an answer: all, unless Django makes them bit by bit or reads a file."""
    answer.close = getattr(parts, "close", answer.close)
    is_head = environ["REQUEST_METHOD"] == "HEAD"
    try:
        if is_head:
            pass
        elif isinstance(parts, FileBlocks):
            answer.content, answer.is_file = parts.read(BLOCK_BYTES), True
            if b"%d" % len(answer.content) != answer.length:
                answer.rest = iter(parts)
        elif getattr(parts, "streaming", False):
            answer.rest = iter(parts)
        else:
            answer.content = b"".join(parts)
    finally:
        if answer.rest is None:
            answer.close()
    if not (answer.rest or answer.length or answer.status in NO_CONTENT or is_head):
        answer.headers.append((b"content-length", b"%d" % len(answer.content)))


async def _send(answer: Answer, send: Send, *, more: bool = False) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.content or not more:
        await send({"type": "http.response.body", "body": answer.content, "more_body": more})


async def _send_refusal(answer: Answer, receive: Receive, send: Send) -> None:
    """Send the refusal of a body, then close the connection: the rest of the body is on its way."""
    answer.headers.append(CLOSE)
    await _send(answer, send, more=True)
    if answer.status != HTTPStatus.REQUEST_TIMEOUT:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body", False):
                    pass
    await send(END)


async def _send_rest(
    answer: Answer, threads: Threads, context: Context, receive: Receive, send: Send
) -> None:
    gone = asyncio.ensure_future(_caller_gone(receive))
    rest = answer.rest or iter(())

    def make_next() -> bytes | None:
        return next(rest, None)

    try:
        while (
            part := await threads.run(partial(context.run, make_next))
        ) is not None and not gone.done():
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if not gone.done():
            await send(END)
    finally:
        gone.cancel()
        # Not awaited, since `make_next` may hang. A copy, since it may still be in the context.
        threads.run(partial(context.copy().run, answer.close))


async def _caller_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def environ_of(scope: Scope) -> WSGIEnvironment:
    """Return the WSGI environment of a request (PEP 3333), still without its body."""
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode())
    host, port = scope.get("server") or ("localhost", None)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBlocks,
    }
    for name, value in scope["headers"]:
        if key := _key(name):
            text = value.decode("latin1")
            separator = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    return environ


@lru_cache(128)
def _key(name: bytes) -> str:
    """Return the key of a header, "" if it is dropped.

    A name with an underscore would have the key of one with a hyphen: X_Forwarded_For.
    """
    if b"_" in name:
        return ""
    key = name.decode("latin1").upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"

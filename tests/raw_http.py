"""Speak HTTP by the byte: half a request, chunks, wrong lengths, many slow connections at once."""

import http.client
import json
import selectors
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

TIMEOUT_SECONDS = 30.0


class RawCaller:
    """One connection, to which a test writes any bytes."""

    def __init__(self, port: int, *parts: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        for part in parts:
            self.send(part)

    def send(self, part: bytes) -> None:
        self.socket.sendall(part)

    def send_all_it_takes(self, parts: Iterable[bytes]) -> None:
        """Send until the other end closes, as it does after a refusal."""
        try:
            for part in parts:
                self.send(part)
        except OSError:
            pass

    def answer(self) -> http.client.HTTPResponse:
        """Return the answer, its head read. Raises TimeoutError without one."""
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        return response

    def json(self) -> tuple[int, Any]:
        answer = self.answer()
        return answer.status, json.loads(answer.read())

    def is_closed(self) -> bool:
        """Wait for the other end to close; everything before it is dropped."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def has_answer(self) -> bool:
        """Tell whether something came, without waiting."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            return bool(selector.select(0))

    def close(self) -> None:
        self.socket.close()


def head(method: str, path: str, **headers: str) -> bytes:
    """Return the head of a request. `Content_Length` as a keyword becomes `Content-Length`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunks(body: bytes, size: int, trailers: str = "") -> Iterator[bytes]:
    """Return a body in chunks of this size, the end included."""
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n" + trailers.encode() + b"\r\n"


@contextmanager
def trickling(callers: list[RawCaller], part: bytes, seconds: float) -> Iterator[threading.Event]:
    """Let each caller send a part every so often, until the block ends or the event is set."""
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(seconds):
            for caller in callers:
                caller.send_all_it_takes([part])

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()

"""Compress what the web process answers: pages, JSON and the event stream.

Static files are compressed when they are built, and pass by `static_files.StaticFiles` before.
"""

import re
import secrets
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import brotli
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Bytes. Below it the names of the headers cost what is gained.
SHORTEST = 200
# Of a conversation's page (57 kB) they make 10.0, 9.0 and 10.6 kB in 0.2, 0.8 and 1 ms.
ZSTD_LEVEL = 3
BROTLI_QUALITY = 5
GZIP_LEVEL = 4
# Of the stream: many people get the same event, which is compressed once.
EVENTS_KEPT = 256

COMPRESSIBLE = re.compile(
    r"text/|image/svg\+xml|application/([\w.-]+\+)?(json|javascript|xml|vnd\.oai\.openapi)\b"
)

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
RAW = -zlib.MAX_WBITS
GZIP = zlib.MAX_WBITS | 16

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class Compression:
    """Encode answers as the caller accepts; the best that we write first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _is_of_interest(response):
            patch_vary_headers(response, ["Accept-Encoding"])
            _encode(response, request)
        return response


def _is_of_interest(response: HttpResponseBase) -> bool:
    """Tell whether an answer depends on what the caller accepts."""
    # Static files are FileResponses too.
    if isinstance(response, FileResponse) or response.has_header("Content-Encoding"):
        return False
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return True
    return (
        response.status_code != HTTPStatus.PARTIAL_CONTENT
        and "no-transform" not in response.get("Cache-Control", "")
        and COMPRESSIBLE.match(response.get("Content-Type", "")) is not None
    )


def _encode(response: HttpResponseBase, request: HttpRequest) -> None:
    accepted = accepted_encodings(request.headers.get("Accept-Encoding", ""))
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        _keep_weak(response, request)
    elif isinstance(response, StreamingHttpResponse):
        if "gzip" in accepted:
            _encode_stream(response)
    elif isinstance(response, HttpResponse) and accepted:
        _encode_whole(response, _chosen(response, accepted))


def _chosen(response: HttpResponse, accepted: dict[str, float]) -> str:
    """Return what the caller wishes most; among equals the smallest for a page, else the quickest.

    Somebody waits for a page on a phone, and it is asked for once.
    """
    order = PAGE_ORDER if response.get("Content-Type", "").startswith("text/html") else WRITERS
    return max(order, key=lambda name: accepted.get(name, 0.0))


def _encode_whole(response: HttpResponse, encoding: str) -> None:
    if len(response.content) < SHORTEST:
        return
    content = WRITERS[encoding](response.content)
    if len(content) >= len(response.content):
        return
    response.content = content
    response["Content-Length"] = str(len(content))
    response["Content-Encoding"] = encoding
    # So that a length tells less: core/README.md, "BREACH".
    response["X-Padding"] = "x" * secrets.randbelow(64)
    _weaken(response)


def _encode_stream(response: StreamingHttpResponse) -> None:
    # Who writes the events of a stream compresses each of them (`GzippedEvents`).
    if not is_event_stream(response):
        parts: Any = response.streaming_content
        response.streaming_content = _gzipped(parts)
    del response["Content-Length"]
    response["Content-Encoding"] = "gzip"
    _weaken(response)


def is_event_stream(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("text/event-stream")


def _weaken(response: HttpResponseBase) -> None:
    """Make the entity tag weak: the bytes are others, what they say is the same."""
    if response.get("ETag", "").startswith('"'):
        response["ETag"] = f"W/{response['ETag']}"


def _keep_weak(response: HttpResponseBase, request: HttpRequest) -> None:
    """Say "not changed" by the tag that the caller has, else its cache may not renew it."""
    tag = response.get("ETag", "")
    if f"W/{tag}" in request.headers.get("If-None-Match", ""):
        _weaken(response)


@lru_cache(64)
def accepted_encodings(header: str) -> dict[str, float]:
    """Return the encodings of WRITERS that a caller accepts, each with its wish (0 to 1)."""
    wishes: dict[str, float] = {}
    for part in header[:500].lower().split(","):
        name, _, parameters = part.partition(";")
        wishes[name.strip()] = _weight(parameters)
    found = {name: wishes.get(name, wishes.get("*", 0.0)) for name in WRITERS}
    return {name: wish for name, wish in found.items() if wish > 0}


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _by_zstd(content: bytes) -> bytes:
    return zstd.compress(content, level=ZSTD_LEVEL)


def _by_brotli(content: bytes) -> bytes:
    return bytes(brotli.compress(content, quality=BROTLI_QUALITY))


def _by_gzip(content: bytes) -> bytes:
    return zlib.compress(content, GZIP_LEVEL, GZIP)


# The quickest first.
WRITERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": _by_zstd,
    "br": _by_brotli,
    "gzip": _by_gzip,
}
PAGE_ORDER = ("br", "zstd", "gzip")


def _gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    writer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)
    for part in parts:
        if written := writer.compress(part):
            yield written
    yield writer.flush()


class GzippedEvents:
    """One gzip stream of events, each as whole blocks, so that nothing waits for the next.

    Each event is compressed by itself. So a stream needs no memory between two events, an event
    that a thousand people get is compressed once, and no length tells of what came before.
    """

    __slots__ = ("checksum", "size")

    def __init__(self) -> None:
        self.checksum = self.size = 0

    def add(self, part: bytes) -> None:
        """Count a part whose `blocks` are written."""
        self.checksum = zlib.crc32(part, self.checksum)
        self.size += len(part)

    def end(self) -> bytes:
        end = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, RAW).flush()
        size = self.size & 0xFFFFFFFF
        return end + self.checksum.to_bytes(4, "little") + size.to_bytes(4, "little")


@lru_cache(EVENTS_KEPT)
def blocks(part: bytes) -> bytes:
    writer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, RAW)
    return writer.compress(part) + writer.flush(zlib.Z_SYNC_FLUSH)

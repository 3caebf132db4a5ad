"""Answers are compressed as the caller accepts, and mean the same as before."""

import gzip
import json
import sys
import zlib
from typing import Any

import brotli
import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from core.models import User
from core.web.compression import (
    GZIP_HEADER,
    Compression,
    GzippedEvents,
    accepted_encodings,
    blocks,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LONG = "Le béton du niveau 2 est coulé. " * 40


def answered(
    response: HttpResponse | StreamingHttpResponse, accept: str = "gzip, deflate, br, zstd"
) -> Any:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept})
    return Compression(lambda _request: response)(request)


def read(response: Any) -> bytes:
    """Return the content of an answer, as a browser reads it."""
    encoding = response.get("Content-Encoding", "")
    readers: dict[str, Any] = {
        "zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress, "": bytes,
    }  # fmt: skip
    return bytes(readers[encoding](response.content))


class TestChoice:
    @pytest.mark.parametrize(
        ("accept", "chosen"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, zstd", "zstd"),
            ("zstd, br;q=0.9", "zstd"),
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("GZIP", "gzip"),
            ("gzip;q=1.0, br;q=0.5", "gzip"),
            ("zstd;q=0, br;q=0, gzip", "gzip"),
            ("*", "br"),
            ("*;q=0.1, gzip", "gzip"),
            ("br; q=x, gzip", "gzip"),
            ("identity", ""),
            ("gzip;q=0", ""),
            ("", ""),
        ],
    )
    def test_encoding_is_the_best_that_the_caller_accepts(self, accept: str, chosen: str) -> None:
        response = answered(HttpResponse(LONG), accept)

        assert response.get("Content-Encoding", "") == chosen
        assert read(response).decode() == LONG
        assert response["Vary"] == "Accept-Encoding"

    def test_header_of_any_length_is_read(self) -> None:
        assert accepted_encodings("x," * 100_000 + "gzip") == {}

    def test_json_is_written_the_quickest_way(self) -> None:
        response = answered(HttpResponse(LONG, content_type="application/json"))

        assert response["Content-Encoding"] == "zstd"


class TestWhatIsCompressed:
    def test_long_page_is_and_its_length_is_told(self) -> None:
        response = answered(HttpResponse(LONG))

        assert len(response.content) < len(LONG) / 5
        assert response["Content-Length"] == str(len(response.content))

    @pytest.mark.parametrize(
        "response",
        [
            HttpResponse("x" * 199),
            HttpResponse(status=204),
            HttpResponse(LONG, content_type="image/png"),
            HttpResponse(LONG, headers={"Content-Encoding": "br"}),
            HttpResponse(LONG, headers={"Cache-Control": "private, no-transform"}),
            HttpResponse(LONG, status=206),
            FileResponse([LONG.encode()], content_type="text/plain"),
        ],
        ids=["short", "empty", "picture", "encoded", "no-transform", "part", "file"],
    )
    def test_others_are_left_as_they_are(self, response: Any) -> None:
        before = dict(response.headers)

        after = answered(response)

        changed = {name: value for name, value in after.headers.items() if name != "Vary"}
        assert changed == {name: value for name, value in before.items() if name != "Vary"}

    def test_content_that_grows_is_left_as_it_is(self) -> None:
        noise = bytes(index * 97 % 251 for index in range(230))

        assert "Content-Encoding" not in answered(HttpResponse(noise, content_type="text/plain"))

    def test_parts_of_a_table_are_one_gzip(self) -> None:
        rows = (f"{number};toit\n".encode() for number in range(2_000))

        response = answered(StreamingHttpResponse(rows, content_type="text/csv"))

        parts = list(response.streaming_content)
        assert gzip.decompress(b"".join(parts)).count(b"toit") == 2_000


class TestEntityTags:
    def test_tag_becomes_weak(self) -> None:
        response = answered(HttpResponse(LONG, headers={"ETag": '"7-ab"'}))

        assert response["ETag"] == 'W/"7-ab"'

    def test_tag_of_what_is_not_compressed_stays(self) -> None:
        response = answered(HttpResponse(LONG, headers={"ETag": '"7-ab"'}), "identity")

        assert response["ETag"] == '"7-ab"'

    @pytest.mark.django_db
    def test_read_again_by_a_weak_tag_is_a_304_with_that_tag(
        self, client: Client, odile: User
    ) -> None:
        client.force_login(odile)
        accept = {"Accept-Encoding": "gzip"}
        first = client.get("/api/v1/me", headers=accept)

        again = client.get("/api/v1/me", headers={**accept, "If-None-Match": first["ETag"]})

        assert first["ETag"].startswith('W/"')
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])
        assert "Accept-Encoding" in again["Vary"]
        assert "Content-Encoding" not in again

    @pytest.mark.django_db
    def test_head_tells_what_get_answers(self, client: Client, odile: User) -> None:
        client.force_login(odile)
        accept = {"Accept-Encoding": "br"}

        head = client.head("/api/v1/me", headers=accept)
        answer = client.get("/api/v1/me", headers=accept)

        names = ("Content-Encoding", "Content-Type", "ETag", "Vary")
        assert head["Content-Encoding"] == "br"
        assert [head[name] for name in names] == [answer[name] for name in names]

    @pytest.mark.django_db
    def test_page_is_compressed_with_its_own_token_each_time(self, client: Client) -> None:
        pages = [read(client.get("/login", headers={"Accept-Encoding": "br"})) for _ in range(2)]

        assert b"<form" in pages[0]
        assert pages[0] != pages[1]


@pytest.mark.django_db
def test_error_of_the_api_is_json_in_the_encoding_that_it_names(client: Client) -> None:
    """Its page is replaced by JSON after it was made."""
    answer = client.get("/api/v1/nothing-here", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert json.loads(read(answer))["errors"][0]["code"] == "not_found"


class TestEvents:
    def test_each_event_can_be_read_before_the_next_is_made(self) -> None:
        events = [b'event: message\ndata: {"body": "b\xc3\xa9ton"}\n\n', b":\n\n", b"data: 3\n\n"]
        reader, stream = _gzip_reader(), GzippedEvents()
        assert reader.decompress(GZIP_HEADER) == b""

        for event in events:
            stream.add(event)
            assert reader.decompress(blocks(event)) == event
        reader.decompress(stream.end())

        # The checksum and the length at the end are right.
        assert reader.eof

    def test_length_of_an_event_does_not_depend_on_those_before(self) -> None:
        secret, guess = b"data: le code du portail est 4711\n\n", b"data: bonjour\n\n"

        def length_after(before: bytes) -> int:
            blocks.cache_clear()
            blocks(before)
            return len(blocks(secret))

        assert length_after(secret) == length_after(guess)

    def test_content_of_an_event_stream_is_left_to_who_writes_it(self) -> None:
        parts = iter([b"data: 1\n\n"])

        response = answered(StreamingHttpResponse(parts, content_type="text/event-stream"))

        assert response["Content-Encoding"] == "gzip"
        assert list(response.streaming_content) == [b"data: 1\n\n"]


def _gzip_reader() -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)

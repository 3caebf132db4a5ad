"""The bridge gives Django what came over the socket, and the socket what Django makes."""

import json
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.db import connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from pytest_django import Settings

from core.web.body_refusals import REFUSAL
from core.web.wsgi_bridge import BLOCK_BYTES
from tests.core.web.served import served
from tests.raw_http import RawCaller, chunks, head, trickling
from tests.waiting import until

Respond = Callable[[WSGIEnvironment], Any]


class App:
    """A WSGI application that answers as Django's does, with what a function returns."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        response = self.respond(environ)
        start_response(f"{response.status_code} Said", list(response.items()))
        if getattr(response, "file_to_stream", None) is not None:
            response.file_to_stream.close = response.close
            return environ["wsgi.file_wrapper"](response.file_to_stream, 4096)
        return response


def said(value: Any) -> HttpResponse:
    return HttpResponse(json.dumps(value), content_type="application/json")


def environ_said(environ: WSGIEnvironment) -> HttpResponse:
    found = {name: value for name, value in environ.items() if isinstance(value, str)}
    refused = environ.get(REFUSAL)
    return said(
        found
        | {"body": environ["wsgi.input"].read().decode("latin1")}
        | {"refused": refused and type(refused.error()).__name__}
    )


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """The port of an application that answers with its environment."""
    with served(App(environ_said)) as (port, _bridge):
        yield port


def environ(port: int, request: bytes) -> dict[str, str]:
    environ: dict[str, str] = RawCaller(port, request).json()[1]
    return environ


class TestEnvironment:
    def test_request_is_described_as_pep_3333_says(self, echo: int) -> None:
        found = environ(echo, head("GET", "/a%C3%A9%FF%2Fb?c=%20d", Host="exemple.fr"))

        wanted = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/a\xc3\xa9\xff/b",
            "QUERY_STRING": "c=%20d", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": str(echo),
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
            "body": "",
        }  # fmt: skip
        assert {name: found[name] for name in wanted} == wanted
        assert "CONTENT_LENGTH" not in found

    def test_repeated_headers_are_joined(self, echo: int) -> None:
        request = head("GET", "/").replace(
            b"\r\n\r\n", b"\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n"
        )

        found = environ(echo, request)

        assert (found["HTTP_X_A"], found["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")

    @pytest.mark.parametrize("name", ["X_Forwarded_For", "x_forwarded-for", "X-Forwarded_For"])
    def test_header_with_an_underscore_is_dropped(self, echo: int, name: str) -> None:
        request = head("GET", "/").replace(b"\r\n\r\n", f"\r\n{name}: 6.6.6.6\r\n\r\n".encode())

        assert "6.6.6.6" not in environ(echo, request).values()

    @pytest.mark.parametrize("size", [1, 7, 100_000])
    def test_chunked_body_has_a_length(self, echo: int, size: int) -> None:
        body = b"0123456789" * 10_000
        request = head("POST", "/", Transfer_Encoding="chunked") + b"".join(chunks(body, size))

        found = environ(echo, request)

        assert found["CONTENT_LENGTH"] == str(len(body))
        assert found["body"] == body.decode()
        assert "HTTP_TRANSFER_ENCODING" not in found

    def test_trailer_is_no_header(self, echo: int) -> None:
        trailers = "X-Forwarded-For: 6.6.6.6\r\nContent-Type: text/html\r\n"
        request = head("POST", "/", Transfer_Encoding="chunked")

        found = environ(echo, request + b"".join(chunks(b"a", 1, trailers)))

        assert not {"HTTP_X_FORWARDED_FOR", "CONTENT_TYPE"} & found.keys()

    def test_body_is_asked_for_with_100_continue(self, echo: int) -> None:
        caller = RawCaller(echo, head("POST", "/", Content_Length="2", Expect="100-continue"))
        assert caller.socket.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")

        caller.send(b"ab")

        assert caller.json()[1]["body"] == "ab"

    def test_answer_to_head_has_no_body(self, echo: int) -> None:
        caller = RawCaller(echo, head("HEAD", "/") + head("GET", "/"))

        received = b""
        while b"REQUEST_METHOD" not in received:
            received += caller.socket.recv(65536)

        assert received.count(b"HTTP/1.1 200") == 2
        assert b"\r\n\r\nHTTP/1.1 200" in received


class TestRequest:
    def test_exception_is_a_500_and_the_thread_goes_on(self) -> None:
        def fail(_environ: WSGIEnvironment) -> HttpResponse:
            raise ValueError("broken")

        with served(App(fail), threads=1) as (port, _bridge):
            for _ in range(3):
                assert RawCaller(port, head("GET", "/")).answer().status == 500
            status, content = RawCaller(port, head("GET", "/api/v1/me")).json()
            assert (status, content["errors"][0]["code"]) == (500, "error")

    def test_context_of_a_request_does_not_reach_the_next(self) -> None:
        bound: ContextVar[str] = ContextVar("bound", default="nothing")

        def bind(_environ: WSGIEnvironment) -> HttpResponse:
            before = bound.get()
            bound.set("something")
            return said(before)

        with served(App(bind), threads=1) as (port, _bridge):
            caller = RawCaller(port)
            for _ in range(2):
                caller.send(head("GET", "/"))
                assert caller.json()[1] == "nothing"

    def test_caller_that_leaves_within_the_body_leaves_nothing(self) -> None:
        with served(App(environ_said)) as (port, bridge):
            caller = RawCaller(port, head("POST", "/", Content_Length="900000"), b"a" * 100)
            until(lambda: bridge.bodies.held_bytes == 100)
            caller.close()

            until(lambda: (bridge.bodies.held_bytes, bridge.bodies.arriving) == (0, set()))
            assert RawCaller(port, head("GET", "/")).answer().status == 200

    def test_body_that_is_too_slow_as_a_whole_is_refused(self, settings: Settings) -> None:
        settings.BODY_SECONDS = 1.0
        with served(App(environ_said)) as (port, _bridge):
            caller = RawCaller(port, head("POST", "/", Content_Length="900000"))
            with trickling([caller], b"a", 0.1):
                assert caller.json()[1]["refused"] == "BodyTooSlow"
                caller.close()

    def test_largest_body_makes_room_for_the_small_ones(self, settings: Settings) -> None:
        settings.BODIES_MAX_BYTES = 1_000_000
        with served(App(environ_said)) as (port, bridge):
            large = [RawCaller(port, head("POST", "/", Content_Length="900000")) for _ in range(2)]
            large[0].send(b"a" * 600_000)
            until(lambda: bridge.bodies.held_bytes == 600_000)
            large[1].send(b"a" * 500_000)

            assert large[0].json()[1]["refused"] == "Unavailable"
            large[0].close()
            small = RawCaller(port, head("POST", "/", Content_Length="2"), b"ab")
            assert small.json()[1]["body"] == "ab"
            large[1].send(b"a" * 400_000)
            assert large[1].json()[1]["CONTENT_LENGTH"] == "900000"
            until(lambda: bridge.bodies.held_bytes == 0)


class Parts:
    """The parts of a streamed answer, each made when the test says so."""

    def __init__(self) -> None:
        self.go_on = threading.Semaphore(1)
        self.made = 0
        self.closed = threading.Event()
        self.threads: set[str] = set()

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self.go_on.acquire(timeout=30):
                self.made += 1
                self.threads.add(threading.current_thread().name + str(threading.get_ident()))
                yield b"part"
        finally:
            self.closed.set()


class TestStreamedAnswer:
    @pytest.fixture
    def parts(self) -> Parts:
        return Parts()

    @pytest.fixture
    def port(self, parts: Parts) -> Iterator[int]:
        def stream(environ: WSGIEnvironment) -> Any:
            return (
                said("short") if "short" in environ["PATH_INFO"] else StreamingHttpResponse(parts)
            )

        with served(App(stream), threads=1) as (port, _bridge):
            yield port

    def test_first_part_arrives_before_the_next_is_made(self, port: int, parts: Parts) -> None:
        answer = RawCaller(port, head("GET", "/")).answer()

        assert answer.read(4) == b"part"
        assert parts.made == 1
        parts.go_on.release()
        assert answer.read(4) == b"part"
        assert len(parts.threads) == 1

    def test_others_are_answered_meanwhile(self, port: int, parts: Parts) -> None:
        RawCaller(port, head("GET", "/")).answer().read(4)

        assert RawCaller(port, head("GET", "/short")).json() == (200, "short")

    def test_caller_that_leaves_ends_it(self, port: int, parts: Parts) -> None:
        caller = RawCaller(port, head("GET", "/"))
        caller.answer().read(4)
        caller.close()

        def ended() -> bool:
            parts.go_on.release()
            return parts.closed.is_set()

        until(ended, "the generator was not closed")

    def test_caller_that_does_not_read_stops_it(self) -> None:
        made: list[int] = []

        def endless() -> Iterator[bytes]:
            while True:
                made.append(1)
                yield b"a" * BLOCK_BYTES

        def stream(environ: WSGIEnvironment) -> Any:
            return (
                said(len(made))
                if "made" in environ["PATH_INFO"]
                else StreamingHttpResponse(endless())
            )

        with served(App(stream)) as (port, _bridge):
            caller = RawCaller(port, head("GET", "/"))
            counts = [0, 1]

            def is_paused() -> bool:
                counts.append(RawCaller(port, head("GET", "/made")).json()[1])
                return counts[-1] == counts[-2] > 1

            until(is_paused, "it is made although nobody reads it")
            caller.close()

    def test_error_in_the_middle_cuts_the_answer(self) -> None:
        def broken() -> Iterator[bytes]:
            yield b"part"
            raise ValueError("broken")

        with served(App(lambda _environ: StreamingHttpResponse(broken()))) as (port, _bridge):
            caller = RawCaller(port, head("GET", "/"))

            assert caller.answer().read(4) == b"part"
            assert caller.is_closed()


class TestFile:
    @pytest.mark.parametrize("size", [0, 10, BLOCK_BYTES, 3_000_000])
    def test_file_arrives_whole_and_is_closed(self, tmp_path: Path, size: int) -> None:
        path, closed = tmp_path / "plan.pdf", threading.Event()
        path.write_bytes(b"0123456789" * (size // 10) + b"a" * (size % 10))

        def send(_environ: WSGIEnvironment) -> FileResponse:
            response = FileResponse(path.open("rb"))
            response.close = closed.set  # type: ignore[method-assign]
            return response

        with served(App(send)) as (port, _bridge):
            assert RawCaller(port, head("GET", "/")).answer().read() == path.read_bytes()
            until(closed.is_set, "the file stays open")

    def test_slow_readers_hold_no_thread(self, tmp_path: Path) -> None:
        (tmp_path / "plan.pdf").write_bytes(b"a" * 30_000_000)

        def send(environ: WSGIEnvironment) -> Any:
            is_short = "short" in environ["PATH_INFO"]
            return said("short") if is_short else FileResponse((tmp_path / "plan.pdf").open("rb"))

        with served(App(send), threads=1) as (port, _bridge):
            slow = [RawCaller(port, head("GET", "/")) for _ in range(20)]
            assert [one.answer().status for one in slow] == [200] * 20

            assert RawCaller(port, head("GET", "/short")).json() == (200, "short")
            for one in slow:
                one.close()


def test_database_connections_of_a_streamed_answer_are_closed(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    used: list[Any] = []

    def rows() -> Iterator[bytes]:
        with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
            used.append(connections["default"])
        yield b"part"

    with served(App(lambda _environ: StreamingHttpResponse(rows()))) as (port, _bridge):
        assert RawCaller(port, head("GET", "/")).answer().read() == b"part"
        until(lambda: used[0].connection is None, "the connection stays open")

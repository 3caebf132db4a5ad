"""Limit how long and how large the head of a request may be, which uvicorn does not.

`core.server` starts the web with it.
"""

from asyncio import TimerHandle, Transport

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LATE = "408 Request Timeout"
TOO_LARGE = "431 Request Header Fields Too Large"


class HeadLimits(HttpToolsProtocol):
    """A connection that is closed when a head does not arrive in time, or is too large.

    The time of the first head starts with the connection; that of a later one with its first byte,
    since uvicorn itself closes an idle connection (`timeout_keep_alive`).

    While the server drains, each answer says `Connection: close`.
    """

    # With these three, uvicorn's own attributes would be more than 30, and CPython shares the names
    # of no more: each connection took 1.3 KiB more.
    __slots__ = ("_head_bytes", "_is_in_head", "_timer")

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._timer: TimerHandle | None = None
        self._is_in_head = False
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()
        if self._timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # Still no end of the head: otherwise `on_headers_complete` stopped the timer.
        if self._timer is not None and self._head_bytes > settings.REQUEST_HEAD_MAX_BYTES:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        self._is_in_head = True
        if self._timer is None:
            self._await_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the head it is a trailer of a chunked body: nobody reads those.
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_timer()
        super().on_headers_complete()
        if getattr(self.server_state, "is_draining", False):
            self.cycle.keep_alive = False

    @property
    def is_idle(self) -> bool:
        """Tell that no request is worked on, and none arrives."""
        return not self._is_in_head and (self.cycle is None or self.cycle.response_complete)

    def close_after_answer(self) -> None:
        """Let the answer that is worked on be the last, if it can still say so.

        An answer that has begun did not say it. A proxy may send the next request while it ends, so
        the connection stays for that one.
        """
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._timer = self.loop.call_later(settings.REQUEST_HEAD_SECONDS, self._refuse, LATE)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: str) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(
                f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode()
            )
            self.transport.close()

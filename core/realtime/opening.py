"""What the view of a stream hands over to `core.realtime.serve`."""

from dataclasses import dataclass

from django.http import StreamingHttpResponse

from core.realtime.grants import Grant


@dataclass(frozen=True)
class Opening:
    """The right to a stream, and the epoch of the database that gave it."""

    grant: Grant
    epoch: str


class EventStream(StreamingHttpResponse):
    """The head of a stream. Its content is written by `core.realtime.serve`, not by Django."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self.opening = opening

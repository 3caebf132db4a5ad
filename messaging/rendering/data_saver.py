"""Whether pictures wait for a tap, as attachments/static/attachments/data-saver.js decides it.

Chromium says `Save-Data` by itself, and how good the link is (`ECT`) after a page has asked for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

SLOW = ("slow-2g", "2g", "3g")
# A preview of 320 px weighs 15 to 25 kB.
PREVIEW_BYTES = 20 * 1024

_saves_data = ContextVar("saves_data", default=False)


@contextmanager
def for_link_of(request: HttpRequest) -> Iterator[None]:
    """Render for the reader's link inside of this context."""
    is_slow = request.headers.get("ECT", "") in SLOW
    token = _saves_data.set(is_slow or request.headers.get("Save-Data", "").lower() == "on")
    try:
        yield
    finally:
        _saves_data.reset(token)


def saves_data() -> bool:
    return _saves_data.get()


def ask_for_link(response: HttpResponse) -> None:
    """Let the browser say with its next requests how good the link is."""
    response["Accept-CH"] = "ECT"

"""Report the progress of a job from inside it.

`told_to` sets the listener and `step` calls it. Without a listener, as in a request, `step` does
nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def step(done: int, total: int, phase: str = "") -> None:
    """Report that `done` of `total` parts are done, in the phase of that name.

    Call it outside of transactions, where the job can stop without harm: it raises what the
    listener raises when a person cancelled the job.
    """
    if listener := _listener.get():
        listener(done, total, phase)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Call a listener with (done, total, phase) at each step inside the `with` block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)

"""Report the progress of work from inside it.

The caller of the work listens, or nobody, as in a request.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def step(done: int, total: int, phase: str = "") -> None:
    """Report that `done` of `total` parts are done, and the phase.

    Call it outside of transactions, where the work may stop without harm: it raises what the
    listener raises, `workers.engine.progress.Cancelled` when somebody has cancelled the work.
    """
    if listener := _listener.get():
        listener(done, total, phase)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Pass the steps of the work in this context to a listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)

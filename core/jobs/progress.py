"""How far a piece of work is, said from inside it to whoever runs it.

The work does not know who listens; in a request nobody does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def step(done: int, total: int, phase: str = "") -> None:
    """Say that `done` of `total` parts are done, and in which phase the work is.

    To be called outside of transactions, where the work may be cut without harm: it raises what
    the listener raises when somebody has cancelled the work.
    """
    if listener := _listener.get():
        listener(done, total, phase)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Have the steps of the work in this context told to a listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)

"""Tell callers how often they may do something (draft-ietf-httpapi-ratelimit-headers-10).

`RateLimit-Policy: "message";q=60;w=60` says 60 in 60 seconds, `RateLimit: "message";r=12;t=41` that
12 are left for 41 seconds.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any


@dataclass
class Spent:
    """One limit that this request was counted against."""

    what: str
    at_most: int
    window: timedelta
    value: int
    left: timedelta

    @property
    def policy(self) -> str:
        return f'"{self.what}";q={self.at_most};w={ceil(self.window.total_seconds())}'

    @property
    def rest(self) -> str:
        remaining = max(0, self.at_most - self.value)
        return f'"{self.what}";r={remaining};t={max(1, ceil(self.left.total_seconds()))}'


# None outside of a request to the API.
_spent: ContextVar[list[Spent] | None] = ContextVar("spent", default=None)


def begin() -> None:
    """Forget what the request before this one spent."""
    _spent.set([])


def note(spent: Spent) -> None:
    if (noted := _spent.get()) is not None:
        noted.append(spent)


def note_given_back(what: str) -> None:
    for spent in _spent.get() or ():
        if spent.what == what:
            spent.value -= 1


def add_to(response: Any) -> None:
    """Set both headers, if the request was counted at all."""
    if noted := _spent.get():
        response["RateLimit-Policy"] = ", ".join(spent.policy for spent in noted)
        response["RateLimit"] = ", ".join(spent.rest for spent in noted)

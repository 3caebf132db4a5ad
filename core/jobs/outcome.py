"""Say how work ended: what the other side said decides, not that we asked."""

from dataclasses import dataclass
from datetime import timedelta


class TryAgain(Exception):
    """Work failed; `after` is the pause that the other side asked for, if it did."""

    def __init__(self, error: str, *, after: timedelta | None = None) -> None:
        super().__init__(error)
        self.after = after


@dataclass(frozen=True)
class WorkFailed:
    """Work that acquires its own rows failed without raising.

    `error` is as a row keeps it (`lease.error_text`).
    """

    error: str
    # Nobody tries again.
    is_given_up: bool = False

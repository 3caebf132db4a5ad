"""Say how work ended: what the other side said decides, not that we asked."""

from dataclasses import dataclass
from datetime import timedelta


def said_by(error: BaseException) -> str:
    """Return the text of an error, and of the error that caused it if that says more.

    An error of ours has a sentence for people; what the other side said is in its cause.
    """
    text, cause = str(error), error.__cause__
    if cause is not None and str(cause) not in text:
        text = f"{text} ({type(cause).__name__}: {cause})"
    # PostgreSQL's text holds no NUL.
    return text.replace("\0", "")


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

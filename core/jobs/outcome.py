"""Say how work ended that did not raise: what the other side said decides, not that we asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkFailed:
    """Work that acquires its own rows failed. `error` as a row keeps it (`lease.error_text`)."""

    error: str
    # Nobody tries again.
    is_given_up: bool = False

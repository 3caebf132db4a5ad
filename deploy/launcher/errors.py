"""Errors that end the start, with one line that says what to do."""

import re

_REASON = re.compile(r"error|fatal|panic", re.IGNORECASE)


class StartError(Exception):
    """A start that cannot go on. Its text is the one line for the terminal."""


def reason_in(log: str) -> str:
    """Return the last line with an error word, or the last line at all.

    Programs often print more lines after the one that names the error.
    """
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    reasons = [line for line in lines if _REASON.search(line)]
    return (reasons or lines or ["it printed nothing"])[-1]

"""What a person can mend, said in one line."""

import re

_REASON = re.compile(r"error|fatal|panic", re.IGNORECASE)


class StartError(Exception):
    """Ends the start; its text is the one line that says what to do."""


def reason_in(log: str) -> str:
    """The last line that names a reason; programs like to end with something else."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    reasons = [line for line in lines if _REASON.search(line)]
    return (reasons or lines or ["it said nothing"])[-1]

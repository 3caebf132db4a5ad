"""Compare what a program sends with the secrets that we share with it."""

import hmac
from collections.abc import Iterable


def is_one_of(given: str, secrets: Iterable[str]) -> bool:
    """Compare in a time that says nothing of the secrets. Nobody knows one that is empty."""
    encoded = given.encode()
    return any(bool(each) and hmac.compare_digest(encoded, each.encode()) for each in secrets)

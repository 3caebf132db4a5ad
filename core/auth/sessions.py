"""Keep sessions in the database as Django does, and read no key that Django did not make."""

import string
from typing import Any

from django.contrib.sessions.backends import db

LETTERS = frozenset(string.ascii_lowercase + string.digits)


class SessionStore(db.SessionStore):
    """Ignore a cookie that no login of ours has set.

    A quoted cookie can hold any byte in octal. PostgreSQL refuses a NUL, which would be a 500.
    """

    def _validate_session_key(self, key: Any) -> bool:
        return bool(super()._validate_session_key(key)) and LETTERS.issuperset(key)  # type: ignore[misc]  # no types

"""Keep sessions in the database as Django does, and read each together with its person.

A session's row names its person inside of its signed data, so no query can join the two at first.
Each process remembers whose session a key was, and reads that person along with the row. It is a
guess and no more: what the row says now, decides.
"""

import string
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from core.database.raw_rows import columns_of, row_with_extras
from core.models import User

LETTERS = frozenset(string.ascii_lowercase + string.digits)
OWN_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Bounds the memory. After that the process learns anew.
REMEMBERED = 20_000

# Raw SQL, see `core.database.raw_rows`.
WITH_PERSON = f"""
    SELECT {columns_of(User, "core_user")}, django_session.session_data
    FROM django_session JOIN core_user ON core_user.id = %s
    WHERE django_session.session_key = %s AND django_session.expire_date > %s
"""  # noqa: S608 - of our own words

# The id of the person by the key of the session.
_whose: dict[str, str] = {}


class SessionStore(db.SessionStore):
    """Ignore a cookie that no login of ours has set.

    A quoted cookie can hold any byte in octal. PostgreSQL refuses a NUL, which would be a 500.
    """

    # As they were read with the session, by a guess.
    person: User | None = None

    def _validate_session_key(self, key: Any) -> bool:
        return bool(super()._validate_session_key(key)) and LETTERS.issuperset(key)  # type: ignore[misc]  # no types

    def load(self) -> dict[str, Any]:
        key = str(self.session_key)
        if key in _whose:
            asked = [_whose[key], key, timezone.now()]
            if found := row_with_extras(User, WITH_PERSON, asked):
                self.person, others = found
                return dict(self.decode(others["session_data"]))
        # A session that is not known here yet, or that has ended.
        return dict(super().load())

    def remember(self, person: User) -> None:
        if len(_whose) >= REMEMBERED:
            _whose.clear()
        _whose[str(self.session_key)] = str(person.pk)


class PersonOfSession(AuthenticationMiddleware):
    """Set `request.user` as Django does, by one query if this process knows the session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _kept_user(request))  # type: ignore[assignment]  # as Django


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return whom a session is of, as `django.contrib.auth.get_user` finds them.

    What is not as usual is left to Django: a person who may not enter, another signing key.
    """
    session = request.session
    if (person := _read_along(session)) and _is_as_usual(session, person):
        return person
    found = auth.get_user(request)
    if isinstance(found, User) and isinstance(session, SessionStore):
        session.remember(found)
        return found
    return found if isinstance(found, User) else AnonymousUser()


def _kept_user(request: Any) -> User | AnonymousUser:
    if not hasattr(request, "_cached_user"):
        request._cached_user = user_of(request)
    user: User | AnonymousUser = request._cached_user
    return user


def _read_along(session: Any) -> User | None:
    """Return the person who was read with a session, if the session is of them."""
    named = session.get(auth.SESSION_KEY)
    person: User | None = getattr(session, "person", None)
    return person if person is not None and str(person.pk) == named else None


def _is_as_usual(session: Any, person: User) -> bool:
    known = session.get(auth.BACKEND_SESSION_KEY)
    given = str(session.get(auth.HASH_SESSION_KEY, ""))
    return (
        person.is_active
        and known == OWN_BACKEND
        and known in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(given, person.get_session_auth_hash())
    )

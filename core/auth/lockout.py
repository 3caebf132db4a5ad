"""Limit how often a password can be guessed, and how often a new one can be asked for.

One counter is of the email and the IP address together, so nobody can lock a person out from
another address. The other, with a much higher limit, is of the IP address alone: the people of one
site often share it.

An attempt is counted before its password is checked, so that of many at once only as many are tried
as the limit allows. It is given back if the password was right or could not be checked.

Valkey counts for all processes. Each process counts the attempts that it tries, too, and goes by
that while Valkey does not answer. Those attempts count on when it answers again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from hashlib import sha256
from math import ceil
from threading import Lock

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import ngettext

from core.text import email_spelling
from core.web import rate_limits
from core.web.errors import TooMany

# What is counted: each has counters of its own.
LOGIN = "login"
PASSWORD_RESET = "password-reset"  # noqa: S105 (a name)
SECOND_FACTOR = "second-factor"
# Of an email: longer ones are nobody's, and must not fill Valkey.
EMAIL_LENGTH = 254
# Longer than elsewhere: a count of all processes is worth a wait.
TIMEOUT_SECONDS = 2.0
# Of about 200 bytes each. The least recently used go first.
COUNTS_HERE = 20_000

_counting = Lock()
counted_here = LocMemCache("attempts", {"OPTIONS": {"MAX_ENTRIES": COUNTS_HERE}})


def count_attempt(email: str, address: str, *, at: str = LOGIN) -> None:
    """Count an attempt. Raise TooMany if this email from this address, or the address, is over.

    A refused attempt spends nothing of the address, which others share.
    """
    with _in_minutes():
        _spend_of_person(email, address, at)
        _spend_of_address(email, address, settings.LOGIN_LOCKOUT, at)


def count_code(email: str) -> None:
    """Count a code of a second factor. Raise TooMany if this person's codes are over.

    The counter is of the person, wherever the caller is: six digits could be guessed from many
    addresses. Only those who know the password can spend it.
    """
    with _in_minutes():
        _spend_of_person(email, "", SECOND_FACTOR)


def forgive_codes(email: str) -> None:
    """Forget the wrong codes of a person who has given a right one."""
    rate_limits.forget(_of_person(SECOND_FACTOR), _pair(email, ""))
    tried = _tried_here(SECOND_FACTOR, email, "")
    counted_here.delete_many([tried, _alone(tried)])


@contextmanager
def _in_minutes() -> Iterator[None]:
    """Say in a refusal how long to wait."""
    try:
        yield
    except TooMany as refusal:
        minutes = ceil(refusal.retry_after_seconds / 60)
        raise TooMany(
            timedelta(seconds=refusal.retry_after_seconds),
            ngettext(
                "Too many attempts. Try again in %(minutes)d minute.",
                "Too many attempts. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes},
        ) from refusal


def give_back_attempt(email: str, address: str) -> None:
    """Take an attempt back whose password could not be checked."""
    rate_limits.give_back(_of_person(LOGIN), _pair(email, address), window=settings.LOGIN_LOCKOUT)
    rate_limits.give_back(_of_address(LOGIN), address, window=settings.LOGIN_LOCKOUT)
    _add_here(_tried_here(LOGIN, email, address), -1)


def forgive(email: str, address: str) -> None:
    """Forget the failures of a person who has logged in. Those of the address stay."""
    rate_limits.forget(_of_person(LOGIN), _pair(email, address))
    rate_limits.give_back(_of_address(LOGIN), address, window=settings.LOGIN_LOCKOUT)
    tried = _tried_here(LOGIN, email, address)
    counted_here.delete_many([tried, _alone(tried)])


def _count_here(at: str, email: str, address: str, value: int) -> int:
    """Count an attempt of which Valkey has counted `value`, 0 if it does not answer.

    Return the attempts that may have been tried.
    """
    tried = _tried_here(at, email, address)
    with _counting:
        tried_here = _add_here(tried, 1)
        counted_alone = _add_here(_alone(tried), 0 if value else 1)
    return value + counted_alone if value else tried_here


def _add_here(name: str, delta: int) -> int:
    counted_here.add(name, 0, settings.LOGIN_LOCKOUT.total_seconds())
    try:
        return counted_here.incr(name, delta)
    except ValueError:  # It expired in between.
        return max(delta, 0)


def _tried_here(at: str, email: str, address: str) -> str:
    # A name of the cache may be neither long nor hold spaces, which a person may type.
    return sha256(f"{at}|{_pair(email, address)}".encode()).hexdigest()


def _alone(tried: str) -> str:
    """Return the name of the count of attempts that Valkey did not count."""
    return f"{tried}-alone"


def _spend_of_person(email: str, address: str, at: str) -> None:
    rate_limits.spend(
        _of_person(at),
        _pair(email, address),
        at_most=settings.LOGIN_ATTEMPTS_PER_PERSON,
        window=settings.LOGIN_LOCKOUT,
        timeout_seconds=TIMEOUT_SECONDS,
        count_here=partial(_count_here, at, email, address),
    )


def _spend_of_address(email: str, address: str, window: timedelta, at: str) -> None:
    try:
        rate_limits.spend(
            _of_address(at),
            address,
            at_most=settings.LOGIN_ATTEMPTS_PER_ADDRESS,
            window=window,
            timeout_seconds=TIMEOUT_SECONDS,
        )
    except TooMany:
        rate_limits.give_back(_of_person(at), _pair(email, address), window=window)
        _add_here(_tried_here(at, email, address), -1)
        raise


def _of_person(at: str) -> str:
    return f"{at}-person"


def _of_address(at: str) -> str:
    return f"{at}-address"


def _pair(email: str, address: str) -> str:
    return f"{email_spelling(email)[:EMAIL_LENGTH]}|{address}"

"""The second factors of the company's people: codes of an app, recovery codes, passkeys.

`allauth.mfa` keeps them, a row each, and computes the codes; passkeys are in `core.auth.passkeys`.
A code is good once: the row remembers the last step of the app's clock, under a lock. Clients
have no second factor.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, record
from core.auth import audited, lockout
from core.auth.factor_adapter import UnreadableSecret
from core.jobs.enqueue import Job, enqueue
from core.models import PasswordReset, User
from core.text import in_ascii
from core.web.errors import Refusal, TooMany

logger = structlog.get_logger(__name__)

Type = Authenticator.Type
# What one logs in with. Recovery codes are for the day when these are lost.
REAL = (Type.TOTP, Type.WEBAUTHN)
# What is encrypted of a row's data: of an app, of recovery codes.
SEALED = ("secret", "seed")


class SecondStep(Enum):
    """What follows a right password, or a sign-in at the company's provider."""

    NONE = auto()
    ASK = auto()
    SET_UP = auto()


class WrongCode(Refusal):
    status_code = 400
    default_code = "wrong_code"
    default_detail = _("This code is wrong, too old or used. Wait for the next one of your app.")


class LastFactor(Refusal):
    default_code = "last_second_factor"
    default_detail = _("Your company asks for a second factor: add another one before.")


class NotTheFirst(Refusal):
    default_code = "second_factor_exists"
    default_detail = _("A second factor was set up just now: log in with it.")


def step_of(user: User) -> SecondStep:
    if not user.is_company:
        return SecondStep.NONE
    if has_one(user):
        return SecondStep.ASK
    return SecondStep.SET_UP if is_required() else SecondStep.NONE


def is_required() -> bool:
    return bool(settings.STAFF_MFA == "required")


def of(user: User, *types: str) -> QuerySet[Authenticator]:
    """Return the person's factors of these types, the oldest first."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type__in=types)
    return rows.order_by("created_at", "pk")


def has_one(user: User) -> bool:
    return of(user, *REAL).exists()


def recovery_codes(user: User) -> list[str]:
    """Return the recovery codes that were not used. Raises UnreadableSecret."""
    row = of(user, Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(row).get_unused_codes()) if row else []


def check_code(user: User, code: str) -> None:
    """Take a code of the app, or a recovery code, which is used then.

    Raises WrongCode, and TooMany after several wrong ones (`core.auth.lockout`).
    """
    try:
        lockout.count_code(user.email)
    except TooMany:
        audited.blocked(user.email)
        raise
    if not _is_taken(user, code):
        audited.refused(user, "second_factor")
        raise WrongCode
    lockout.forgive_codes(user.email)


@transaction.atomic
def _is_taken(user: User, code: str) -> bool:
    rows = of(user, Type.TOTP, Type.RECOVERY_CODES).select_for_update()
    digits = in_ascii(code)
    return any(_takes(row, digits) for row in rows)


def _takes(row: Authenticator, code: str) -> bool:
    try:
        if row.type == Type.RECOVERY_CODES:
            return bool(RecoveryCodes(row).validate_code(code))
        secret = decrypt(row.data["secret"])
    except UnreadableSecret:
        logger.exception("second_factor_unreadable", user_id=str(row.user_id))
        return False
    counter = _counter_of(secret, code)
    if counter is None or counter <= row.data.get("last_counter", 0):
        return False
    # Encrypted anew, by the SECRET_KEY of today.
    row.data |= {"last_counter": counter, "secret": encrypt(secret)}
    row.last_used_at = timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def reseal() -> int:
    """Encrypt all secrets anew, by the SECRET_KEY of today. Return of how many factors.

    One that no key of ours opens stays as it is, and is logged.
    """
    ids = Authenticator.objects.exclude(type=Type.WEBAUTHN).values_list("pk", flat=True)
    return sum(map(_resealed, list(ids)))


@transaction.atomic
def _resealed(row_id: int) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=row_id).first()
    if row is None:
        return False
    try:
        row.data |= {name: encrypt(decrypt(row.data[name])) for name in SEALED if name in row.data}
    except UnreadableSecret:
        logger.exception("second_factor_unreadable", user_id=str(row.user_id))
        return False
    row.save(update_fields=["data"])
    return True


def _counter_of(secret: str, code: str) -> int | None:
    """Return the step of the clock that a code belongs to."""
    counters: Iterator[int] = totp.yield_hotp_counters_from_time()
    for counter in counters:
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if compare_user_code(actual=code, expected=expected):
            return counter
    return None


@contextmanager
def adding(user: User, *, only_first: bool) -> Iterator[None]:
    """Add a factor inside, under a lock. Give recovery codes, and tell the person by email.

    `only_first`: the person has not given a second factor. Raises NotTheFirst if there is one.
    """
    with transaction.atomic():
        _lock(user)
        if only_first and has_one(user):
            raise NotTheFirst
        yield
        RecoveryCodes.activate(user)
        record(user, Action.FACTOR_ADDED, user)
        _tell(user, PasswordReset.Notice.FACTORS_CHANGED)


def add_app(user: User, secret: str, code: str) -> None:
    """Store the secret of an app that shows this code, in place of another app. Raises WrongCode.

    Inside of `adding`.
    """
    counter = _counter_of(secret, in_ascii(code))
    if counter is None:
        raise WrongCode(_("This is not the code that the app shows now. Try the next one."))
    of(user, Type.TOTP).delete()
    row = totp.TOTP.activate(user, secret).instance
    # The same code shall not log in, too.
    row.data["last_counter"] = counter
    row.save(update_fields=["data"])


@transaction.atomic
def new_recovery_codes(user: User) -> None:
    """Replace all recovery codes. Without a factor there are none."""
    _lock(user)
    of(user, Type.RECOVERY_CODES).delete()
    if has_one(user):
        RecoveryCodes.activate(user)
        record(user, Action.RECOVERY_CODES_MADE, user)


@transaction.atomic
def remove(user: User, rows: Iterable[Authenticator]) -> None:
    """Remove factors. Raises LastFactor if the company asks for one and none would be left."""
    _lock(user)
    gone = [row.pk for row in rows]
    if is_required() and not of(user, *REAL).exclude(pk__in=gone).exists():
        raise LastFactor
    of(user, *REAL).filter(pk__in=gone).delete()
    if not has_one(user):
        of(user, Type.RECOVERY_CODES).delete()
    record(user, Action.FACTOR_REMOVED, user)
    _tell(user, PasswordReset.Notice.FACTORS_CHANGED)


@transaction.atomic
def reset(user: User) -> bool:
    """Remove all factors of a person who lost them, and tell them. Return false without any."""
    _lock(user)
    gone, _by_model = Authenticator.objects.filter(user=user).delete()
    if gone:
        lockout.forgive_codes(user.email)
        record(None, Action.FACTORS_RESET, user)
        _tell(user, PasswordReset.Notice.FACTORS_RESET)
    return bool(gone)


def _lock(user: User) -> None:
    """Let one change of a person's factors wait for another."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _tell(user: User, notice: str) -> None:
    told = PasswordReset.objects.create(email=user.email, notice=notice)
    enqueue(Job.SEND_PASSWORD_RESET, reset_id=told.pk)

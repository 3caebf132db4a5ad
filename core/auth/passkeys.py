"""Passkeys as a second factor (WebAuthn), kept by `allauth.mfa` and checked by `fido2`.

The challenge is in the session. Passkeys are bound to the host of PUBLIC_URL, which browsers ask to
be a name, by https or on the machine itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from struct import error as struct_error
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.auth import audited, second_factors
from core.auth.second_factors import Type
from core.models import User
from core.text import is_blank, shortened, visible_line
from core.web.errors import Refusal

NAME_LENGTH = 60
# What libraries raise for an answer that a browser would not send.
UNREADABLE = (
    ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError,
    struct_error,
)  # fmt: skip


class WrongPasskey(Refusal):
    status_code = 400
    default_code = "wrong_passkey"
    default_detail = gettext_lazy("This passkey did not work. Try again, or use a code.")


def are_possible() -> bool:
    """Tell whether browsers take passkeys at the address of this installation."""
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return address.scheme == "https" or host == "localhost"
    return False


def has_one(user: User) -> bool:
    return are_possible() and second_factors.of(user, Type.WEBAUTHN).exists()


def new_options(user: User) -> dict[str, Any]:
    """Return what the browser makes a passkey of, and remember its challenge."""
    return _as_json(_webauthn().begin_registration(user, passwordless=False))


def add(user: User, name: str, answer: str) -> None:
    """Store the passkey that the browser made. Raises WrongPasskey.

    Inside of `second_factors.adding`.
    """
    with _readable():
        credential = json.loads(answer)
        _webauthn().complete_registration(credential)
        _webauthn().WebAuthn.add(user, named(name), credential)


def options(user: User) -> dict[str, Any]:
    """Return what the browser asks the person's passkeys, and remember its challenge."""
    return _as_json(_webauthn().begin_authentication(user))


def check(user: User, answer: str) -> None:
    """Check what a passkey of the person has signed. Raises WrongPasskey."""
    try:
        with _readable():
            _webauthn().complete_authentication(user, json.loads(answer)).record_usage()
    except WrongPasskey:
        audited.refused(user, "second_factor")
        raise


def rename(row: Authenticator, name: str) -> None:
    row.data["name"] = named(name)
    row.save(update_fields=["data"])


def named(name: str) -> str:
    """Return a name to know a passkey by."""
    line = shortened(visible_line(name), NAME_LENGTH)
    return _("Passkey") if is_blank(line) else line


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise WrongPasskey from error


def _as_json(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(options, default=dict))
    return plain


def _webauthn() -> Any:
    """Return the module of allauth, loaded at the first use: fido2 keeps 2 MB of domain names."""
    from allauth.mfa.webauthn.internal import auth

    return auth

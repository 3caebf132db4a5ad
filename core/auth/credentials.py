"""Credentials of programs: made, replaced, withdrawn, and verified."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.audit.record import Action, record
from core.credential_models import MachineCredential
from core.models import User

# So that a search for leaked secrets finds it, and a bearer of a person is told apart.
PREFIX = "liaison_"
# The program has so long to take the new secret.
OVERLAP = timedelta(days=7)
USED_EVERY = timedelta(minutes=1)


class Issued(NamedTuple):
    """A new credential, and its secret, which nobody can read again."""

    credential: MachineCredential
    secret: str


@dataclass(frozen=True)
class Machine:
    """A program that calls, in the place of a person."""

    pk: UUID
    name: str
    scopes: frozenset[str]
    is_authenticated = True
    is_active = True


@transaction.atomic
def issue(
    name: str, scopes: list[str], *, by: User | None = None, expires_at: datetime | None = None
) -> Issued:
    """Make a credential that opens `scopes` until a moment, or until it is withdrawn."""
    secret = PREFIX + token_urlsafe(32)
    credential = MachineCredential.objects.create(
        name=name,
        scopes=sorted(set(scopes)),
        digest=_digest(secret),
        hint=secret[-4:],
        created_by=by,
        expires_at=expires_at,
    )
    record(by, Action.CREDENTIAL_MADE, credential, {"scopes": scopes, "expires_at": expires_at})
    return Issued(credential, secret)


@transaction.atomic
def rotate(
    credential: MachineCredential, *, by: User | None = None, overlap: timedelta = OVERLAP
) -> Issued:
    """Make another one of the same name and scopes. The old one ends after `overlap`."""
    ends_at = timezone.now() + overlap
    issued = issue(credential.name, credential.scopes, by=by, expires_at=credential.expires_at)
    if credential.expires_at is None or credential.expires_at > ends_at:
        credential.expires_at = ends_at
        credential.save(update_fields=["expires_at"])
    record(by, Action.CREDENTIAL_ROTATED, credential, {"by": issued.credential.pk})
    return issued


@transaction.atomic
def revoke(credential: MachineCredential) -> None:
    """Withdraw a credential, for ever and at once."""
    valid = MachineCredential.objects.filter(pk=credential.pk, revoked_at=None)
    if valid.update(revoked_at=timezone.now()):
        record(None, Action.CREDENTIAL_REVOKED, credential)


def machine_of(secret: str) -> Machine | None:
    """Return the program that has a secret, if it opens something now."""
    credential = MachineCredential.valid().filter(digest=_digest(secret)).first()
    if credential is None:
        return None
    _note_use(credential)
    return Machine(credential.pk, credential.name, frozenset(credential.scopes))


def _note_use(credential: MachineCredential) -> None:
    now = timezone.now()
    unused = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if credential.last_used_at is None or credential.last_used_at < now - USED_EVERY:
        MachineCredential.objects.filter(unused, pk=credential.pk).update(last_used_at=now)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()

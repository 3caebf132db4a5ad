"""Anonymise a person who left for good: what they wrote stays, who they were goes.

In one transaction: the access ends, and all that is the person's own goes. Where the name stands in
texts that belong to others (lines of histories, mentions, what mail servers said) it is replaced by
a job afterwards, since it may take minutes: `messaging.retention.traces`.
"""

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, Thing, record
from core.models import Availability, Chantier, Client, OwnWorkingPeriod, PasswordReset, User
from core.outgoing.record import record as tell_outside
from core.web.errors import Refusal

# As the database keeps it, in the language of the company.
NAME = "Utilisateur supprimé"
# A domain that nobody can have (RFC 2606).
DOMAIN = "supprime.invalid"
# Sent with `person`, under the lock and before anything is changed: the apps above remove what is
# theirs, or raise CannotBeAnonymised.
person_leaving = Signal()
# Rows that are a person's alone, by the column that names the person. The apps above add theirs.
OWN_ROWS: list[tuple[type[Model], str]] = [
    (Availability, "user"),
    (OwnWorkingPeriod, "user"),
    (Authenticator, "user"),
    (EmailAddress, "user"),
]
# Columns in which a name or an address may stand in a text of somebody else. `traces` replaces both
# there. The apps above add theirs.
TEXTS: list[tuple[type[Model], str]] = [
    (LogEntry, "object_repr"),
    (LogEntry, "change_message"),
]


class CannotBeAnonymised(Refusal):
    default_code = "cannot_be_anonymised"
    default_detail = _("This person cannot be anonymised.")


class NotConfirmed(CannotBeAnonymised):
    default_code = "not_confirmed"
    default_detail = _("Type the email of the person to confirm. This cannot be taken back.")


@transaction.atomic
def anonymise(person: User, *, by: User | None, confirm: str) -> User:
    """Take away who a person was, with all that is theirs alone. It cannot be taken back.

    `by` None is who sent the request, else the system. `confirm` is the person's email. Raises
    NotConfirmed for another one, CannotBeAnonymised for oneself, for the last manager and for who
    is held (`LegalHold`). Again is harmless.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.anonymised_at is not None:
        return person
    _check(person, by, confirm)
    everyone = [person, *User.objects.select_for_update().filter(merged_into=person)]
    for each in everyone:
        person_leaving.send(sender=User, person=each)
    for each in everyone:
        _forget(each)
    details = {"side": "company" if person.is_company else "client"}
    # Without the name: the audit is for ever.
    record(by, Action.PERSON_ANONYMISED, Thing("core.user", str(person.pk)), details)
    person.refresh_from_db()
    return person


def _check(person: User, by: User | None, confirm: str) -> None:
    if confirm.strip().lower() != person.email:
        raise NotConfirmed
    if person.merged_into_id is not None:
        raise CannotBeAnonymised(_("This person was merged into another one: anonymise that one."))
    if by is not None and by.pk == person.pk:
        raise CannotBeAnonymised(_("You cannot anonymise yourself: a colleague does it."))
    managers = User.objects.filter(role=User.Role.MANAGER, is_active=True)
    if person.role == User.Role.MANAGER and not managers.exclude(pk=person.pk).exists():
        raise CannotBeAnonymised(_("This is the last manager. Make another one first."))


def _forget(person: User) -> None:
    for model, column in OWN_ROWS:
        model._base_manager.filter(**{column: person}).delete()
    PasswordReset.objects.filter(email=person.email).delete()
    for place in (Client, Chantier):
        for column in ("responsible", "deputy"):
            for row in place.objects.filter(**{column: person}):
                setattr(row, column, None)
                row.save(update_fields=[column])
    _end_sessions(person.pk)
    person.groups.clear()
    person.user_permissions.clear()
    person.set_unusable_password()
    # Not `save`: the audit would keep the name that goes.
    User.objects.filter(pk=person.pk).update(
        name=NAME, email=email_of(person), phone="", external_id=None, locale=User.Locale.FRENCH,
        is_active=False, is_superuser=False, last_login=None, invited_at=None,
        password=person.password, anonymised_at=timezone.now(),
    )  # fmt: skip
    person.refresh_from_db()
    tell_outside(User.TOLD_AS, person.told())


def email_of(person: User) -> str:
    """Return the address of nobody that an anonymised person has."""
    return f"{person.pk.hex}@{DOMAIN}"


def _end_sessions(person_id: UUID) -> None:
    """Delete the sessions of a person. Only their signed data says whose they are."""
    mine = [
        session.pk
        for session in Session.objects.iterator(chunk_size=500)
        if session.get_decoded().get(SESSION_KEY) == str(person_id)
    ]
    Session.objects.filter(pk__in=mine).delete()


def renamed(value: Any, person_id: str) -> Any:
    """Return JSON in which each object that has the person's id has another name and no address."""
    match value:
        case dict():
            changed = {key: renamed(each, person_id) for key, each in value.items()}
            if changed.get("id") == person_id:
                changed |= {key: new for key, new in _INSTEAD.items() if key in changed}
            return changed
        case list():
            return [renamed(each, person_id) for each in value]
    return value


_INSTEAD = {"name": NAME, "email": "", "phone": "", "external_id": None}

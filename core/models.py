"""People, the client accounts they belong to, and the chantiers of the clients."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.audit_models import AuditEntry, AuditFact, AuditHead
from core.company_models import Availability, Closure, OwnWorkingPeriod, Weekday, WorkingPeriod
from core.credential_models import MachineCredential
from core.database.email_field import OneSpellingEmailField
from core.ids import new_id
from core.installation_models import Installation
from core.issuer_models import TokenIssuer
from core.jobs.lease import LeasedJob
from core.outgoing.rows import ToldOutside
from core.outgoing_models import EventFeed, OutgoingEvent

# Those of working hours are in a module of their own.
__all__ = [
    "NAME_LENGTH", "PHONE_LENGTH", "RIGHTS", "AuditEntry", "AuditFact", "AuditHead", "Availability",
    "Chantier", "Client", "ClientRemark", "Closure", "Epoch", "EventFeed", "Installation",
    "MachineCredential", "OutgoingEvent", "OwnWorkingPeriod", "PasswordReset", "TokenIssuer",
    "User", "UserManager", "UserQuerySet", "Weekday", "WorkingPeriod", "rights_updated",
]  # fmt: skip

NAME_LENGTH = 150
PHONE_LENGTH = 40


class Client(ToldOutside):
    """A client account: a household or a firm, with one or more portal users."""

    TOLD_AS = OutgoingEvent.Kind.CLIENT_CHANGED
    TOLD_COLUMNS = ("external_id", "name", "responsible_id", "deputy_id", "archived_at")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    external_id = models.CharField(
        _("external id"), max_length=200, null=True, blank=True, unique=True
    )
    # They follow what is about no chantier.
    responsible = models.ForeignKey(
        "User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        limit_choices_to=~Q(role="client"), verbose_name=_("responsible person"),
        help_text=_("Follows what this client writes about no chantier."),
    )  # fmt: skip
    deputy = models.ForeignKey(
        "User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        limit_choices_to=~Q(role="client"), verbose_name=_("deputy"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # It has no active people and no open chantiers then.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("client")
        verbose_name_plural = _("clients")

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def told(self) -> dict[str, Any]:
        client = {
            "id": self.pk,
            "external_id": self.external_id,
            "name": self.name,
            "responsible": _reference(self.responsible),
            "deputy": _reference(self.deputy),
            "status": "archived" if self.is_archived else "active",
        }
        return {"client": client}


# The columns that say whether a person may go on listening to a stream.
RIGHTS = frozenset({"is_active", "role", "password"})
# Sent with `user_ids` after an `update` of one of them, for which Django has no signal.
rights_updated = Signal()


class UserQuerySet(models.QuerySet["User"]):
    def update(self, **values: Any) -> int:
        """Update, and say whose rights may have changed."""
        if RIGHTS.isdisjoint(values):
            return super().update(**values)
        user_ids = list(self.values_list("pk", flat=True))
        updated = super().update(**values)
        rights_updated.send(sender=User, user_ids=user_ids)
        return updated


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a manager who may enter the admin. `manage.py createsuperuser` calls this.

        Raises ValidationError without a password, which the command shows as it is.
        """
        if not password:
            raise ValidationError(
                "Without a password nobody can log in: set DJANGO_SUPERUSER_PASSWORD, "
                "or run the command in a terminal without --noinput."
            )
        fields.setdefault("role", User.Role.MANAGER)
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username or "")


class User(ToldOutside, AbstractBaseUser, PermissionsMixin):
    """A person: of a client (role `client`) or of the company (`staff`, `manager`)."""

    TOLD_AS = OutgoingEvent.Kind.USER_CHANGED
    TOLD_COLUMNS = (
        "external_id", "email", "name", "role", "client_id", "locale", "phone", "is_active",
    )  # fmt: skip
    AUDITED_COLUMNS = ("is_superuser", "password")

    class Role(models.TextChoices):
        CLIENT = "client", _("Client")
        STAFF = "staff", _("Staff")
        MANAGER = "manager", _("Manager")

    class Locale(models.TextChoices):
        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = OneSpellingEmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="users",
        verbose_name=_("client"),
    )  # fmt: skip
    locale = models.CharField(
        _("language"), max_length=5, choices=Locale.choices, default=Locale.FRENCH
    )
    # As people write it: the company's people tap it to call.
    phone = models.CharField(_("phone"), max_length=PHONE_LENGTH, blank=True, db_default="")
    external_id = models.CharField(
        _("external id"), max_length=200, null=True, blank=True, unique=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # The last time that a link to choose a password was asked for, for this person.
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    # The last deactivation. Sessions, tokens, links and devices from before open nothing, not even
    # after a return. The database sets it (migration 0014).
    access_ended_at = models.DateTimeField(_("access ended"), null=True, blank=True, editable=False)
    # Their name, addresses and all that lets one know who they were are gone (`core.leaving`).
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Two people were one: this one is deactivated, and the rest is the other's.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False,
        related_name="merged_people", verbose_name=_("merged into"),
    )  # fmt: skip

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            # For raw SQL, which goes around the field.
            models.CheckConstraint(
                name="user_email_in_one_spelling",
                condition=~Q(email__regex=r"[A-Z[:space:]]"),
            ),
            models.CheckConstraint(
                name="user_of_a_client_or_of_the_company",
                condition=Q(role="client", client__isnull=False)
                | Q(role__in=("staff", "manager"), client__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the digest that a session must hold, of all that ends one.

        Django calls this for both the present and the former signing keys.
        """
        digest: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # no types
        if self.access_ended_at is None:
            return digest
        ended = f"{digest} {self.access_ended_at.timestamp()}"
        return salted_hmac(
            "core.models.User.access_ended_at", ended, secret=secret, algorithm="sha256"
        ).hexdigest()

    def ended_access_since(self, moment: float) -> bool:
        """Tell whether the access ended after a moment, in seconds since 1970."""
        return self.access_ended_at is not None and self.access_ended_at.timestamp() > moment

    @property
    def is_company(self) -> bool:
        """Tell whether the person works for the company. Unlike `is_staff`, it opens no admin."""
        return self.role != User.Role.CLIENT

    @property
    def is_staff(self) -> bool:
        """Tell whether the person may enter the Django admin, which calls this `is_staff`."""
        return self.is_superuser

    @property
    def own_client_id(self) -> UUID:
        """Return the client account of a client's user; the company's people have none."""
        assert self.client_id is not None, "only a client's user has a client"
        return self.client_id

    def told(self) -> dict[str, Any]:
        user = {
            "id": self.pk,
            "external_id": self.external_id,
            "email": self.email,
            "name": self.name,
            "role": self.role,
            "client": _reference(self.client),
            "locale": self.locale,
            "phone": self.phone,
            "status": "active" if self.is_active else "archived",
        }
        return {"user": user}


class ClientRemark(models.Model):
    """What the company remarks about a client, for itself. The newest row counts.

    A change is a new row, so that no text of a colleague is lost.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="remarks")
    body = models.TextField(_("remark"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("remark about a client")
        verbose_name_plural = _("remarks about clients")

    def __str__(self) -> str:
        return f"{self.client_id} by {self.by_id}"


class Epoch(models.Model):
    """Which life of the database this is, in one row: a restore begins another one.

    Versions of conversations go back at a restore. A caller that holds rows of another epoch drops
    them and asks anew. `core.queries.current_epoch` reads it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    value = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="one_epoch", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.value)


class PasswordReset(LeasedJob):
    """Somebody asked for a link to choose a new password. The row goes once its email is sent.

    A manager asked if it is an invitation, else anybody. It holds the address as it was typed,
    which may be nobody's, and neither person nor token: `core.auth.password_reset` says why.
    """

    class Notice(models.TextChoices):
        FACTORS_CHANGED = "factors_changed", _("second factor changed")
        FACTORS_RESET = "factors_reset", _("second factor reset")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = OneSpellingEmailField(_("email"))
    is_invitation = models.BooleanField(default=False, db_default=False)
    notice = models.CharField(
        max_length=20, choices=Notice.choices, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("forgotten password")
        verbose_name_plural = _("forgotten passwords")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="password_reset_owed", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Chantier(ToldOutside):
    """A job site of one client, with the responsible person of the company and the deputy."""

    TOLD_AS = OutgoingEvent.Kind.CHANTIER_CHANGED
    TOLD_COLUMNS = (
        "external_id", "client_id", "name", "reference", "address", "status", "responsible_id",
        "deputy_id",
    )  # fmt: skip

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("chantier", "Open")
        ARCHIVED = "archived", _("Archived")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="chantiers", verbose_name=_("client")
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    reference = models.CharField(_("reference"), max_length=50, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    responsible = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        limit_choices_to=~Q(role="client"), verbose_name=_("responsible person"),
    )  # fmt: skip
    deputy = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        limit_choices_to=~Q(role="client"), verbose_name=_("deputy"),
    )  # fmt: skip
    external_id = models.CharField(
        _("external id"), max_length=200, null=True, blank=True, unique=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Since when it is archived. The database sets it (migration 0018).
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("chantier")
        verbose_name_plural = _("chantiers")
        constraints: ClassVar = [
            # The target of a conversation's foreign key (chantier, client).
            models.UniqueConstraint(fields=["id", "client"], name="chantier_of_its_client"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.status == Chantier.Status.ARCHIVED

    def told(self) -> dict[str, Any]:
        chantier = {
            "id": self.pk,
            "external_id": self.external_id,
            "client": _reference(self.client),
            "name": self.name,
            "reference": self.reference,
            "address": self.address,
            "responsible": _reference(self.responsible),
            "deputy": _reference(self.deputy),
            "status": "archived" if self.is_archived else "active",
        }
        return {"chantier": chantier}


def _reference(row: Client | User | None) -> dict[str, Any] | None:
    return None if row is None else {"id": row.pk, "external_id": row.external_id}

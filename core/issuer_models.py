"""Who may sign bearer tokens: the portals whose people Liaison knows."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import new_id

MAX_LEEWAY_SECONDS = 300


def default_algorithms() -> list[str]:
    return ["RS256", "ES256"]


class TokenIssuer(models.Model):
    """One issuer of tokens: how they are verified, and whom they name.

    Its keys are at an address (JWKS, RFC 7517) or written here, as a JWKS or a PEM.
    """

    class Algorithm(models.TextChoices):
        """Of public keys alone: the holder of a shared secret could sign, too."""

        RS256 = "RS256"
        RS384 = "RS384"
        RS512 = "RS512"
        PS256 = "PS256"
        PS384 = "PS384"
        PS512 = "PS512"
        ES256 = "ES256"
        ES384 = "ES384"
        ES512 = "ES512"
        EDDSA = "EdDSA"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    issuer = models.CharField(
        _("issuer"), max_length=200, unique=True, help_text=_("The `iss` of its tokens.")
    )
    audience = models.CharField(
        _("audience"), max_length=200, default="liaison", help_text=_("The `aud` of its tokens.")
    )
    keys_url = models.CharField(
        _("address of its keys"), max_length=500, blank=True,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("A JWKS. Keys that are added or withdrawn there count within a minute."),
    )  # fmt: skip
    keys = models.TextField(
        _("its keys"), blank=True, help_text=_("In place of an address: a JWKS, or a PEM.")
    )
    algorithms = ArrayField(
        models.CharField(max_length=10, choices=Algorithm.choices), default=default_algorithms,
        verbose_name=_("algorithms"),
    )  # fmt: skip
    leeway_seconds = models.PositiveSmallIntegerField(
        _("leeway"), default=10, validators=[MaxValueValidator(MAX_LEEWAY_SECONDS)],
        help_text=_("Seconds by which its clock may differ."),
    )  # fmt: skip
    subject_claim = models.CharField(
        _("claim of the person"), max_length=100, default="sub",
        help_text=_("It has the person's external id."),
    )  # fmt: skip
    # Two portals may both have a person 42.
    external_id_prefix = models.CharField(
        _("prefix of external ids"), max_length=50, blank=True,
        help_text=_("Put before the id of the token, so that the ids of two portals differ."),
    )  # fmt: skip
    creates_people = models.BooleanField(
        _("creates people"), default=False,
        help_text=_("A token of nobody who is known creates a person, of a client that is known."),
    )  # fmt: skip
    client_claim = models.CharField(
        _("claim of the client"), max_length=100, default="client",
        help_text=_("It has the client's external id."),
    )  # fmt: skip
    email_claim = models.CharField(_("claim of the email"), max_length=100, default="email")
    name_claim = models.CharField(_("claim of the name"), max_length=100, default="name")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("issuer",)
        verbose_name = _("issuer of tokens")
        verbose_name_plural = _("issuers of tokens")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="issuer_has_keys_or_their_address",
                condition=(Q(keys="") & ~Q(keys_url="")) | (~Q(keys="") & Q(keys_url="")),
                violation_error_message=_("Give either the address of the keys or the keys."),
            ),
            models.CheckConstraint(name="issuer_has_algorithms", condition=~Q(algorithms=[])),
        ]

    def __str__(self) -> str:
        return self.issuer

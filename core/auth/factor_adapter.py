"""Tell `allauth.mfa` our names, and encrypt the secrets that it stores."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured

PURPOSE = b"liaison second factors\0"
SITE = "Liaison"


class UnreadableSecret(ImproperlyConfigured):
    """A secret was encrypted under another SECRET_KEY."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # no types
    def encrypt(self, text: str) -> str:
        return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises UnreadableSecret."""
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _fernet(key).decrypt(encrypted_text).decode()
            except InvalidToken:
                continue
        raise UnreadableSecret(
            "SECRET_KEY has changed: reset_second_factors lets people begin anew."
        )

    def get_totp_issuer(self) -> str:
        return SITE

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: `core.auth.second_factors` tells people, in our own emails."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bind passkeys to the configured address, never to a Host."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": SITE}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        name = getattr(user, "name")  # noqa: B009 (ours has one)
        return {"id": str(user.pk).encode(), "display_name": name, "name": user.get_username()}


def _fernet(key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(PURPOSE + key.encode()).digest()))

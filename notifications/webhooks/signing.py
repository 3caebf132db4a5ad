"""Sign webhooks as Standard Webhooks has it (https://www.standardwebhooks.com), symmetric.

The signature is the HMAC-SHA256 of `id.timestamp.body`, in base64 after `v1,`. While a secret is
rotated there are two, with a space between them. Secrets are kept sealed: a copy of the database
alone signs nothing.
"""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from attachments.storage import sealed
from attachments.storage.objects import Missing

PREFIX = "whsec_"
SECRET_BYTES = 32


class SecretLost(Exception):
    """Another SECRET_KEY has sealed it. A rotation makes a new one."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal(endpoint_id: UUID, secret: str) -> bytes:
    return sealed.seal(_name(endpoint_id), secret.encode())


def opened(endpoint_id: UUID, content: bytes | memoryview) -> str:
    """Return a secret that was sealed for an endpoint. Raises SecretLost."""
    try:
        return sealed.opened(_name(endpoint_id), bytes(content)).decode()
    except Missing as error:
        raise SecretLost("SECRET_KEY has changed: rotate the secret of this webhook") from error


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _name(endpoint_id: UUID) -> str:
    return f"webhooks/{endpoint_id}"

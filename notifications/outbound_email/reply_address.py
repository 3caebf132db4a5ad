"""The addresses at which people answer conversations by email: `reply+TOKEN@domain`.

The token says who writes. The sender does not, since anybody can write any sender into an email.
"""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.models import User
from messaging.models import Conversation
from notifications.models import ReplyAddress

LIFETIME = timedelta(days=90)
# An address that has at least this much left is used again.
RENEWED_BEFORE = timedelta(days=30)
# 26 characters of base32 are 130 random bits. In lower case, since mail programs may change it.
TOKEN_LENGTH = 26
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
TOKEN = re.compile(rf"reply\+([a-z2-7]{{{TOKEN_LENGTH}}})@", re.IGNORECASE)


def address_for(user: User, conversation: Conversation) -> str:
    """Return where this person answers this conversation; empty without REPLY_DOMAIN."""
    if not settings.REPLY_DOMAIN:
        return ""
    return f"reply+{_token_for(user, conversation)}@{settings.REPLY_DOMAIN}"


def tokens_in(text: str) -> list[str]:
    """Return the tokens of the reply addresses in a text, in lower case."""
    return [token.lower() for token in TOKEN.findall(text)]


def without_tokens(text: str) -> str:
    """Return a text without its tokens: its readers could write in the name of their holder."""
    return TOKEN.sub("reply@", text)


def holder_of(token: str) -> ReplyAddress | None:
    """Return the row of a token: whose it is, and of which conversation.

    None if it is unknown or expired, or if the person may no longer log in.
    """
    rows = ReplyAddress.objects.select_related("user", "conversation")
    return rows.filter(token=token, expires_at__gt=timezone.now(), user__is_active=True).first()


def named_by(token: str) -> ReplyAddress | None:
    """Return the row of a token, even if it is too old or its person may no longer log in.

    It says who may have written and where it belongs, for a person to judge. It opens nothing.
    """
    rows = ReplyAddress.objects.select_related("user", "conversation")
    return rows.filter(token=token).first()


def _token_for(user: User, conversation: Conversation) -> str:
    now = timezone.now()
    mine = ReplyAddress.objects.filter(user=user, conversation=conversation)
    known = mine.filter(expires_at__gt=now + RENEWED_BEFORE).order_by("-expires_at").first()
    if known is not None:
        return known.token
    token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    ReplyAddress.objects.create(
        token=token, user=user, conversation=conversation, expires_at=now + LIFETIME
    )
    return token

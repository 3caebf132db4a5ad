"""The checks of what an administrator must set for emails and pushes (`check --deploy`)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from notifications.push import vapid

# The domain of the examples: mail from it or to it reaches nobody.
EXAMPLE = "liaison.example"


@register(Tags.security, deploy=True)
def pushes_can_be_sent(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.VAPID_PRIVATE_KEY:
        found.append(
            Error(
                "VAPID_PRIVATE_KEY is not set: no device gets a notification.",
                hint="Run `manage.py vapid_keys` once, set what it prints, and keep it.",
                id="notifications.E001",
            )
        )
    elif not is_vapid_key(settings.VAPID_PRIVATE_KEY):
        found.append(
            Error(
                "VAPID_PRIVATE_KEY is no key: no device gets a notification.",
                hint="Set what `manage.py vapid_keys` prints.",
                id="notifications.E002",
            )
        )
    if EXAMPLE in settings.VAPID_SUBJECT:
        found.append(
            Error(
                "VAPID_SUBJECT is that of the example: push services cannot reach you.",
                hint="Set an address of yours, such as mailto:it@company.fr.",
                id="notifications.E003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def emails_can_be_sent(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.EMAIL_IS_CONFIGURED:
        found.append(
            Error(
                "Neither EMAIL_URL nor EMAIL_BACKEND is set: no email is sent.",
                hint="Set EMAIL_URL=smtp+tls://name:password@host:587, or a provider's"
                " EMAIL_BACKEND with its ANYMAIL_… variables.",
                id="notifications.E004",
            )
        )
    if EXAMPLE in settings.DEFAULT_FROM_EMAIL or not settings.DEFAULT_FROM_EMAIL:
        found.append(
            Error(
                "DEFAULT_FROM_EMAIL is not set, or that of the example: mail servers refuse it.",
                hint="Set the sender that people see, such as Company <messages@company.fr>.",
                id="notifications.E005",
            )
        )
    return found


@register(Tags.security, deploy=True)
def emails_can_be_answered(**_: Any) -> list[CheckMessage]:
    if not settings.REPLY_DOMAIN:
        return [
            Warning(
                "REPLY_DOMAIN is not set: who answers an email is not heard.",
                hint="Set a domain whose mail comes to this server, with INBOUND_EMAIL_SECRET or"
                " INBOUND_IMAP_URL.",
                id="notifications.W001",
            )
        ]
    by_provider = settings.ANYMAIL.get("WEBHOOK_SECRET")
    if settings.INBOUND_EMAIL_SECRET or settings.INBOUND_IMAP_URL or by_provider:
        return []
    return [
        Error(
            "REPLY_DOMAIN is set, but neither INBOUND_EMAIL_SECRET nor INBOUND_IMAP_URL: answers"
            " by email are lost.",
            hint="Set INBOUND_EMAIL_SECRET to 50 random characters and give it to the mail server,"
            " or set INBOUND_IMAP_URL to the mailbox that gets them. A provider's webhook needs"
            " ANYMAIL_WEBHOOK_SECRET instead.",
            id="notifications.E006",
        )
    ]


def is_vapid_key(written: str) -> bool:
    try:
        return len(vapid.decoded(written)) == vapid.PRIVATE_BYTES and bool(
            vapid.public_key(written)
        )
    except ValueError:
        return False

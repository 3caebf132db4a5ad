"""Check what is stored (before `migrate`), and what is for a developer alone (`check --deploy`)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from core.database.email_field import collisions
from core.models import User

HINT = "Give all but one of them another address in the admin, then run this again."


@register(Tags.database)
def one_spelling_of_addresses(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Report people who would have the same address once it has one spelling."""
    return [
        Error(sentence, hint=HINT, id="core.E001")
        for alias in databases or ()
        if User._meta.db_table in connections[alias].introspection.table_names()
        for sentence in collisions(User.objects.using(alias).values_list("email", flat=True))
    ]


@register(Tags.security, deploy=True)
def no_sample_portal(**_: Any) -> list[CheckMessage]:
    """Report a server that sends webhooks to its own loopback."""
    if not settings.SAMPLE_PORTAL_PORT:
        return []
    sentence = "SAMPLE_PORTAL_PORT lets webhooks go to a port of this machine."
    return [Error(sentence, hint="Set it to 0, or leave it out and DEBUG too.", id="core.E002")]


@register(Tags.security, deploy=True)
def proxies_are_known_by_address(**_: Any) -> list[CheckMessage]:
    """Report the older rule, by which every caller may say from where it comes."""
    if settings.TRUSTED_PROXIES or not settings.TRUSTED_PROXY_COUNT:
        return []
    return [
        Warning(
            "TRUSTED_PROXY_COUNT believes X-Forwarded-For and X-Forwarded-Proto of every caller.",
            hint="Set TRUSTED_PROXIES to the addresses of your proxies instead.",
            id="core.W010",
        )
    ]

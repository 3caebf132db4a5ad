"""Check what is stored (before `migrate`), and what is for a developer alone (`check --deploy`)."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from core.database.email_field import collisions
from core.models import User

# What our example files hold in place of passwords.
PLACEHOLDER = "change-me"
# Passwords by themselves, and addresses that hold one.
SECRETS = (
    *("SECRET_KEY", "S3_SECRET_ACCESS_KEY", "METRICS_TOKEN", "OIDC_CLIENT_SECRET"),
    *("INBOUND_EMAIL_SECRET", "REDIS_URL", "CELERY_BROKER_URL", "EMAIL_URL", "INBOUND_IMAP_URL"),
)
FALLBACKS = "_FALLBACKS"
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


@register(Tags.security, deploy=True)
def no_password_of_the_examples(**_: Any) -> list[CheckMessage]:
    """Report passwords that anybody can read in our example files."""
    held = {name: str(getattr(settings, name, "")) for name in SECRETS}
    if held["CELERY_BROKER_URL"] == held["REDIS_URL"]:
        # Its default: one finding is enough.
        del held["CELERY_BROKER_URL"]
    held["DATABASE_URL"] = str(settings.DATABASES["default"].get("PASSWORD", ""))
    return [
        Error(
            f"{name} holds the password of the example: anybody can read it.",
            hint="Make another one, such as by `openssl rand -hex 32`, and change it in the"
            " service too.",
            id="core.E003",
        )
        for name, value in sorted(held.items())
        if PLACEHOLDER in unquote(value)
    ]


@register(Tags.security, deploy=True)
def no_former_secret_is_left(**_: Any) -> list[CheckMessage]:
    """Report former secrets, which are taken until the change of a secret is complete."""
    left = [name for name in dir(settings) if name.endswith(FALLBACKS) and getattr(settings, name)]
    if not left:
        return []
    return [
        Warning(
            f"Former secrets still open what they opened: {', '.join(sorted(left))}.",
            hint="Empty them once all sides know the new ones (deploy/docs/secrets.md).",
            id="core.W011",
        )
    ]


@register(Tags.security, deploy=True)
def people_can_open_the_address(**_: Any) -> list[CheckMessage]:
    """Report a PUBLIC_URL that no phone can open, which stands in every email and notification."""
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme == "https" and not _is_of_this_machine(address.hostname or ""):
        return []
    return [
        Error(
            f"PUBLIC_URL={settings.PUBLIC_URL} is no address that people can open from outside.",
            hint="Set the address of the site, such as https://messages.company.fr: links in emails"
            " start with it, and browsers take notifications over HTTPS alone.",
            id="core.E004",
        )
    ]


def _is_of_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")

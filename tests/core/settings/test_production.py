"""The settings of production are safe and complete."""

import re

import pytest

from notifications.push import vapid
from tests.commands import ROOT, python

ROTATED = (
    "ANYMAIL_WEBHOOK_SECRET", "INBOUND_EMAIL_SECRET", "METRICS_TOKEN", "SECRET_KEY",
    "VAPID_PRIVATE_KEY",
)  # fmt: skip
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "k3-" * 30 + "abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "messages.example.test",
    "PUBLIC_URL": "https://messages.example.test",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "CLAMD_URL": "tcp://clamav.example.test:3310",
    "JWT_ISSUER": "https://portal.example.test",
    "JWT_JWKS_URL": "https://portal.example.test/jwks.json",
    "VAPID_PRIVATE_KEY": vapid.generate_private_key(),
    "VAPID_SUBJECT": "mailto:it@example.test",
    "EMAIL_URL": "smtp+tls://messages:word@mail.example.test:587",
    "DEFAULT_FROM_EMAIL": "Morel <messages@example.test>",
    "REPLY_DOMAIN": "reply.example.test",
    "INBOUND_EMAIL_SECRET": "a-word-of-our-own",
}

# Of compose and Kubernetes, and of systemd.
EXAMPLES = ["compose", "systemd"]

ASK = """
import django; django.setup()
from django.conf import settings
print("VALUE", eval({expression!r}))
"""


def value(expression: str, **environment: str) -> str:
    """Evaluate an expression in a process with the settings of production."""
    ran = python("-c", ASK.format(expression=expression), **{**PRODUCTION, **environment})
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.partition("VALUE ")[2].strip()


class TestTheDeployCheck:
    def test_deploy_check_finds_nothing(self) -> None:
        ran = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "no issues" in ran.stdout

    def test_deploy_check_finds_a_short_secret(self) -> None:
        """This shows that the check above can fail."""
        ran = python(
            "manage.py", "check", "--deploy", "--fail-level", "WARNING",
            **{**PRODUCTION, "SECRET_KEY": "short"},
        )  # fmt: skip

        assert ran.returncode != 0

    def test_deploy_check_finds_webhooks_to_the_sample_portal(self) -> None:
        ran = python("manage.py", "check", "--deploy", **PRODUCTION, SAMPLE_PORTAL_PORT="8100")

        assert ran.returncode != 0
        assert "core.E002" in ran.stderr

    def test_deploy_check_finds_proxies_that_are_only_counted(self) -> None:
        ran = python(
            "manage.py", "check", "--deploy", "--fail-level", "WARNING",
            **{**PRODUCTION, "TRUSTED_PROXIES": "", "TRUSTED_PROXY_COUNT": "1"},
        )  # fmt: skip

        assert ran.returncode != 0
        assert "core.W010" in ran.stderr


class TestWhatAnAdministratorMustSet:
    """Each variable that is missing or of the example is a finding that names it."""

    @pytest.mark.parametrize(
        ("variable", "value", "finding"),
        [
            ("VAPID_PRIVATE_KEY", "", "notifications.E001"),
            ("VAPID_PRIVATE_KEY", "abc", "notifications.E002"),
            ("VAPID_PRIVATE_KEY", "é" * 43, "notifications.E002"),
            ("VAPID_SUBJECT", "mailto:contact@liaison.example", "notifications.E003"),
            ("EMAIL_URL", None, "notifications.E004"),
            ("DEFAULT_FROM_EMAIL", None, "notifications.E005"),
            ("REPLY_DOMAIN", "", "notifications.W001"),
            ("INBOUND_EMAIL_SECRET", "", "notifications.E006"),
            ("SECRET_KEY", "change-me-fifty-random-characters-" * 2, "core.E003"),
            ("DATABASE_URL", "postgres://liaison:change-me@127.0.0.1/liaison", "core.E003"),
            ("REDIS_URL", "redis://:change-me-too@127.0.0.1/0", "core.E003"),
            ("CELERY_BROKER_URL", "amqp://liaison:change%2Dme@127.0.0.1", "core.E003"),
            ("EMAIL_URL", "smtp+tls://liaison:change-me@mail.example.test", "core.E003"),
            ("S3_SECRET_ACCESS_KEY", "change-me", "core.E003"),
            ("INBOUND_EMAIL_SECRET", "change-me", "core.E003"),
            ("METRICS_TOKEN", "change-me", "core.E003"),
            *((f"{secret}_FALLBACKS", "the-former-one", "core.W011") for secret in ROTATED),
            ("PUBLIC_URL", "http://127.0.0.1:8000", "core.E004"),
            ("PUBLIC_URL", "http://messages.example.test", "core.E004"),
        ],
    )
    def test_missing_variable_is_found_by_name(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, finding: str
    ) -> None:
        set_up = {**PRODUCTION, variable: value or ""}
        if value is None:
            monkeypatch.delenv(variable, raising=False)
            del set_up[variable]
        ran = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **set_up)

        said = [line for line in ran.stderr.splitlines() if finding in line]
        assert ran.returncode == 1
        assert len(said) == 1, ran.stderr
        assert variable in said[0]
        # An error ends `check --deploy` without options too.
        is_error = ran.stderr.index("ERRORS:") if ".E" in finding else 0
        assert is_error >= 0

    def test_finding_can_be_done_without(self) -> None:
        ran = python(
            *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            **{**PRODUCTION, "VAPID_PRIVATE_KEY": "", "SILENCED_CHECKS": "notifications.E001"},
        )

        assert ran.returncode == 0, ran.stderr

    @pytest.mark.parametrize("example", EXAMPLES)
    def test_example_as_it_is_does_not_pass(self, example: str) -> None:
        ran = python("manage.py", "check", "--deploy", **variables_of(example))

        findings = set(re.findall(r"\((\w+\.E\d+)\)", ran.stderr))
        assert ran.returncode == 1
        of_this = {"compose": {"core.E003", "notifications.E001", "notifications.E006"}}
        assert findings >= of_this.get(example, {"notifications.E004", "notifications.E005"})

    @pytest.mark.parametrize("example", EXAMPLES)
    def test_example_passes_once_it_is_filled_in(self, example: str) -> None:
        """So it names all that an administrator must set."""
        named = variables_of(example)
        filled = {name: PRODUCTION[name] for name in named if name in PRODUCTION}
        of_their_own = {
            "DATABASE_URL": "postgresql://liaison:of-their-own@postgres:5432/liaison",
            "REDIS_URL": "redis://:of-their-own@valkey:6379/0",
            "METRICS_TOKEN": "of-their-own",
        }
        ran = python("manage.py", "check", "--deploy", **{**named, **filled, **of_their_own})

        assert ran.returncode == 0, ran.stderr


def variables_of(example: str) -> dict[str, str]:
    if example == "compose":
        text = (ROOT / "deploy" / "compose" / "example.env").read_text()
    else:
        # As deploy/systemd/install writes it.
        text = python("deploy/systemd/new_settings.py", "messages.example.test").stdout
    found = dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))
    return {"DEBUG": "false", **found, "LOG_FORMAT": ""}


class TestInProduction:
    def test_production_has_no_default_secret(self) -> None:
        ran = python("manage.py", "check", "--deploy", **{**PRODUCTION, "SECRET_KEY": ""})

        assert "SECRET_KEY" in ran.stderr

    def test_production_emails_go_to_the_provider_of_the_environment(self) -> None:
        way_out = value(
            "[each for way in [__import__('django.core.mail').core.mail.get_connection()]"
            " for each in (way.esp_name, way.api_key, way.timeout)]",
            EMAIL_BACKEND="anymail.backends.mailgun.EmailBackend",
            ANYMAIL_MAILGUN_API_KEY="secret",
        )

        assert way_out == "['Mailgun', 'secret', 10]"

    def test_production_cookies_are_secure_and_the_development_issuer_is_off(self) -> None:
        assert (
            value(
                "[settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.DEBUG,"
                " settings.SECURE_SSL_REDIRECT, settings.JWT_DEVELOPMENT_ISSUER]"
            )
            == "[True, True, False, True, False]"
        )

    def test_production_takes_no_page_and_no_webhook_of_a_sample_portal(self) -> None:
        known = (
            "[h for h in settings.CORS_ALLOWED_ORIGINS + settings.PUSH_ALLOWED_HOSTS if '//' in h]"
        )

        assert value(known) == "[]"
        assert (
            value(known, DEBUG="true", HTTPS="false")
            == "['http://localhost:8100', 'http://127.0.0.1:8100']"
        )

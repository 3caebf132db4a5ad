"""The settings of production are safe and complete."""

from tests.commands import python

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "k3-" * 30 + "abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "messages.example.test",
    "PUBLIC_URL": "https://messages.example.test",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "CLAMD_URL": "tcp://clamav.example.test:3310",
    "JWT_ISSUER": "https://portal.example.test",
    "JWT_JWKS_URL": "https://portal.example.test/jwks.json",
}

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

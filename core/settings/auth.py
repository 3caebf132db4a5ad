"""Set the accounts, the passwords, the sessions and the tokens."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from core.settings.env import DEBUG, HTTPS, env

AUTH_USER_MODEL = "core.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "core.auth.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # seconds: people on site log in once a month
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.pages.csrf_failure"

# The portal's tokens: their `iss`, their `aud`, and the address of the portal's public keys.
JWT_ISSUER = env.str("JWT_ISSUER", default="")
JWT_AUDIENCE = env.str("JWT_AUDIENCE", default="liaison")
JWT_JWKS_URL = env.str("JWT_JWKS_URL", default="")
# The development issuer signs tokens with its own key. Outside DEBUG it is off by default.
JWT_DEVELOPMENT_ISSUER = env.bool("JWT_DEVELOPMENT_ISSUER", default=DEBUG)

LOGIN_ATTEMPTS_PER_PERSON = env.int("LOGIN_ATTEMPTS_PER_PERSON", default=5)
LOGIN_ATTEMPTS_PER_ADDRESS = env.int("LOGIN_ATTEMPTS_PER_ADDRESS", default=100)
LOGIN_LOCKOUT = timedelta(minutes=env.int("LOGIN_LOCKOUT_MINUTES", default=15))

# How long the link of a forgotten password is valid. It is for one use.
PASSWORD_RESET_TIMEOUT = 60 * env.int("PASSWORD_RESET_MINUTES", default=60)  # seconds

# `required`: a person of the company without a second factor sets one up at the next login, and
# does nothing else before.
STAFF_MFA = env.str("STAFF_MFA", default="optional")
if STAFF_MFA not in ("optional", "required"):
    raise ImproperlyConfigured(f"STAFF_MFA is optional or required, not {STAFF_MFA!r}.")
MFA_ADAPTER = "core.auth.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# One step of 30 seconds before and after: phones are seldom exact.
MFA_TOTP_TOLERANCE = 1
# Ten codes of ten digits: `core.auth.lockout` lets five be tried in a quarter of an hour.
MFA_RECOVERY_CODE_DIGITS = 10

# The company's own sign-in (OpenID Connect), for its people alone.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="")
# Passwords of the company's people are off, but for superusers, so that the provider can fail.
OIDC_ONLY = env.bool("OIDC_ONLY", default=False)
OIDC_SUPERUSER_PASSWORDS = env.bool("OIDC_SUPERUSER_PASSWORDS", default=True)
# The provider asks for a second factor itself, so ours is not asked for after it.
OIDC_HAS_SECOND_FACTOR = env.bool("OIDC_HAS_SECOND_FACTOR", default=False)
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET and OIDC_NAME):
    raise ImproperlyConfigured(
        "OIDC_ISSUER needs OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_NAME as well."
    )
if OIDC_ISSUER and not OIDC_ISSUER.startswith(("https://", "http://") if DEBUG else "https://"):
    raise ImproperlyConfigured("OIDC_ISSUER is an address of https.")
if OIDC_ONLY and not OIDC_ISSUER:
    raise ImproperlyConfigured("OIDC_ONLY without OIDC_ISSUER would lock the company out.")

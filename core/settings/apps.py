"""List the Django apps, the middleware, the templates and the languages."""

import json

from django.utils.translation import gettext_lazy as _

from core.settings.env import BASE_DIR, env

# Bottom of the stack first.
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    # `allauth.mfa` keeps the second factors, and asks for `account`, of which nothing else is used:
    # none of its addresses is mounted.
    "allauth.account",
    "allauth.mfa",
    "core",
    "attachments",
    "messaging",
    "anymail",
    "notifications",
    "workers",
]

MIDDLEWARE = [
    "core.web.proxies.TrustedProxies",
    "core.web.monitors.AnyHost",
    # Before `JsonErrors`, which writes another content into an answer.
    "core.web.compression.Compression",
    "core.web.json_errors.JsonErrors",
    "core.web.middleware.OwnPages",
    "core.web.request_metrics.RequestMetrics",
    # Only with OTEL_EXPORTER_OTLP_ENDPOINT.
    "core.web.request_tracing.RequestTracing",
    "django.middleware.security.SecurityMiddleware",
    "core.web.static_files.StaticFiles",
    "corsheaders.middleware.CorsMiddleware",
    "core.web.middleware.RequestLog",
    "core.web.middleware.AuditedCaller",
    "core.web.body_refusals.BodyRefusals",
    "core.web.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.auth.sessions.PersonOfSession",
    "core.web.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.web.middleware.PermissionsPolicy",
    # Gives the request to `allauth.mfa`.
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
ASGI_APPLICATION = "core.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps: the admin's own page has a banner of ours.
        "DIRS": [BASE_DIR / "core" / "overriding_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# The modules that each page runs, in order: `first`, and `later` once its first screen has
# rendered. Node reads the same file (deploy/bundles).
PAGES: dict[str, dict[str, list[str]]] = json.loads(
    (BASE_DIR / "core/settings/pages.json").read_text()
)
# Load these modules as they are in the sources, instead of what `make bundles` made of them.
JS_MODULES = env.bool("JS_MODULES", default=False)
BUNDLES_MANIFEST = BASE_DIR / "core" / "bundles" / "manifest.json"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
FORMAT_MODULE_PATH = "core.formats"

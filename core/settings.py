"""Settings, all from the environment.

The real environment wins; then `LIAISON_HOME/services.env`, which `manage.py up` writes for the
services it embeds, so that any other command finds them. `.env.example` names every variable.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from botocore.config import Config
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

# Makes ModelAdmin[Client] and its like subscriptable at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
LIAISON_HOME = Path(env.str("LIAISON_HOME", default=str(BASE_DIR / "var"))).resolve()
env.read_env(LIAISON_HOME / "services.env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
HTTPS = env.bool("HTTPS", default=not DEBUG)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- The apps, bottom of the stack first ------------------------------------------------------

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
    "core",
    "attachments",
    "messaging",
    "anymail",
    "notifications",
    "workers",
]

MIDDLEWARE = [
    "core.web.request_metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.web.middleware.RequestLog",
    "core.web.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.web.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.web.middleware.PermissionsPolicy",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
ASGI_APPLICATION = "core.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

# --- PostgreSQL -------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://liaison@127.0.0.1:5432/liaison")}
# One lasting connection a thread, looked at before each request: as many as there are threads, and
# a restarted PostgreSQL costs no request. A pool would be closed by Celery at every task.
DATABASES["default"]["ENGINE"] = "core.database"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # A forgotten transaction must not hold a conversation's lock for ever.
    options="-c statement_timeout=15000 -c lock_timeout=5000"
    " -c idle_in_transaction_session_timeout=30000",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Valkey: broker, realtime, tickets, counters ------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Pub/sub channels are global to a server, whatever the database number: two installations that
# share one need two prefixes.
REALTIME_PREFIX = env.str("REALTIME_PREFIX", default="liaison")
# A silent stream sends a comment this often: less than what any proxy on the way waits.
STREAM_HEARTBEAT_SECONDS = env.float("STREAM_HEARTBEAT_SECONDS", default=15.0)
# How often an open stream asks whether its person may still listen.
STREAM_RECHECK_SECONDS = env.float("STREAM_RECHECK_SECONDS", default=60.0)

# --- S3 ---------------------------------------------------------------------------------------

S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
S3_BUCKET = env.str("S3_BUCKET", default="liaison")
S3_REGION = env.str("S3_REGION", default="us-east-1")
# Where browsers find the bucket, when that is not where the servers find it.
S3_PUBLIC_URL = env.str("S3_PUBLIC_URL", default=S3_ENDPOINT_URL)
_S3_HOST = f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
S3_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(S3_PUBLIC_URL or _S3_HOST))


def _bucket(endpoint_url: str) -> dict[str, object]:
    """The bucket of the attachments, seen from one side."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "access_key": S3_ACCESS_KEY_ID or None,
            "secret_key": S3_SECRET_ACCESS_KEY or None,
            "endpoint_url": endpoint_url or None,
            "region_name": S3_REGION,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint_url else "virtual"},
                # One try each: the row is tried again, and a person must not be held.
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": 1},
                # The presigned headers are the whole of what a browser must send.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                # A proxy of the machine is not for the bucket beside it.
                proxies={} if endpoint_url else None,
            ),
        },
    }


# --- Celery -----------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_TIME_LIMIT = 55  # seconds: under half of the visibility timeout
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Of the ten seconds that are the default, a worker whose pool process died would take no task: the
# one that was lost keeps its place among the prefetched.
CELERY_WORKER_LOST_WAIT = 1.0
# Seconds, slept in full when a task runs; what is cut then is owed by its row.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4.0
# How far a worker stands back for the web on the same machine (nice: 0 not at all, 19 always).
WORKER_NICENESS = env.int("WORKER_NICENESS", default=5)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MAX_MEMORY_KILOBYTES", default=400_000)
# Without end: a worker without its broker still does what the rows owe.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A full Valkey answers and refuses: that too is no reason to end.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# kombu's defaults wait more than 20 s on a frozen broker; with these a publish gives up in 2 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 5,
    # First what is first in the worker's list of queues, not one of each in turn: after a backlog
    # a push would otherwise hold up, for ten times as long as each takes, the messages on screens.
    "queue_order_strategy": "priority",
    "global_keyprefix": f"{REALTIME_PREFIX}:",
}
CELERY_BEAT_SCHEDULE = {
    # Only a sign of life: what is due, and when, is in the rows, and the workers sweep by
    # themselves. Expires: nobody wants a queue of them after a night without workers.
    "beat": {
        "task": "beat",
        "schedule": timedelta(seconds=15),
        "options": {"queue": "maintenance", "expires": 15},
    },
}

# --- The record of background work --------------------------------------------------------------

TASK_RUNS_KEPT = timedelta(days=env.int("TASK_RUNS_KEPT_DAYS", default=30))
TASK_HOURS_KEPT = timedelta(days=env.int("TASK_HOURS_KEPT_DAYS", default=365))
# Dead tasks that somebody retried or discarded; the others stay until somebody does.
DEAD_LETTERS_KEPT = timedelta(days=env.int("DEAD_LETTERS_KEPT_DAYS", default=90))
TASK_ALERT_OLDEST_SECONDS = env.int("TASK_ALERT_OLDEST_SECONDS", default=60)
TASK_ALERT_FAILURE_PERCENT = env.int("TASK_ALERT_FAILURE_PERCENT", default=5)
TASK_ALERT_BEAT_SECONDS = env.int("TASK_ALERT_BEAT_SECONDS", default=60)
# Who is told of a new alert; the dashboard shows them all the same.
TASK_ALERT_EMAILS = env.list("TASK_ALERT_EMAILS", default=[])
TASK_ALERT_WEBHOOK_URL = env.str("TASK_ALERT_WEBHOOK_URL", default="")
# What /metrics asks for as a bearer; without one it answers this machine only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Shown beside each worker; empty takes the commit of the working copy.
LIAISON_VERSION = env.str("LIAISON_VERSION", default="")

# --- People, sessions and tokens ----------------------------------------------------------------

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
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # seconds: a site manager logs in once a month
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.pages.csrf_failure"

# The portal's own tokens: who issued them, for whom, and where its public keys are.
JWT_ISSUER = env.str("JWT_ISSUER", default="")
JWT_AUDIENCE = env.str("JWT_AUDIENCE", default="liaison")
JWT_JWKS_URL = env.str("JWT_JWKS_URL", default="")
# The development issuer signs with a key of its own; outside DEBUG it exists only when asked for.
JWT_DEVELOPMENT_ISSUER = env.bool("JWT_DEVELOPMENT_ISSUER", default=DEBUG)

# How many proxies in front append to X-Forwarded-For; 0 takes the peer's address.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
LOGIN_ATTEMPTS_PER_PERSON = env.int("LOGIN_ATTEMPTS_PER_PERSON", default=5)
LOGIN_ATTEMPTS_PER_ADDRESS = env.int("LOGIN_ATTEMPTS_PER_ADDRESS", default=100)
LOGIN_LOCKOUT = timedelta(minutes=env.int("LOGIN_LOCKOUT_MINUTES", default=15))

# --- Messaging --------------------------------------------------------------------------------

# How much of the demo's 60 conversations is loaded.
DEMO_SIZE = env.float("DEMO_SIZE", default=1.0)

MESSAGE_EDIT_WINDOW = timedelta(minutes=env.int("MESSAGE_EDIT_WINDOW_MINUTES", default=15))
# Per person; more is a script or a stuck key.
MESSAGES_PER_MINUTE = env.int("MESSAGES_PER_MINUTE", default=60)
CONVERSATIONS_PER_HOUR = env.int("CONVERSATIONS_PER_HOUR", default=60)

# --- Attachments --------------------------------------------------------------------------------

ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=50 * 1024 * 1024)
# Above this, a file is sent in parts of this size: a phone that lost its signal sends only the
# missing ones. S3 takes no part under 5 MiB but the last.
ATTACHMENT_PART_BYTES = env.int("ATTACHMENT_PART_BYTES", default=8 * 1024 * 1024)
ATTACHMENTS_PER_MESSAGE = env.int("ATTACHMENTS_PER_MESSAGE", default=20)
# Per person.
ATTACHMENT_DAILY_BYTES = env.int("ATTACHMENT_DAILY_BYTES", default=1024 * 1024 * 1024)
ATTACHMENTS_PER_HOUR = env.int("ATTACHMENTS_PER_HOUR", default=400)
# Names of `attachments.uploads.formats.FORMATS`; empty allows them all.
ATTACHMENT_FORMATS = env.list("ATTACHMENT_FORMATS", default=[])
ATTACHMENT_MAX_PIXELS = env.int("ATTACHMENT_MAX_PIXELS", default=50_000_000)
# Older files that no message holds are removed.
ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(hours=24)
# `tcp://127.0.0.1:3310` or `unix:///var/run/clamav/clamd.ctl`; empty: no antivirus, which the
# screen says.
CLAMD_URL = env.str("CLAMD_URL", default="")
# Nothing is shown before an antivirus has answered, even while none is configured.
ATTACHMENTS_REQUIRE_AV = env.bool("ATTACHMENTS_REQUIRE_AV", default=False)

# --- Notifications ------------------------------------------------------------------------------

# `manage.py vapid_keys` makes one. Without it nothing is pushed; with another one every device is
# lost.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Whom a push service may write to about us. Apple refuses what is neither mailto: nor https:.
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="mailto:contact@liaison.example")
# Where browsers let us push to; see `notifications.push.endpoint_guard`.
PUSH_ALLOWED_HOSTS = env.list(
    "PUSH_ALLOWED_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ],
)
# `smtp+tls://name:password@host:587`; or EMAIL_BACKEND for a provider (anymail), with its
# ANYMAIL_… variables.
EMAIL_URL = env.str("EMAIL_URL", default="smtp://127.0.0.1:25")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default="notifications.outbound_email.demo_mailbox.FileMailbox"
    if DEBUG and "EMAIL_URL" not in env.ENVIRON
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_TIMEOUT = 10  # seconds a step
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Liaison <messages@liaison.example>")
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in env.ENVIRON.items()
    if name.startswith("ANYMAIL_")
}
# Its own 30 s to connect and 30 s to answer pass what a worker may take for an email.
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
# Whose mail comes back to us; empty: emails cannot be answered.
REPLY_DOMAIN = env.str("REPLY_DOMAIN", default="reponse.demo.test" if DEBUG else "")
INBOUND_EMAIL_SECRET = env.str("INBOUND_EMAIL_SECRET", default="")
INBOUND_EMAIL_MAX_BYTES = env.int("INBOUND_EMAIL_MAX_BYTES", default=25 * 1024 * 1024)
# `imaps://name:password@host/INBOX`, looked into every minute.
INBOUND_IMAP_URL = env.str("INBOUND_IMAP_URL", default="")

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.auth.authentication.BearerAuthentication",
        "core.auth.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.web.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    # This very function: the OpenAPI document has error answers for views with no other.
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # Everything is JSON, and `?format=` a parameter that nobody knows.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
_ERROR_CODES = ["400", "401", "403", "404", "409", "429", "503"]
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "core.web.exception_handler.Answers",
    "ALLOWED_ERROR_STATUS_CODES": _ERROR_CODES,
    # One shape for all. Its own ones, which name each field of each operation, would make three
    # quarters of the document.
    "ERROR_SCHEMAS": dict.fromkeys(_ERROR_CODES, "core.serializers.RefusalSerializer"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaison",
    "DESCRIPTION": "The messaging of a construction company with its clients.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AttachmentStatus": "attachments.models.Attachment.Status",
        "TaskState": "workers.dashboard.serializers.TASK_STATES",
        "AskedTaskState": "workers.dashboard.serializers.ASKED_STATES",
        "WorkerState": "workers.dashboard.serializers.WORKER_STATES",
        "ScheduleState": "workers.dashboard.serializers.SCHEDULE_STATES",
        "ConversationStatus": "messaging.models.Conversation.Status",
        "DeliveryState": [
            (state, state) for state in ("sent", "received", "emailed", "read", "undelivered")
        ],
        "ChantierStatus": "core.models.Chantier.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
    ],
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = True
# Whose pages may send files to the bucket; a presigned URL is the permission, not the origin.
S3_CORS_ORIGINS = env.list(
    "S3_CORS_ORIGINS", default=["*"] if DEBUG else [PUBLIC_URL.rstrip("/"), *CORS_ALLOWED_ORIGINS]
)
CORS_URLS_REGEX = r"^/api/"

# --- Browser security ---------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", S3_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF, S3_ORIGIN],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html", "liaison-worker"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# The health checks of a load balancer come over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes: files go straight to S3

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- Static files -------------------------------------------------------------------------------

STATIC_URL = "/static/"
# What every page of the app runs, beside its own module.
APP_MODULES = ["notifications/start.js"]
STATIC_ROOT = LIAISON_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "attachments": _bucket(S3_ENDPOINT_URL),
    # For presigned requests only: the address is part of what is signed.
    "attachments-public": _bucket(S3_PUBLIC_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- Logs ---------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "ext://core.logs.renderer",
            "foreign_pre_chain": "ext://core.logs.shared",
        },
    },
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        # The proxy keeps the access log; here only what went wrong, with its request id.
        "uvicorn.access": {"level": "WARNING"},
        "django.request": {"level": "CRITICAL"},
        "django_structlog.middlewares": {"level": "WARNING"},
    },
}

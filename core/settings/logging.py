"""Logs: one line an event, on the standard output."""

from core.settings.env import env

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

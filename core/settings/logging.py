"""Write logs to the standard output, one line for each event."""

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
        # The proxy keeps the access log. Here, an error is logged with the id of its request.
        "uvicorn.access": {"level": "WARNING"},
        "django.request": {"level": "CRITICAL"},
        "django_structlog.middlewares": {"level": "WARNING"},
    },
}

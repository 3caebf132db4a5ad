"""Set what leaves for other services about this one: traces and errors. Off by default."""

from typing import Any

from core.settings import logging
from core.settings.env import env

# OpenTelemetry (deploy/docs/tracing.md). The SDK reads the other standard variables itself.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", default="liaison")
OTEL_SDK_DISABLED = env.bool("OTEL_SDK_DISABLED", default=False)
# Sentry, or a server that speaks its protocol (GlitchTip).
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")


def _with_error_reports(given: dict[str, Any]) -> dict[str, Any]:
    """Add the handler that reports errors.

    Here and not in `AppConfig.ready`: `get_wsgi_application` configures logging a second time.
    """
    handler = {"()": "core.telemetry.error_reports.handler", "level": "ERROR"}
    root = given["root"]
    return {
        **given,
        "handlers": {**given["handlers"], "errors": handler},
        "root": {**root, "handlers": [*root["handlers"], "errors"]},
    }


LOGGING = _with_error_reports(logging.LOGGING) if SENTRY_DSN else logging.LOGGING

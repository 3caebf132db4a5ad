"""Set the API, its OpenAPI document, and the origins whose pages may call it."""

import json
from typing import TypedDict

from core.settings.env import BASE_DIR, SAMPLE_PORTAL_PORT, env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.auth.authentication.BearerAuthentication",
        "core.auth.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.web.json_renderer.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.web.json_parser.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "core.web.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    # Keep this function: a view with another one gets no error responses in the OpenAPI document.
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # Every response is JSON, so `?format=` has no meaning.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
_ERROR_CODES = ["400", "401", "403", "404", "409", "429", "503"]
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "core.web.exception_handler.ErrorHandler",
    "EXCEPTION_FORMATTER_CLASS": "core.web.exception_handler.ErrorFormatter",
    "ALLOWED_ERROR_STATUS_CODES": _ERROR_CODES,
    # One schema for all errors. The library's own name each field of each operation: the document
    # had 11,699 lines with them and 8,167 without (measured).
    "ERROR_SCHEMAS": dict.fromkeys(_ERROR_CODES, "core.serializers.RefusalSerializer"),
}


class NamedOperation(TypedDict):
    id: str
    tag: str
    summary: str


_contract = json.loads((BASE_DIR / "core/settings/operations.json").read_text())
# By method and path after /api/v1. Callers' generated code has these names.
OPERATIONS: dict[str, NamedOperation] = _contract["operations"]
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaison",
    "DESCRIPTION": "The messaging of a construction company with its clients.",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    # The address that the document was read from.
    "SERVERS": [{"url": "/", "description": "This site"}],
    "TAGS": [{"name": name, "description": text} for name, text in _contract["tags"].items()],
    # Of the contract, as in /api/v1. The version of Liaison is in pyproject.toml.
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
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
        "OutcomeEnum": "workers.models.TaskRun.Outcome",
        "BulkOutcome": "messaging.serializers.bulk.OUTCOMES",
        "Kind": "attachments.models.Attachment.Kind",
        "ExportKind": "messaging.models.Export.Kind",
        "ExportStatus": "messaging.models.Export.Status",
        "LineKind": "messaging.models.HistoryLine.Kind",
        "ChantierStatus": "core.models.Chantier.Status",
        "RoleEnum": "core.models.User.Role",
        "RowKind": "core.provisioning.serializers.KINDS",
        "RowStatus": "core.provisioning.serializers.STATUSES",
        "RowOutcome": "core.provisioning.serializers.OUTCOMES",
        "ProvisionedRole": "core.provisioning.serializers.ROLES",
        "Scope": "core.models.MachineCredential.Scope",
        "EventType": "core.models.OutgoingEvent.Kind",
        "EmailState": "notifications.models.InboundEmail.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
        "core.web.openapi_names.name_operations",
        "core.web.openapi_examples.add_examples",
        "core.web.openapi_hooks.complete",
        "core.web.openapi_hooks.share_errors",
    ],
    "EXTENSIONS_INFO": {"x-generated-by": "make schema (change the views, not this document)"},
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
if SAMPLE_PORTAL_PORT:
    CORS_ALLOWED_ORIGINS += [f"http://localhost:{SAMPLE_PORTAL_PORT}"]
# A page of another origin speaks by a bearer token. Its browser keeps an answer to a cookie away.
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-person",
]
CORS_EXPOSE_HEADERS = [
    "Deprecation",
    "ETag",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
]
# Firefox keeps an answer to a preflight for a day at most, Chromium for two hours.
CORS_PREFLIGHT_MAX_AGE = 24 * 60 * 60

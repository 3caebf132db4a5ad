"""Shorten and complete the OpenAPI document: errors that every operation shares are written once.

drf-spectacular calls `complete`, then `share_errors`, with the document (SPECTACULAR_SETTINGS).
"""

from http import HTTPStatus
from typing import Any, NamedTuple

Document = dict[str, Any]

REFUSAL = "#/components/schemas/Refusal"


class SharedError(NamedTuple):
    """An error that many operations share: its name, what it means to a caller, an example."""

    name: str
    description: str
    type: str
    code: str
    detail: str
    attr: str | None = None


SHARED = {
    "400": SharedError(
        "BadRequest", "The request is malformed, or a value in it is wrong; `attr` names it.",
        "validation_error", "required", "This field is required.", "body",
    ),
    "401": SharedError(
        "Unauthorized", "There is no valid session and no valid bearer: log in, or renew it.",
        "client_error", "not_authenticated", "Authentication credentials were not provided.",
    ),
    "403": SharedError(
        "Forbidden", "The person's role does not allow this.",
        "client_error", "permission_denied", "Your role does not allow this.",
    ),
    "404": SharedError(
        "NotFound", "There is no such thing, or it is not the person's to see.",
        "client_error", "not_found", "Not found.",
    ),
    "406": SharedError(
        "NotAcceptable", "`Accept` leaves out JSON.",
        "client_error", "not_acceptable", "Could not satisfy the request Accept header.",
    ),
    "408": SharedError(
        "BodyTooSlow", "The body stopped coming.",
        "client_error", "body_too_slow",
        "The connection is too slow: this did not arrive completely. Try again.",
    ),
    "409": SharedError(
        "Conflict", "A rule of the domain says no: nothing was changed. `code` names the rule.",
        "client_error", "conversation_closed", "This conversation is archived.",
    ),
    "412": SharedError(
        "PreconditionFailed", "`If-Match` names another version than the one there is now.",
        "client_error", "precondition_failed",
        "This has changed since it was read. Read it again, then change it.",
    ),
    "413": SharedError(
        "BodyTooLarge", "The body is larger than this address takes.",
        "client_error", "body_too_large",
        "This is too large: at most 1024 kB at once. Attach a file instead.",
    ),
    "415": SharedError(
        "UnsupportedMediaType", "The body is not JSON in UTF-8.",
        "client_error", "unsupported_media_type", "Unsupported media type in request.",
    ),
    "429": SharedError(
        "TooManyRequests", "Too often: try again after the seconds in `Retry-After`.",
        "client_error", "throttled", "Too many requests. Wait a moment, then try again.",
    ),
    "503": SharedError(
        "Unavailable", "A needed part is down: try the same request again after `Retry-After`.",
        "server_error", "unavailable",
        "The service is interrupted for a moment. Nothing is lost: try again.",
    ),
}  # fmt: skip


# The errors that come before the view, which does not describe them. 403 is of a session whose
# CSRF token is missing.
OF_READING = ("400", "406", "412")
OF_CHANGING = ("400", "403", "406", "412")
OF_SENDING = (*OF_CHANGING, "408", "413", "415")
BEFORE_THE_VIEW = {
    "get": OF_READING, "delete": OF_CHANGING,
    "patch": OF_SENDING, "post": OF_SENDING, "put": OF_SENDING,
}  # fmt: skip
# By name. `RateLimit` is also of successes of an operation that has a limit.
HEADERS: Document = {
    "RetryAfter": {
        "description": "In how many seconds the same request can succeed.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit": {
        "description": 'How often more, and for how many seconds: `"message";r=12;t=41`.',
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": 'How often in how many seconds: `"message";q=60;w=60`.',
        "schema": {"type": "string"},
    },
}
LIMIT_HEADERS = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
}
RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
HEADERS_OF = {"429": RETRY_AFTER | LIMIT_HEADERS, "503": RETRY_AFTER}
NOT_MODIFIED = {"description": "The caller has this answer already (`If-None-Match`)."}


def complete(result: Document, **_: Any) -> Document:
    """Add what holds for every operation of a method, and that unknown fields are refused."""
    for operations in result["paths"].values():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in BEFORE_THE_VIEW[method]:
                responses.setdefault(status, _plain_error())
            if {"credential": []} in operation.get("security", ()):
                responses.setdefault("429", _plain_error())
            if method == "get" and "200" in responses:
                responses["304"] = dict(NOT_MODIFIED)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                _close(media["schema"], result)
    return result


def _close(schema: Document, document: Document) -> None:
    """Let objects have no other fields than those described, also inside."""
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = document["components"]["schemas"][name] if name else schema
    if "properties" in shape:
        shape["additionalProperties"] = False
    for inner in (*shape.get("properties", {}).values(), shape.get("items")):
        for part in [inner, *inner.get("allOf", ()), *inner.get("oneOf", ())] if inner else ():
            _close(part, document)


def _plain_error() -> Document:
    return {"description": "", "content": {"application/json": {"schema": {"$ref": REFUSAL}}}}


def share_errors(result: Document, **_: Any) -> Document:
    """Replace each plain error response by a reference, and describe the other responses."""
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] = _shortened(operation["responses"], result)
            if "429" in operation["responses"]:
                _tell_limits(operation["responses"])
    result["components"]["headers"] = HEADERS
    named = {
        response.get("$ref")
        for operations in result["paths"].values()
        for operation in operations.values()
        for response in operation["responses"].values()
    }
    result["components"]["responses"] = {
        SHARED[status].name: _shared(status)
        for status in SHARED
        if _reference(SHARED[status]) in named
    }
    return result


def _tell_limits(responses: Document) -> None:
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"] = {**response.get("headers", {}), **LIMIT_HEADERS}


def _shortened(responses: Document, document: Document) -> Document:
    """Return the responses by status, successes first (which is the order of the numbers)."""
    return {status: _response(status, responses[status], document) for status in sorted(responses)}


def _response(status: str, response: Document, document: Document) -> Document:
    is_error = _schema_of(response) == {"$ref": REFUSAL}
    if is_error and status in SHARED and not response["description"]:
        return {"$ref": _reference(SHARED[status])}
    if is_error:
        content = {"application/json": {"schema": {"$ref": REFUSAL}}}
        return {**response, **_headers_of(status), "content": content}
    return {
        **response,
        "description": response["description"] or _meaning(status, response, document),
    }


def _meaning(status: str, response: Document, document: Document) -> str:
    """Return the first sentence of the schema's description, else the name of the status."""
    name = _schema_of(response).get("$ref", "").rpartition("/")[2]
    text = document["components"]["schemas"].get(name, {}).get("description", "")
    sentence = " ".join(text.split("\n\n")[0].split())
    return sentence or HTTPStatus(int(status)).phrase


def _schema_of(response: Document) -> Document:
    schema: Document = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _reference(error: SharedError) -> str:
    return f"#/components/responses/{error.name}"


def _headers_of(status: str) -> Document:
    return {"headers": dict(HEADERS_OF[status])} if status in HEADERS_OF else {}


def _shared(status: str) -> Document:
    error = SHARED[status]
    refusal = {"code": error.code, "detail": error.detail, "attr": error.attr}
    value = {"type": error.type, "errors": [refusal]}
    media = {"schema": {"$ref": REFUSAL}, "example": value}
    content = {"application/json": media}
    return {"description": error.description, **_headers_of(status), "content": content}

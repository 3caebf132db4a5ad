"""Name the operations of the OpenAPI document, as core/settings/operations.json says."""

from typing import Any

from django.conf import settings

Document = dict[str, Any]


class Unnamed(Exception):
    """An operation has no name in core/settings/operations.json, or a name has no operation."""


def name_operations(result: Document, **_: Any) -> Document:
    """Give each operation its id, its tag and its summary. Called by drf-spectacular."""
    prefix = settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]
    operations = {
        f"{method.upper()} {path.removeprefix(prefix)}": operation
        for path, methods in result["paths"].items()
        for method, operation in methods.items()
    }
    if wrong := sorted(operations.keys() ^ settings.OPERATIONS.keys()):
        raise Unnamed(f"Name these in core/settings/operations.json, or remove them: {wrong}")
    for key, operation in operations.items():
        named = settings.OPERATIONS[key]
        operation |= {
            "operationId": named["id"],
            "summary": named["summary"],
            "tags": [named["tag"]],
        }
    return result

"""Give the main operations of the OpenAPI document an example: core/settings/examples.json.

By operation id: the `body` that is sent, and the `answer` to it.
"""

import json
from typing import Any

from django.conf import settings

Document = dict[str, Any]


class NoOperation(Exception):
    """An example is of an operation that does not exist, or that has no such body or answer."""


def add_examples(result: Document, **_: Any) -> Document:
    """Add the examples of bodies and of successful answers. Called by drf-spectacular."""
    examples: dict[str, Document] = json.loads(
        (settings.BASE_DIR / "core/settings/examples.json").read_text()
    )
    operations = {
        operation["operationId"]: operation
        for methods in result["paths"].values()
        for operation in methods.values()
    }
    for name, example in examples.items():
        if name not in operations:
            raise NoOperation(name)
        if "body" in example:
            _set(name, [operations[name].get("requestBody", {})], example["body"])
        if "answer" in example:
            _set(name, _successes(operations[name]), example["answer"])
    return result


def _successes(operation: Document) -> list[Document]:
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


def _set(name: str, places: list[Document], value: Any) -> None:
    found = [place["content"]["application/json"] for place in places if "content" in place]
    if not found:
        raise NoOperation(name)
    for media in found:
        media["example"] = value

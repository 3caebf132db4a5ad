"""The events of core/asyncapi.yaml, and what is wrong with one that was sent."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

STREAM: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "core/asyncapi.yaml").read_text())
API: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "core/openapi.yaml").read_text())
NAMES = frozenset(STREAM["channels"]["stream"]["messages"])


def wrong_with(name: str, data: Mapping[str, Any]) -> list[str]:
    """Return what an event has that the document does not say, in words. Empty: nothing."""
    if name not in NAMES:
        return [f"{name} is no event of core/asyncapi.yaml"]
    return [
        f"{name}: {error.json_path}: {error.message}"
        for error in _validator(name).iter_errors(data)
    ]


@cache
def _validator(name: str) -> Draft202012Validator:
    documents = {"asyncapi.yaml": _strict(STREAM), "openapi.yaml": _strict(API)}
    registry: Registry[Any] = Registry().with_resources(
        (f"https://contract.test/{file}", DRAFT202012.create_resource(document))
        for file, document in documents.items()
    )
    reference = f"https://contract.test/asyncapi.yaml#/components/messages/{name}/payload"
    return Draft202012Validator(
        {"$ref": reference}, registry=registry, format_checker=FormatChecker()
    )


def _strict(document: dict[str, Any]) -> dict[str, Any]:
    """Forbid the fields that a shape does not name. Callers may not, since fields can be added."""
    strict = deepcopy(document)
    for shape in strict["components"]["schemas"].values():
        if "properties" in shape or shape.get("type") == "object":
            shape.setdefault("additionalProperties", False)
    return strict

"""Shapes of JSON (JSON Schema, as OpenAPI 3.1 has them): what one takes that another does not."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]

# Limits by keyword: whether a larger value lets more through.
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
ALL = ("array", "boolean", "integer", "null", "number", "object", "string")


def resolved(shape: Document, document: Document) -> Document:
    """Return what a reference names, or the shape itself."""
    while reference := shape.get("$ref"):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        shape = found
    return shape


def whole(shape: Document, document: Document) -> Document:
    """Return a shape without references at its top, with its `allOf` in it."""
    shape = resolved(shape, document)
    if "allOf" not in shape:
        return shape
    result: Document = {key: value for key, value in shape.items() if key != "allOf"}
    for part in shape["allOf"]:
        for key, value in whole(part, document).items():
            if key == "properties":
                result[key] = {**result.get(key, {}), **value}
            elif key == "required":
                result[key] = [*result.get(key, ()), *value]
            else:
                result.setdefault(key, value)
    return result


def has_choices(shape: Document) -> bool:
    return "oneOf" in shape or "anyOf" in shape


def choices(shape: Document, document: Document) -> dict[str, Document]:
    """Return what a shape can be, by type; an object by its name. Enums of a type are one."""
    found: dict[str, Document] = {}
    for choice in _alternatives(shape, document):
        for kind, part in _by_kind(choice, document):
            if "enum" in found.get(kind, {}) and "enum" in part:
                part = {**part, "enum": [*found[kind]["enum"], *part["enum"]]}
            found[kind] = part
    return found


def _alternatives(shape: Document, document: Document) -> list[Document]:
    content = whole(shape, document)
    return [*content.get("oneOf", ()), *content.get("anyOf", ())] or [shape]


def _by_kind(choice: Document, document: Document) -> Iterator[tuple[str, Document]]:
    content = whole(choice, document)
    if "enum" in content:
        for kind, values in _enums(content["enum"]).items():
            yield kind, {"type": kind, "enum": values}
    elif "properties" in content and "$ref" in choice:
        yield str(choice["$ref"].rpartition("/")[2]), choice
    else:
        given = content.get("type", list(ALL))
        for kind in [given] if isinstance(given, str) else given:
            yield kind, {**content, "type": kind}


def _enums(values: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for value in values:
        kind = "null" if value is None else "string" if isinstance(value, str) else "number"
        found.setdefault(kind, []).append(value)
    return found


def differences(old: Document, new: Document, *, is_sent: bool) -> Iterator[str]:
    """Return what breaks at the top of two whole shapes, in words after the name of the shape."""
    yield from _types(old, new, is_sent)
    yield from _values(old, new, is_sent)
    # Without a format any text is taken.
    if old.get("format") != new.get("format") and (new if is_sent else old).get("format"):
        yield f"has {new.get('format', 'no')} format now."
    if is_sent:
        yield from _limits(old, new)


def _types(old: Document, new: Document, is_sent: bool) -> Iterator[str]:
    before, after = _types_of(old), _types_of(new)
    if is_sent and (lost := before - after):
        yield f"takes no {' or '.join(sorted(lost))} any more."
    if not is_sent and (gained := after - before):
        yield f"can be {' or '.join(sorted(gained))} now."
    if not is_sent and not before & after:
        yield f"is no {' or '.join(sorted(before))} any more."


def _types_of(shape: Document) -> set[str]:
    given = shape.get("type")
    if given is None and "enum" in shape:
        return set(_enums(shape["enum"]))
    found = set(ALL) if given is None else {given} if isinstance(given, str) else set(given)
    return found | {"integer"} if "number" in found else found


def _values(old: Document, now: Document, is_sent: bool) -> Iterator[str]:
    before, after = old.get("enum"), now.get("enum")
    if before is not None and after is not None and (lost := _without(before, after)):
        yield f"is {_listed(lost)} no longer."
    # A generated client refuses to read a value that it does not know.
    if (
        before is not None
        and after is not None
        and not is_sent
        and (new := _without(after, before))
    ):
        yield f"can be {_listed(new)} now."
    if before is None and after is not None and is_sent:
        yield f"takes only {_listed(after)} now."
    if before is not None and after is None and not is_sent:
        yield "can be any value now."


def _limits(old: Document, new: Document) -> Iterator[str]:
    for keyword in UPPER:
        if keyword in new and new[keyword] < old.get(keyword, float("inf")):
            yield f"has the {keyword} {new[keyword]} now."
    for keyword in LOWER:
        least = 0 if keyword not in ("minimum", "exclusiveMinimum") else float("-inf")
        if keyword in new and new[keyword] > old.get(keyword, least):
            yield f"has the {keyword} {new[keyword]} now."
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"has to match {new['pattern']} now."
    if new.get("additionalProperties") is False and old.get("additionalProperties", True):
        yield "takes no other fields any more."


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    return [value for value in values if value not in others]


def _listed(values: list[Any]) -> str:
    return ", ".join(map(repr, values))

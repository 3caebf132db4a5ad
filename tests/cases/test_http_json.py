"""CASES 5, bodies: what is no JSON object of the fields that an operation takes is refused."""

from typing import Any

import pytest

from tests.cases.operations import (
    SENDING,
    WITH_BODY,
    Operation,
    World,
    differing,
    error_of,
    resolved,
    sample,
    world,
)

__all__ = ["world"]

# By what they are, as they go over the wire.
NO_JSON = {
    "nested 5,000 deep, lists": b"[" * 5000 + b"]" * 5000,
    "nested 5,000 deep, objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "nested 5,000 deep, never closed": b"[" * 5000,
    "nested 100,000 deep": b"[" * 100_000,
    "nested 900 deep, in a field": b'{"body":' + b"[" * 900 + b"]" * 900 + b"}",
    "an integer of 5,000 digits": b'{"seq": ' + b"9" * 5000 + b"}",
    "an integer of 101 digits": b'{"seq": ' + b"9" * 101 + b"}",
    "NaN": b'{"seq": NaN}',
    "Infinity": b'{"seq": Infinity}',
    "-Infinity": b'{"seq": -Infinity}',
    "1e400": b'{"seq": 1e400}',
    "not UTF-8": b'{"body": "\xff\xfe"}',
    "Latin-1": '{"body": "é"}'.encode("latin-1"),
    "a surrogate in UTF-8": b'{"body": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"body": "a"}',
    "UTF-16": '{"body": "a"}'.encode("utf-16"),
    "half a surrogate pair": b'{"body": "\\ud800"}',
    "half a surrogate pair as a name": b'{"\\udfff": 1}',
    "the same name twice": b'{"body": "a", "body": "b"}',
    "the same name twice, inside": b'{"keys": {"auth": "a", "auth": "b"}}',
    "a comment": b'{"body": "a"} // b',
    "two values": b"{}{}",
    "single quotes": b"{'body': 'a'}",
    "a comma too many": b'{"body": "a",}',
    "a raw NUL": b'{"body": "\x00"}',
    "a raw line feed in a text": b'{"body": "a\nb"}',
    "cut": b'{"body": "a',
    "white space": b"   ",
}
NO_OBJECT = {"list": b"[]", "text": b'"a"', "number": b"1", "true": b"true", "null": b"null"}


OTHER_TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain",
    "application/xml", "application/json; charset=latin-1", "application/json; charset=zip",
    "application/jsonp", "nonsense", "", "a" * 5000,
)  # fmt: skip


@pytest.mark.django_db
class TestABodyThatIsNoJsonObject:
    def test_json_nested_5000_deep_and_other_broken_json_is_a_400(self, world: World) -> None:
        answers = {
            f"{operation}: {name}": error_of(world.call(operation, content=content))[0]
            for operation in SENDING
            for name, content in {**NO_JSON, **NO_OBJECT}.items()
        }

        assert differing(answers, 400) == {}

    def test_other_content_type_is_a_415(self, world: World) -> None:
        answers = {
            f"{operation}: {kind[:40]}": error_of(
                world.call(operation, content=b'{"body": "a"}', content_type=kind)
            )[0]
            for operation in SENDING
            for kind in OTHER_TYPES
        }

        assert differing(answers, 415) == {}

    def test_empty_body_names_what_is_missing(self, world: World) -> None:
        required = [each for each in WITH_BODY if (each.body_shape or {}).get("required")]
        answers = {
            str(operation): error_of(world.call(operation, content=b"")) for operation in required
        }

        named = {name: (status, attr is not None) for name, (status, attr) in answers.items()}
        assert differing(named, (400, True)) == {}

    def test_body_over_the_limit_is_a_413(self, world: World) -> None:
        body = b'{"body": "' + b"a" * 1024 * 1024 + b'"}'
        answers = {
            str(operation): error_of(world.call(operation, content=body))[0]
            for operation in SENDING
        }

        assert differing(answers, 413) == {}


@pytest.mark.django_db
class TestUnknownFields:
    def test_unknown_field_is_refused_by_name(self, world: World) -> None:
        answers = {}
        for operation in SENDING:
            known = sample(operation.body_shape) if operation.body_shape else {}
            for name in ("unknown", "Body", "body ", "__proto__", "é", "a.b", ""):
                status, attr = error_of(world.call(operation, body={**known, name: 1}))
                answers[f"{operation}: {name}"] = (status, attr == name)

        assert differing(answers, (400, True)) == {}

    def test_unknown_field_inside_a_field_is_refused_by_its_whole_name(self, world: World) -> None:
        answers = {
            f"{operation} {name}": error_of(world.call(operation, body=body)) == (400, name)
            for operation in WITH_BODY
            for name, body in with_an_unknown_field_inside(operation)
        }

        assert differing(answers, True) == {}

    def test_value_of_another_json_type_is_refused_by_name(self, world: World) -> None:
        answers = {}
        for operation in WITH_BODY:
            shape = operation.body_shape or {}
            for name, inner in shape["properties"].items():
                for wrong in values_of_other_types(inner):
                    found = world.call(operation, body={**sample(shape), name: wrong})
                    answers[f"{operation} {name} {wrong!r}"] = error_of(found) == (400, name)

        assert differing(answers, True) == {}

    def test_every_field_of_the_document_is_known(self, world: World) -> None:
        answers = {}
        for operation in WITH_BODY:
            shape = operation.body_shape or {}
            whole = {name: sample(inner) for name, inner in shape["properties"].items()}
            answers[str(operation)] = "unknown_field" in codes_of(world.call(operation, body=whole))

        assert differing(answers, False) == {}


def codes_of(answer: Any) -> set[str]:
    return {e["code"] for e in answer.json()["errors"]} if answer.status_code >= 400 else set()


def values_of_other_types(shape: dict[str, Any]) -> list[Any]:
    kinds = shape.get("type", "")
    if "string" in kinds:
        return [1, 1.5, True, [], {}, ["a"]]
    if "boolean" in kinds:
        return [0, 1, "true", "yes", "", [], {}]
    if "integer" in kinds:
        return [True, "one", 1.5, [], {}]
    return ["a", 1, True] if "array" in kinds else []


def with_an_unknown_field_inside(operation: Operation) -> list[tuple[str, Any]]:
    """Return bodies with a field that nested objects do not have, and the name to expect."""
    shape = operation.body_shape or {}
    known, found = sample(shape), []
    for name, inner in shape["properties"].items():
        inner = inner.get("oneOf", [inner])[0]
        of_list = resolved(inner.get("items", {}))
        if "properties" in resolved(inner):
            value: Any = {**sample(inner), "unknown": 1}
            found.append((f"{name}.unknown", {**known, name: value}))
        elif "properties" in of_list:
            value = [sample(of_list), {**sample(of_list), "unknown": 1}]
            found.append((f"{name}.1.unknown", {**known, name: value}))
    return found

"""CASES 5, lists: a cursor that we did not write, and parameters that cannot be, are refused."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.models import Chantier, Client
from tests.cases.operations import (
    OPERATIONS,
    READING,
    Operation,
    World,
    differing,
    error_of,
    world,
)
from tests.cast import Call

__all__ = ["world"]

PAGED = [operation for operation in READING if "cursor" in operation.names("query")]
DATES = ("changed_since", "since", "until")
DATED = [
    (operation, each["name"])
    for operation in READING
    for each in operation.described.get("parameters", ())
    if each["in"] == "query" and each["schema"].get("format") == "date-time"
]


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


CURSORS = {
    **{
        position: encoded(f"p={position}")
        for position in ("0", "-1", "1", "NaN", "%00", "nodate", "9" * 30, "2026-01-01", "infinity")
    },
    "p empty": encoded("p="),
    "offset negative": encoded("o=-1"),
    "offset huge": encoded("o=99999999999999999999"),
    "offset above the cut": encoded("o=1001"),
    "reversed": encoded("r=1"),
    "reversed by a word": encoded("r=x"),
    "another encoding": encoded("p=é"),
    "no base64": "%%%",
    "no ASCII": "é",
    "a NUL": "\0",
    "empty": "",
    "a word": "zzz",
    "huge": "A" * 50_000,
    "SQL": "'; DROP TABLE core_user; --",
    "a time and an id": encoded("2026-01-01T00:00:00+00:00 0198b7a0-0000-7000-8000-000000000000"),
    "a time that is none": encoded("0001-01-01T00:00:00+14:00 x"),
}


@pytest.mark.django_db
class TestTamperedCursors:
    def test_tampered_cursor_is_a_400_on_all_lists(self, world: World) -> None:
        answers = {
            f"{operation}: {name}": error_of(world.call(operation, query={"cursor": cursor}))
            for operation in PAGED
            for name, cursor in CURSORS.items()
        }

        assert len(PAGED) >= 7
        assert differing(answers, (400, "cursor")) == {}

    def test_cursor_of_ours_with_one_letter_changed_is_a_400(
        self, api: Call, world: World, morel: Client
    ) -> None:
        Chantier.objects.bulk_create(Chantier(client=morel, name=f"Lot {n}") for n in range(3))
        chantiers = "/api/v1/chantiers"
        following = api(world.marc).get(chantiers, {"limit": 1}).json()["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]

        assert api(world.marc).get(chantiers, {"cursor": cursor, "limit": 1}).status_code == 200
        for place in range(len(cursor)):
            changed = cursor[:place] + ("x" if cursor[place] != "x" else "y") + cursor[place + 1 :]
            answer = api(world.marc).get(chantiers, {"cursor": changed})
            # The last letter of base64 can hold bits that mean nothing.
            assert error_of(answer) == (400, "cursor"), (place, changed)

    def test_cursor_of_a_list_in_another_order_is_a_400(
        self, api: Call, world: World, morel: Client
    ) -> None:
        Chantier.objects.bulk_create(Chantier(client=morel, name=f"Lot {n}") for n in range(3))
        following = api(world.marc).get("/api/v1/chantiers", {"limit": 1}).json()["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]

        answer = api(world.marc).get("/api/v1/conversations", {"cursor": cursor})

        assert error_of(answer) == (400, "cursor")


MOMENTS = (
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-12:00", "10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
    "2026-01-01T00:00:00+14:01", "2026-01-01T00:00:00+15:59", "2026-01-01T00:00:00+16:00",
    "2026-01-01T00:00:00-12:30", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+99:99", "2026-01-01T00:00:00+01:23:45", "2026-01-01T00:00:00+1",
    "2026-01-01T00:00:00 02:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+02",
    "2026-01-01T00:00:00Europe/Paris", "2026-01-01T00:00:00ZZ", "2026-01-01T24:00:01Z",
    "2026-01-01T25:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01",
    "2026-W01-1T00:00:00Z", "20260101T000000Z", "2026-001T00:00:00Z", "01/02/2026", "yesterday",
    "now", "NaN", "1700000000", "-1", "٢٠٢٦-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567Z",
    "\0", "2026-01-01T00:00:00Z\0", "infinity",
)  # fmt: skip
GOOD_MOMENTS = (
    "2026-01-31T08:00:00Z", "2026-01-31T08:00:00.123456Z", "2026-01-31T08:00:00+02:00",
    "2026-01-31T08:00:00+05:45", "2026-01-31T08:00:00-12:00", "2026-01-31T08:00:00+14:00",
    "2026-01-31T08:00", "2026-01-31 08:00:00Z", "1970-01-01T00:00:00Z", "2199-12-31T23:59:59Z",
)  # fmt: skip


@pytest.mark.django_db
class TestMoments:
    def test_changed_since_at_the_edges_of_time_or_with_an_odd_offset_is_a_400(
        self, world: World
    ) -> None:
        answers = {
            f"{operation} {name} {moment}": error_of(world.call(operation, query={name: moment}))
            == (400, name)
            for operation, name in DATED
            for moment in MOMENTS
        }

        assert {name for _operation, name in DATED} >= set(DATES)
        assert differing(answers, True) == {}

    def test_usual_moments_are_read(self, world: World) -> None:
        answers = {
            f"{operation} {name} {moment}": world.call(operation, query={name: moment}).status_code
            for operation, name in DATED
            for moment in GOOD_MOMENTS
        }

        assert differing(answers, 200) == {}

    def test_moment_in_a_body_is_read_the_same_way(self, api: Call, world: World) -> None:
        retry = api(world.marc)
        answers = {
            moment: error_of(
                retry.post("/api/v1/staff/tasks/retry", {"filters": {"since": moment}})
            )
            for moment in MOMENTS
        }

        assert differing(answers, (400, "filters.since")) == {}


def impossible_values(shape: dict[str, Any]) -> list[str]:
    """Return texts that no value of a parameter's shape can be."""
    found = ["\0"]
    if shape.get("enum") or shape.get("format") == "uuid":
        found += ["nonsense", "None", "1", "é"]
    if shape.get("format") == "uuid":
        found += [
            f"urn:uuid:{UPPER}",
            f"{{{UPPER}}}",
            UPPER.replace("-", ""),
            UPPER[:-1],
            f" {UPPER}",
        ]
    if shape.get("type") == "boolean":
        found += ["nonsense", "2", "yes please", "nul", "[]"]
    if shape.get("type") == "integer":
        found += ["nonsense", "1.5", "1e3", "NaN", "-1", "1_0", "٥", "0x1", "9" * 20, "9" * 5000]
        if "minimum" in shape:
            found.append(str(shape["minimum"] - 1))
        if "maximum" in shape:
            found.append(str(shape["maximum"] + 1))
    if shape.get("type") == "number":
        found += ["nonsense", "NaN", "inf", "-inf", "1e400", "-1"]
    if "maxLength" in shape:
        found.append("a" * (shape["maxLength"] + 1))
    return found


UPPER = "0198B7A0-0000-7000-8000-00000000000A"


@pytest.mark.django_db
class TestParameters:
    def test_unknown_parameter_is_a_400_that_names_it_on_every_operation(
        self, world: World
    ) -> None:
        answers = {
            f"{operation}: {name}": error_of(world.call(operation, query={name: "1"}))
            == (400, name)
            for operation in OPERATIONS
            for name in ("unknown", "page", "format", "Limit", "ordering", "__proto__", "id__in")
        }

        assert differing(answers, True) == {}

    def test_impossible_value_is_a_400_that_names_it(self, world: World) -> None:
        answers = {
            f"{operation} {name}={value[:40]!r}": error_of(
                world.call(operation, query={name: value})
            )
            == (400, name)
            for operation in READING
            for name, shape in shapes_of(operation)
            for value in impossible_values(shape)
        }

        assert len(answers) > 200
        assert differing(answers, True) == {}

    def test_empty_value_is_a_400_that_names_it(self, world: World) -> None:
        answers = {
            f"{operation} {name}": error_of(world.call(operation, query={name: ""})) == (400, name)
            for operation in READING
            for name, _shape in shapes_of(operation)
            if name not in ("q", "about", "error_place")
        }

        assert differing(answers, True) == {}

    def test_parameter_that_is_given_twice_is_a_400_that_names_it(self, world: World) -> None:
        answers = {
            f"{operation} {name}": error_of(world.call(operation, query={name: ["1", "2"]}))
            == (400, name)
            for operation in READING
            for name, _shape in shapes_of(operation)
        }

        assert differing(answers, True) == {}

    def test_assigned_to_takes_me_none_or_an_id(self, api: Call, world: World) -> None:
        listed = api(world.marc)
        path = "/api/v1/conversations"

        for good in ("me", "none", UPPER, UPPER.lower()):
            assert listed.get(path, {"assigned_to": good}).status_code == 200
        for bad in ("Me", "nobody", f"urn:uuid:{UPPER}", "\0", "a" * 5000):
            assert error_of(listed.get(path, {"assigned_to": bad})) == (400, "assigned_to")


def shapes_of(operation: Operation) -> list[tuple[str, dict[str, Any]]]:
    given = operation.described.get("parameters", ())
    return [(each["name"], each["schema"]) for each in given if each["in"] == "query"]

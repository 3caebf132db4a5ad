"""What breaks callers is refused, unless CHANGELOG names it."""

import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.contract import released
from deploy.contract.__main__ import main, not_named
from deploy.contract.differences import breaks

Document = dict[str, Any]
Change = Callable[[Document], Any]

REF = "#/components/schemas/"
DOCUMENT: Document = yaml.safe_load("""
openapi: 3.1.1
paths:
  /api/v1/roofs:
    get:
      operationId: list_roofs
      parameters:
        - {in: query, name: tiles, schema: {type: string, enum: [slate, clay]}}
      security: [{bearer: []}, {session: []}]
      responses:
        '200':
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Roof'}}}}
        '404': {$ref: '#/components/responses/NotFound'}
    post:
      operationId: build_roof
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/RoofRequest'}}}
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Roof'}}}}
        '201': {content: {application/json: {schema: {$ref: '#/components/schemas/Roof'}}}}
components:
  responses:
    NotFound: {description: None., content: {application/json: {schema: {type: object}}}}
  schemas:
    Tiles: {type: string, enum: [slate, clay]}
    Roof:
      type: object
      properties:
        id: {type: string, format: uuid}
        tiles: {allOf: [{$ref: '#/components/schemas/Tiles'}], readOnly: true}
        below: {oneOf: [{$ref: '#/components/schemas/Roof'}, {type: 'null'}]}
        slope: {type: [integer, 'null']}
      required: [id, tiles]
    RoofRequest:
      type: object
      additionalProperties: false
      properties:
        id: {type: string, format: uuid}
        name: {type: string, maxLength: 20}
        slope: {type: [integer, 'null'], maximum: 90}
        tiles: {oneOf: [{$ref: '#/components/schemas/Tiles'}, {type: 'null'}]}
      required: [id]
""")  # noqa: E501
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n{}\n\n## [0.1.0]\n\n### Removed\n\n- `GET /roofs`.\n"


def shape(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def operation(document: Document, method: str) -> Document:
    found: Document = document["paths"]["/api/v1/roofs"][method]
    return found


def changed(change: Change) -> Document:
    document = deepcopy(DOCUMENT)
    change(document)
    return document


def set_in(name: str, /, **more: Any) -> Change:
    """Return a change that replaces or adds properties of a shape."""
    return lambda document: shape(document, name)["properties"].update(more)


def need(name: str, *required: str) -> Change:
    return lambda document: shape(document, name).update(required=list(required))


def take_out(name: str, field: str) -> Change:
    def change(document: Document) -> None:
        found = shape(document, name)
        del found["properties"][field]
        found["required"] = [each for each in found["required"] if each != field]

    return change


def new_and_needed(document: Document) -> None:
    set_in("RoofRequest", owner={"type": "string"})(document)
    need("RoofRequest", "id", "owner")(document)


BREAKING: dict[str, tuple[Change, str]] = {
    "operation removed": (
        lambda d: d["paths"]["/api/v1/roofs"].pop("get"), "GET /roofs",
    ),
    "operation renamed": (
        lambda d: operation(d, "get").update(operationId="roofs"), "operation ids",
    ),
    "path removed": (lambda d: d["paths"].pop("/api/v1/roofs"), "GET /roofs"),
    "field sent is new and needed": (new_and_needed, "RoofRequest.owner"),
    "field sent is needed now": (need("RoofRequest", "id", "name"), "RoofRequest.name"),
    "field sent is gone": (take_out("RoofRequest", "name"), "RoofRequest.name"),
    "field of an answer is gone": (take_out("Roof", "slope"), "Roof.slope"),
    "field of an answer can be missing": (need("Roof", "id"), "Roof.tiles"),
    "field of an answer has another type": (set_in("Roof", slope={"type": "string"}), "Roof.slope"),
    "field of an answer can be null now": (
        set_in("Roof", id={"type": ["string", "null"], "format": "uuid"}), "Roof.id",
    ),
    "thing in an answer can be null now": (
        set_in("Roof", tiles={"oneOf": [{"$ref": REF + "Tiles"}, {"type": "null"}]}), "Roof.tiles",
    ),
    "thing in an answer is another one": (
        set_in("Roof", below={"oneOf": [{"$ref": REF + "RoofRequest"}, {"type": "null"}]}),
        "Roof.below",
    ),
    "field sent cannot be null now": (
        set_in("RoofRequest", slope={"type": "integer", "maximum": 90}), "RoofRequest.slope",
    ),
    "choice sent cannot be null now": (
        set_in("RoofRequest", tiles={"$ref": REF + "Tiles"}), "RoofRequest.tiles",
    ),
    "text sent is shorter": (
        set_in("RoofRequest", name={"type": "string", "maxLength": 10}), "RoofRequest.name",
    ),
    "text sent may not be empty": (
        set_in("RoofRequest", name={"type": "string", "maxLength": 20, "minLength": 1}),
        "RoofRequest.name",
    ),
    "text sent has a pattern": (
        set_in("RoofRequest", name={"type": "string", "maxLength": 20, "pattern": "^a"}),
        "RoofRequest.name",
    ),
    "text sent has a format": (
        set_in("RoofRequest", name={"type": "string", "maxLength": 20, "format": "email"}),
        "RoofRequest.name",
    ),
    "enum is narrower": (lambda d: shape(d, "Tiles").update(enum=["slate"]), "Roof.tiles"),
    "enum of an answer is wider": (
        lambda d: shape(d, "Tiles")["enum"].append("thatch"),
        "Roof.tiles",
    ),
    "parameter is gone": (lambda d: operation(d, "get").update(parameters=[]), "GET /roofs tiles"),
    "parameter is needed": (
        lambda d: operation(d, "get")["parameters"][0].update(required=True), "GET /roofs tiles",
    ),
    "enum of a parameter is narrower": (
        lambda d: operation(d, "get")["parameters"][0].update(
            schema={"type": "string", "enum": ["clay"]}
        ),
        "GET /roofs tiles",
    ),
    "new parameter is needed": (
        lambda d: operation(d, "get")["parameters"].append(
            {"in": "query", "name": "page", "required": True, "schema": {"type": "integer"}}
        ),
        "GET /roofs page",
    ),
    "answer is gone": (lambda d: operation(d, "post")["responses"].pop("201"), "POST /roofs"),
    "body has another type": (
        lambda d: operation(d, "post")["requestBody"].update(
            content={"text/plain": {"schema": {"type": "string"}}}
        ),
        "POST /roofs",
    ),
    "way to log in is gone": (
        lambda d: operation(d, "get").update(security=[{"bearer": []}]), "GET /roofs",
    ),
}  # fmt: skip

FINE: dict[str, Change] = {
    "nothing": lambda d: None,
    "field sent is new and optional": set_in("RoofRequest", owner={"type": "string"}),
    "field sent is optional now": need("RoofRequest"),
    "field of an answer is new": set_in("Roof", age={"type": "integer"}),
    "field of an answer is always there": need("Roof", "id", "tiles", "slope"),
    "field of an answer is never null": set_in("Roof", slope={"type": "integer"}),
    "field sent can be null now": set_in("RoofRequest", name={"type": ["string", "null"]}),
    "limit is wider": set_in("RoofRequest", name={"type": "string", "maxLength": 30}),
    "enum of a parameter is wider": lambda d: operation(d, "get")["parameters"][0]["schema"][
        "enum"
    ].append("thatch"),
    "operation is new": lambda d: d["paths"].update({"/api/v1/walls": d["paths"]["/api/v1/roofs"]}),
    "parameter is new and optional": lambda d: operation(d, "get")["parameters"].append(
        {"in": "query", "name": "page", "schema": {"type": "integer"}}
    ),
    "refusal is new": lambda d: operation(d, "post")["responses"].update(
        {"429": {"description": "Slow down."}}
    ),
    "refusal is gone": lambda d: operation(d, "get")["responses"].pop("404"),
    "shape is written in place": set_in("RoofRequest", id={"type": "string", "format": "uuid"}),
    "shape has another name": lambda d: (
        d["components"]["schemas"].update(Kinds=shape(d, "Tiles")),
        shape(d, "Roof")["properties"].update(tiles={"$ref": REF + "Kinds"}),
    ),
}


class TestComparing:
    @pytest.mark.parametrize(("change", "name"), BREAKING.values(), ids=BREAKING)
    def test_breaking_change_is_refused_until_it_is_named(self, change: Change, name: str) -> None:
        found = breaks(DOCUMENT, changed(change))

        assert not_named(found, CHANGELOG.format("### Added\n\n- A roof.")) == found != []
        assert any(name in each.names for each in found), found
        every_name = " ".join(f"`{name}`" for each in found for name in each.names)
        for section in ("Changed", "Removed"):
            assert not_named(found, CHANGELOG.format(f"### {section}\n\n- {every_name}")) == []
        assert not_named(found, CHANGELOG.format(f"### Added\n\n- {every_name}")) == found

    @pytest.mark.parametrize("change", FINE.values(), ids=FINE)
    def test_other_change_is_fine(self, change: Change) -> None:
        assert breaks(DOCUMENT, changed(change)) == []

    @pytest.mark.parametrize("change", [*(change for change, _ in BREAKING.values())], ids=BREAKING)
    def test_contract_without_its_words_breaks_as_the_whole_one(self, change: Change) -> None:
        kept = released.without_words(DOCUMENT)

        assert breaks(kept, changed(change)) == breaks(DOCUMENT, changed(change))


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Odile", "-c", "user.email=odile@demo.test"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def write(folder: Path, document: Document) -> None:
    (folder / "core").mkdir(exist_ok=True)
    (folder / released.CONTRACT).write_text(yaml.safe_dump(document))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose contract is released, kept, and then loses an operation."""
    folder = tmp_path / "repository"
    (folder / "deploy/contract").mkdir(parents=True)
    git(folder, "init", "--initial-branch", "main")
    write(folder, DOCUMENT)
    (folder / "CHANGELOG.md").write_text(CHANGELOG.format(""))
    main(["--write"], folder)
    git(folder, "add", ".")
    git(folder, "commit", "--message", "Release")
    write(folder, changed(BREAKING["operation removed"][0]))
    git(folder, "commit", "--all", "--message", "Remove the list")
    return folder


class TestTheCommand:
    def test_compares_with_the_last_tag(
        self, repository: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        git(repository, "tag", "v0.2.0", "HEAD~1")

        assert main([], repository) == 1

        told = capsys.readouterr()
        assert "the contract of v0.2.0" in told.out
        assert "GET /roofs is gone." in told.err

    def test_compares_with_where_the_branch_left_main(
        self, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        git(tmp_path, "clone", "repository", "branch")
        branch = tmp_path / "branch"
        write(branch, DOCUMENT)
        git(branch, "commit", "--all", "--message", "Bring it back")

        assert main([], branch) == 0

        assert "of main at" in capsys.readouterr().out

    def test_shallow_clone_without_tags_compares_with_the_kept_contract(
        self, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        git(tmp_path, "clone", "--depth", "1", f"file://{repository}", "shallow")

        assert main([], tmp_path / "shallow") == 1

        told = capsys.readouterr()
        assert "no tag of a release" in told.out
        assert "GET /roofs is gone." in told.err

    def test_named_in_changelog_is_fine(self, repository: Path) -> None:
        named = "### Removed\n\n- The list of roofs (`GET\n  /roofs`)."
        (repository / "CHANGELOG.md").write_text(CHANGELOG.format(named))

        assert main([], repository) == 0

    def test_release_is_kept_for_the_next_changes(self, repository: Path) -> None:
        main(["--write"], repository)

        assert main([], repository) == 0

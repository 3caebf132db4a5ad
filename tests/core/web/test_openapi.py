"""The OpenAPI document is the one that is committed, and says nothing twice or wrong."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from core.models import User
from core.serializers import RefusalSerializer
from core.web.openapi_examples import NoOperation, add_examples
from core.web.openapi_names import Unnamed, name_operations

COMMITTED = settings.BASE_DIR / "core" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated() -> str:
    out = StringIO()
    call_command("spectacular", "--lang", "en", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def _resolved(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    if reference := response.get("$ref"):
        found: dict[str, Any] = document["components"]["responses"][reference.rpartition("/")[2]]
        return found
    return response


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            places = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for name, place in places.items():
                media = place.get("content", {}).get("application/json", {})
                if "example" in media:
                    yield f"{operation['operationId']} {name}", media


def _errors(media: dict[str, Any], registry: Registry[Any]) -> list[str]:
    reference = media["schema"].get("$ref")
    schema = {"$ref": f"doc:{reference}"} if reference else media["schema"]
    errors = Draft202012Validator(schema, registry=registry).iter_errors(media["example"])
    return [error.message for error in errors]


class TestTheDocument:
    def test_is_generated_without_a_warning_as_it_is_committed(self, generated: str) -> None:
        assert generated == COMMITTED.read_text(), "run `make schema` and commit core/openapi.yaml"

    def test_is_openapi_3_1(self, generated: str) -> None:
        assert yaml.safe_load(generated)["openapi"] == "3.1.1"

    def test_names_each_way_to_say_who_one_is(self, generated: str) -> None:
        assert set(yaml.safe_load(generated)["components"]["securitySchemes"]) == {
            "bearer",
            "credential",
            "session",
        }

    def test_operations_have_the_names_of_the_list(self, generated: str) -> None:
        listed = json.loads((settings.BASE_DIR / "core/settings/operations.json").read_text())

        described = {
            f"{method.upper()} {path.removeprefix('/api/v1')}": {
                "id": operation["operationId"],
                "tag": operation["tags"][0],
                "summary": operation["summary"],
            }
            for path, operations in yaml.safe_load(generated)["paths"].items()
            for method, operation in operations.items()
        }

        assert described == listed["operations"]
        ids = [named["id"] for named in described.values()]
        assert len(set(ids)) == len(ids)
        assert {"send_message", "list_conversations", "put_client"} <= set(ids)
        assert {named["tag"] for named in described.values()} == set(listed["tags"])

    def test_names_are_verbs_that_a_person_would_choose(self, generated: str) -> None:
        made_up = re.compile(r"_(retrieve|create|destroy|update|list)$|_partial_")
        for path, operations in yaml.safe_load(generated)["paths"].items():
            for method, operation in operations.items():
                name, summary = operation["operationId"], operation["summary"]
                assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
                assert not made_up.search(name), name
                assert summary[0].isupper(), (method, path)
                assert len(summary) <= 50, (method, path)
                assert not summary.endswith("."), (method, path)

    def test_unnamed_operation_is_told(self) -> None:
        with pytest.raises(Unnamed, match="POST /roofs"):
            name_operations({"paths": {"/api/v1/roofs": {"post": {}}}})

    def test_says_how_each_operation_can_fail(self, generated: str) -> None:
        paths = yaml.safe_load(generated)["paths"]
        announce = paths["/api/v1/attachments"]["post"]["responses"]
        complete = paths["/api/v1/attachments/{attachment_id}/complete"]["post"]["responses"]

        before_the_view = {"403", "406", "408", "412", "413", "415"}
        assert set(announce) == {
            *("200", "201"), *before_the_view, "400", "401", "409", "422", "429", "503",
        }  # fmt: skip
        assert set(complete) == {
            *before_the_view, "200", "400", "401", "404", "409", "422", "503"
        }  # fmt: skip
        silent = [
            f"{method} {path}"
            for path, operations in paths.items()
            for method, operation in operations.items()
            if "503" not in operation["responses"]
        ]
        assert silent == []

    def test_operation_of_a_program_has_a_limit_and_says_when_to_try_again(
        self, generated: str
    ) -> None:
        document = yaml.safe_load(generated)
        of_programs = {
            operation["operationId"]: _resolved(document, operation["responses"].get("429", {}))
            for operations in document["paths"].values()
            for operation in operations.values()
            if {"credential": []} in operation["security"]
        }

        assert {"put_client", "get_client", "put_rows"} <= set(of_programs)
        for name, refusal in of_programs.items():
            assert set(refusal["headers"]) == {"RateLimit", "RateLimit-Policy", "Retry-After"}, name

    def test_every_response_says_what_it_means(self, generated: str) -> None:
        document = yaml.safe_load(generated)
        silent = [
            f"{method} {path} {status}"
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            for status, response in operation["responses"].items()
            if not _resolved(document, response)["description"].strip()
        ]

        assert silent == []

    def test_errors_that_operations_share_are_written_once(self, generated: str) -> None:
        document = yaml.safe_load(generated)
        shared = document["components"]["responses"]

        assert {"BadRequest", "Unauthorized", "NotFound", "Conflict", "Unavailable"} <= set(shared)
        for name, response in shared.items():
            assert generated.count(f"#/components/responses/{name}'") > 0, name
            example = response["content"]["application/json"]["example"]
            refusal = RefusalSerializer(data=example)
            assert refusal.is_valid(), (name, refusal.errors)

    def test_examples_are_what_the_document_says(self, generated: str) -> None:
        document = yaml.safe_load(generated)
        registry = Registry[Any]().with_resource("doc:", DRAFT202012.create_resource(document))

        wrong = {name: _errors(media, registry) for name, media in _examples(document)}

        assert {"send_message body", "send_message 201", "put_rows 200"} <= set(wrong)
        assert {name: found for name, found in wrong.items() if found} == {}

    def test_example_of_no_operation_is_told(self) -> None:
        with pytest.raises(NoOperation, match="open_conversation"):
            add_examples({"paths": {}})

    @pytest.mark.django_db
    def test_is_served_in_english_to_a_french_browser(self, camille: User, generated: str) -> None:
        browser = Client(headers={"Accept-Language": "fr"})
        browser.force_login(camille)

        served: dict[str, Any] = yaml.safe_load(browser.get("/api/schema").content)

        assert served["paths"] == yaml.safe_load(generated)["paths"]

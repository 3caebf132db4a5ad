"""compose.yaml is as the Compose Specification allows, and agrees with its example of settings."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.site import ROOT

FOLDER = ROOT / "deploy" / "compose"
SCHEMA = Path(__file__).parent / "compose_spec" / "schema.json"
TEXT = (FOLDER / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
EXAMPLE = dict(
    re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", (FOLDER / "example.env").read_text(), re.MULTILINE)
)


def test_specification_allows_each_line() -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))

    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(COMPOSE)] == []


def test_variables_of_the_file_are_in_the_example() -> None:
    named = set(re.findall(r"(?<!\$)\$\{?(\w+)", TEXT))

    assert named
    assert named - EXAMPLE.keys() == set()


@pytest.mark.parametrize(
    ("url", "password"), [("DATABASE_URL", "POSTGRES_PASSWORD"), ("REDIS_URL", "VALKEY_PASSWORD")]
)
def test_address_of_a_service_is_one_of_the_file_with_its_password(url: str, password: str) -> None:
    parts = urlsplit(EXAMPLE[url])

    assert parts.hostname in COMPOSE["services"]
    assert parts.password == EXAMPLE[password]


def test_database_of_the_example_is_the_one_that_is_made() -> None:
    made = COMPOSE["services"]["postgres"]["environment"]
    parts = urlsplit(EXAMPLE["DATABASE_URL"])

    assert (parts.username, parts.path) == (made["POSTGRES_USER"], f"/{made['POSTGRES_DB']}")


def test_services_volumes_and_files_that_are_named_exist() -> None:
    for name, service in COMPOSE["services"].items():
        for needed in service.get("depends_on", []):
            assert needed in COMPOSE["services"], name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (FOLDER / source).is_file(), (name, source)
        if build := service.get("build"):
            assert (FOLDER / build["context"] / build["dockerfile"]).is_file()

"""`.env.example` names every variable that is read, in its section, with default and meaning."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$")
# `# --- REST API: who may call it ---` is the section of the module `rest_api`.
SECTION = re.compile(r"^# --- ([\w ]+)(?::.*)? ---$")
PACKAGE = ROOT / "core" / "settings"
# Set by one of our processes for another, or by the system; no person sets them.
INTERNAL = {
    *("DJANGO_SETTINGS_MODULE", "REMAP_SIGTERM", "PATH", "HOME", "TMPDIR"),
    # Of systemd.
    *("LISTEN_PID", "LISTEN_FDS", "NOTIFY_SOCKET"),
}


class Variable(NamedTuple):
    name: str
    # As a line of the file shows it; None if it is computed from other variables.
    default: str | None
    # The module of the settings that reads it.
    module: str


def variables_of_settings() -> Iterator[Variable]:
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env.")):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                default = next(word.value for word in node.keywords if word.arg == "default")
                yield Variable(str(node.args[0].value), written(default), path.stem)


def parts_of_settings() -> list[str]:
    """Return the modules of the settings, in the order in which the package imports them."""
    imports = ast.parse((PACKAGE / "__init__.py").read_text()).body
    names = [node.module or "" for node in imports if isinstance(node, ast.ImportFrom)]
    return [name.removeprefix("core.settings.") for name in names]


def written(default: ast.expr) -> str | None:
    if any(isinstance(part, ast.Name) for part in ast.walk(default)):
        return None
    value = eval(ast.unparse(default), {"__builtins__": {}})  # noqa: S307 (our own constants)
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def variables_read_elsewhere() -> Iterator[str]:
    """Yield the names that are read from the environment outside the settings."""
    reading = re.compile(r"""os\.(?:environ\.get\(|environ\[|getenv\()\s*["']([A-Z_0-9]+)["']""")
    for folder in ("core", "attachments", "messaging", "notifications", "workers", "deploy"):
        for path in (ROOT / folder).rglob("*.py"):
            yield from reading.findall(path.read_text())


def example() -> dict[str, str]:
    found = [LINE.match(line) for line in EXAMPLE.read_text().splitlines()]
    return {match[1]: match[2] for match in found if match}


def sections() -> dict[str, set[str]]:
    """Return the names in each section of the file, by the module that reads them."""
    found: dict[str, set[str]] = {}
    names: set[str] = set()
    for line in EXAMPLE.read_text().splitlines():
        if heading := SECTION.match(line):
            names = found.setdefault(heading[1].lower().replace(" ", "_"), set())
        elif variable := LINE.match(line):
            names.add(variable[1])
    return found


SETTINGS = sorted(set(variables_of_settings()))


class TestTheExample:
    def test_example_names_each_variable_once(self) -> None:
        lines = EXAMPLE.read_text().splitlines()
        names = [match[1] for line in lines if (match := LINE.match(line))]

        assert len(names) == len(set(names))

    def test_example_names_all_variables_that_are_read_and_no_other(self) -> None:
        read = {variable.name for variable in SETTINGS} | set(variables_read_elsewhere())

        assert example().keys() == read - INTERNAL

    def test_example_has_a_section_for_each_module_of_the_settings_in_order(self) -> None:
        parts = parts_of_settings()

        assert list(sections()) == parts
        assert set(parts) == {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}

    @pytest.mark.parametrize("variable", SETTINGS, ids=lambda variable: variable.name)
    def test_variable_is_in_the_section_of_the_module_that_reads_it(
        self, variable: Variable
    ) -> None:
        assert variable.name in sections()[variable.module]

    @pytest.mark.parametrize("variable", SETTINGS, ids=lambda variable: variable.name)
    def test_variable_is_shown_with_its_default(self, variable: Variable) -> None:
        assert example()[variable.name] == (variable.default or "")

    def test_example_sets_nothing(self) -> None:
        lines = EXAMPLE.read_text().splitlines()

        assert [line for line in lines if line and not line.startswith("#")] == []

    def test_variable_has_a_meaning_above_it(self) -> None:
        """The comment is above the variable or above its group."""
        meaning = ""
        for line in EXAMPLE.read_text().splitlines():
            if LINE.match(line):
                assert meaning, f"{line} has no meaning above it"
            else:
                meaning = line.strip("# -")

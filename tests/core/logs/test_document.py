"""deploy/docs/logs.md names every event and field that our code writes."""

import ast
import re
from pathlib import Path

from tests.commands import ROOT
from tests.core.logs.test_processes import FIELDS

APPS = ("core", "attachments", "messaging", "notifications", "workers")
DOCUMENT = (ROOT / "deploy" / "docs" / "logs.md").read_text()
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
OF_THE_LOGS = {"program_ended", "thread_ended", "error_ignored"}


def events_of(path: Path) -> set[str]:
    """Return the names that a module gives to `logger.warning` and its like."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and ast.unparse(node.func.value) == "logger"
        and isinstance(node.args[0], ast.Constant)
    }


def in_first_column(heading: str) -> set[str]:
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


def test_document_names_every_event_and_no_other() -> None:
    written = {
        event for app in APPS for path in (ROOT / app).rglob("*.py") for event in events_of(path)
    }

    assert written | OF_THE_LOGS == in_first_column("Events")


def test_document_names_the_fields_of_every_line() -> None:
    assert in_first_column("Fields") >= FIELDS

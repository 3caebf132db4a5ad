"""Code generated from core/openapi.yaml compiles, and works with the real server."""

import compileall
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.auth.credentials import issue
from core.auth.jwt_tokens import issue_development_token
from core.credential_models import MachineCredential
from core.models import Chantier, Client, User
from core.web import rate_limits
from messaging.models import Message
from tests.site import Site

HERE = Path(__file__).parent
ROOT: Path = settings.BASE_DIR
OPENAPI = ROOT / "core/openapi.yaml"
BIN = Path(sys.executable).parent
# As `tsconfig.json`, for a file that is written out.
TSC = [
    "--strict", "--noUncheckedIndexedAccess", "--target", "es2024", "--lib",
    "es2024,dom,dom.iterable", "--module", "nodenext", "--types", "node", "--skipLibCheck",
    "--outDir", "out",
]  # fmt: skip


def run(*command: object, folder: Path, **environment: str) -> str:
    """Run a command to its end; return what it printed."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def given(site: Site, camille: User, bruno: User, villa: Chantier) -> dict[str, str]:
    """What a flow reads. Bruno has opened as many conversations as he may this hour."""
    for _ in range(settings.CONVERSATIONS_PER_HOUR):
        rate_limits.count("conversation", bruno.pk, window=timedelta(hours=1))
    credential = issue("ERP", [MachineCredential.Scope.PROVISIONING])
    return {
        "BASE_URL": site.url,
        "TOKEN": issue_development_token(camille),
        "BUSY_TOKEN": issue_development_token(bruno),
        "CREDENTIAL": credential.secret,
        "CHANTIER": str(villa.pk),
    }


def is_right(seen: dict[str, Any], provisioned: str) -> None:
    message = Message.objects.get()
    assert seen["conversation"] == str(message.conversation_id)
    assert (message.body, seen["changes"]) == ("Le carreau est fendu", ["Le carreau est fendu"])
    assert seen["sent"] == [201, 200]
    assert seen["files"] == ["releve.txt"]
    assert (seen["refused"]["status"], seen["refused"]["code"]) == (429, "throttled")
    assert 0 < seen["refused"]["retry_after"] <= 3600
    assert seen["provisioned"] == [201, 200]
    assert [client.name for client in Client.objects.filter(external_id__startswith="erp-")] == [
        provisioned
    ]


def test_python_client_compiles_and_works(given: dict[str, str], tmp_path: Path) -> None:
    package = tmp_path / "liaison_client"
    run(
        "openapi-python-client", "generate", "--path", OPENAPI, "--meta", "none",
        "--config", HERE / "openapi-python-client.yaml", "--output-path", package,
        "--fail-on-warning", folder=tmp_path,
    )  # fmt: skip
    (tmp_path / "flow.py").write_text((HERE / "python_flow.py").read_text())
    assert compileall.compile_dir(package, quiet=1)
    own = ("--config-file", os.devnull, "--cache-dir", tmp_path / "cache")
    run(sys.executable, "-m", "mypy", *own, "-p", "liaison_client", folder=tmp_path)
    strict = ("--strict", "--implicit-reexport", "flow.py")
    run(sys.executable, "-m", "mypy", *own, *strict, folder=tmp_path)

    seen = json.loads(run(sys.executable, "flow.py", folder=tmp_path, **given))

    is_right(seen, "Famille Python")


def test_typescript_client_compiles_and_works(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "flow.ts").write_text((HERE / "typescript_flow.ts").read_text())
    tools = ROOT / "node_modules/.bin"
    # What has a default may be left out.
    options = ("--default-non-nullable=false", "--output", "openapi.d.ts")
    run(tools / "openapi-typescript", OPENAPI, *options, folder=tmp_path)
    assert (tmp_path / "openapi.d.ts").read_text() == (ROOT / "core/openapi.d.ts").read_text()
    run(tools / "tsc", *TSC, "flow.ts", folder=tmp_path)

    seen = json.loads(run("node", "out/flow.js", folder=tmp_path, **given))

    is_right(seen, "Famille TypeScript")

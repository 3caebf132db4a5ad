"""Every command and program of deploy/INTEGRATION.md is run as it stands there."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.models import Chantier, TokenIssuer, User
from messaging.models import Conversation
from notifications.webhooks import signing
from tests.bundles import node
from tests.e2e.portal_site import TYPESCRIPT, Package, run
from tests.site import ROOT, Site

DOCUMENT = (ROOT / "deploy/INTEGRATION.md").read_text()
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
PROGRAMS = dict(
    re.findall(r"^cat > \S*?(\w+\.\w+)\"? <<'EOF'\n(.*?)^EOF$", DOCUMENT, re.MULTILINE | re.DOTALL)
)
# No stream is left open, whatever happens. `npm install` takes the packages of our lock.
BEGIN = """
set -euo pipefail
trap 'kill $(jobs -p)' EXIT
npm() {
  test "$1" = install && shift
  for each in "${@#--save-dev}"; do test -d "$LOCKED/$each"; done
  ln -sfn "$LOCKED" node_modules
}
"""
# As the document compiles.
TSC = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"]


@pytest.mark.django_db(transaction=True)
def test_commands_and_programs_lead_to_a_live_event(site: Site, tmp_path: Path) -> None:
    script = BEGIN + "".join(COMMANDS)
    assert "http://127.0.0.1:8000" in script
    path = f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash"],
        input=script.replace("http://127.0.0.1:8000", site.url),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            **site.environment,
            "PATH": path,
            "TMPDIR": str(tmp_path),
            "LOCKED": str(ROOT / "node_modules"),
        },
        timeout=180,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "event: conversation.created" in done.stdout
    jeanne = User.objects.get(external_id="P-2001")
    conversation = Conversation.objects.get(created_by=jeanne)
    assert conversation.client == jeanne.client
    assert Chantier.objects.get(external_id="CH-3001").client == jeanne.client
    # Python and Node have read the same events, and the second program has changed nothing.
    read = re.findall(r"\d\d-\d\dT\S+Z (\S+)$", done.stdout, re.MULTILINE)
    assert read == 2 * read[: len(read) // 2]
    assert read.count("conversation.created") == 2
    assert read.count("chantier.changed") == 2
    # Both publish the same keys, and Liaison has those of Node.
    of_python, of_node = (
        json.loads(next(tmp_path.glob(f"*/{name}")).read_text())
        for name in ("jwks.json", "jwks-of-node.json")
    )
    assert of_python == of_node
    assert json.loads(TokenIssuer.objects.get().keys) == of_node


class Case(NamedTuple):
    secret: str
    headers: dict[str, str]
    body: str


def in_python(cases: list[Case], folder: Path) -> list[bool]:
    code: dict[str, Any] = {}
    exec(PROGRAMS["receiver.py"], code)  # noqa: S102 (our own document)
    return [code["is_of_liaison"](case.secret, case.headers, case.body.encode()) for case in cases]


def in_node(cases: list[Case], folder: Path) -> list[bool]:
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "receiver.ts").write_text(PROGRAMS["receiver.ts"])
    run([node(), TYPESCRIPT, *TSC, "--outDir", "out", "receiver.ts"], folder)
    given = json.dumps([case._asdict() for case in cases])
    program = f"""
        import {{ isOfLiaison }} from "./out/receiver.js";
        const answers = {given}.map(({{ secret, headers, body }}) =>
          isOfLiaison(secret, headers, Buffer.from(body)));
        console.log(JSON.stringify(answers));
    """
    answers: list[bool] = json.loads(run([node(), "--input-type=module", "-e", program], folder))
    return answers


@pytest.mark.parametrize("receiver", [in_python, in_node])
def test_receiver_takes_what_is_signed_now_and_nothing_else(
    receiver: Callable[[list[Case], Path], list[bool]], tmp_path: Path
) -> None:
    secret, other = signing.new_secret(), signing.new_secret()
    body, now = '{"type": "message.created", "name": "Léa"}', int(time.time())

    def case(sent: str = body, *, at: int = now, by: str = secret, also: str = "") -> Case:
        signature = signing.signature(by, "m1", at, body.encode())
        headers = {
            "webhook-id": "m1",
            "webhook-timestamp": str(at),
            "webhook-signature": also + signature,
        }
        return Case(secret, headers, sent)

    right = [case(), case(also="v1,b3RoZXI= ")]
    wrong = [case(body + " "), case(at=now - 600), case(at=now + 600), case(by=other)]

    assert receiver(right + wrong, tmp_path) == [True] * 2 + [False] * 4


def test_page_of_react_compiles_with_the_types_of_the_package(tmp_path: Path) -> None:
    [page] = re.findall(r"^```tsx\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    package = Package(tmp_path)
    assert package.tarball.match("liaison-elements-*.tgz")

    package.compile("page.tsx", page)

    with pytest.raises(AssertionError, match="'sum' does not exist"):
        package.compile("page.tsx", page.replace("detail.total", "detail.sum"))

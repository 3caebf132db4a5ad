"""Every command of deploy/INTEGRATION.md is run as it stands there."""

import os
import re
import subprocess
import time
from typing import Any

import pytest

from core.models import Chantier, User
from messaging.models import Conversation
from notifications.webhooks import signing
from tests.site import ROOT, Site

DOCUMENT = (ROOT / "deploy/INTEGRATION.md").read_text()
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
# No stream is left open, whatever happens.
BEGIN = "set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n"


@pytest.mark.django_db(transaction=True)
def test_commands_lead_to_a_live_event(site: Site) -> None:
    script = BEGIN + "".join(COMMANDS)
    assert "http://127.0.0.1:8000" in script

    run = subprocess.run(
        ["bash"],
        input=script.replace("http://127.0.0.1:8000", site.url),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **site.environment},
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "event: conversation.created" in run.stdout
    jeanne = User.objects.get(external_id="P-2001")
    conversation = Conversation.objects.get(created_by=jeanne)
    assert conversation.client == jeanne.client
    assert Chantier.objects.get(external_id="CH-3001").client == jeanne.client


def test_receiver_takes_what_is_signed_now_and_nothing_else() -> None:
    found = re.search(r"receiver\.py\" <<'EOF'\n(.*?)^EOF$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found
    code: dict[str, Any] = {}
    exec(found[1], code)  # noqa: S102 (our own document)
    secret, body, now = signing.new_secret(), b'{"type": "message.created"}', int(time.time())

    def is_taken(sent: bytes, *, at: int = now, by: str = secret, also: str = "") -> bool:
        headers = {
            "webhook-id": "m1",
            "webhook-timestamp": str(at),
            "webhook-signature": also + signing.signature(by, "m1", at, body),
        }
        return bool(code["is_of_liaison"](secret, headers, sent))

    assert is_taken(body)
    assert is_taken(body, also="v1,b3RoZXI= ")
    assert not is_taken(body + b" ")
    assert not is_taken(body, at=now - 600)
    assert not is_taken(body, by=signing.new_secret())

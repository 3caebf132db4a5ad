"""Every command of deploy/INTEGRATION.md is run as it stands there."""

import os
import re
import subprocess

import pytest

from core.models import Chantier, User
from messaging.models import Conversation
from tests.site import ROOT, Site

DOCUMENT = (ROOT / "deploy/INTEGRATION.md").read_text()
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
# After them: no stream is left open.
END = "kill %1\n"


@pytest.mark.django_db(transaction=True)
def test_commands_lead_to_a_live_event(site: Site) -> None:
    script = "set -euo pipefail\n" + "".join(COMMANDS) + END
    assert "http://127.0.0.1:8000" in script

    run = subprocess.run(
        ["bash", "-m"],
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

"""Run a browser module in Node, to hold Python code to the same results."""

import json
import os
import subprocess
from typing import Any

from tests.bundles import ROOT, node

ZONE = "Europe/Paris"
# The language is set before the script imports a module.
PROGRAM = """
const {{ given, language }} = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
globalThis.document = {{ documentElement: {{ lang: language }} }};
(async () => {{ {body} }})().then((result) => console.log(JSON.stringify(result)));
"""


def in_node(body: str, given: object = None, *, language: str = "fr") -> Any:
    """Return what an async function body returns. It reads `given` and imports modules."""
    done = subprocess.run(
        [node(), "--input-type=commonjs", "-e", PROGRAM.format(body=body)],
        input=json.dumps({"given": given, "language": language}), cwd=ROOT,
        env={**os.environ, "TZ": ZONE}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

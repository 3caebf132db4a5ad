"""Run Python processes in an environment of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python …` at the root of the repository, with these variables added."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "core.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

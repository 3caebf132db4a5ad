"""The verifier in the ZIP: a good export passes, and each alteration is named.

Whoever alters also writes the sums anew, so that only the chain can tell. It runs as a person runs
it: a process of its own, without our packages.
"""

import subprocess
import sys
from pathlib import Path

from tests.messaging.exporting.making import make, zip_of


def verified(path: Path) -> tuple[int, str]:
    """Run the verifier of an export on it; return its exit code and what it says."""
    script = path / "verifier.py" if path.is_dir() else path.with_suffix(".py")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path)], capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_good_export_passes(folder: Path) -> None:
    code, said = verified(folder)

    assert code == 0, said
    assert "Tout concorde" in said

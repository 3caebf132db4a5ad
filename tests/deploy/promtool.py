"""Finds promtool on the machine, or downloads Debian's and unpacks it in the cache of pytest.

Nothing is installed, so no service starts, and no root is needed.
"""

import shutil
from pathlib import Path

from tests.debian_packages import fetch


def program(cache: Path) -> Path:
    """Return promtool, downloaded to `cache` if the machine has none. Skips the test without it."""
    if found := shutil.which("promtool"):
        return Path(found)
    unpacked = cache / "root" / "usr" / "bin" / "promtool"
    if not unpacked.exists():
        fetch(cache, "prometheus", wanted="promtool")
    return unpacked

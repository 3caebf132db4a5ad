"""Find the browser of the end-to-end tests.

`python -m tests.e2e.browser` installs Chromium when there is neither Chromium nor Chrome.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def system_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome. With None, playwright uses its own."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return str(_MACOS_CHROME) if _MACOS_CHROME.exists() else None


def main() -> int:
    if system_browser() or _install_with_apt() or _download():
        return 0
    print(
        "No browser for the end-to-end tests: install Chromium or Google Chrome with the "
        "system's packages, or let this machine reach playwright's downloads, and try again.",
        file=sys.stderr,
    )
    return 1


def _install_with_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing Chromium (apt-get)", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(
            ["apt-get", "-qq", *words], env=environment, stdout=subprocess.DEVNULL, check=False
        )
    return system_browser() is not None


def _download() -> bool:
    print("Fetching Chromium (playwright)", flush=True)
    # Ubuntu has apt-get, but Chromium only as a snap. `--with-deps` installs its libraries.
    libraries = ["--with-deps"] if os.geteuid() == 0 and shutil.which("apt-get") else []
    fetched = subprocess.run(
        [sys.executable, "-m", "playwright", "install", *libraries, "chromium"],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return fetched.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

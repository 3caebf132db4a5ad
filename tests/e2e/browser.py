"""Find the browsers of the end-to-end tests: Chromium for the pages, Firefox for Web Push.

`python -m tests.e2e.browser` installs Chromium when there is neither Chromium nor Chrome, and
Firefox ESR when there is no Firefox.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FIREFOX_NAMES = ("firefox-esr", "firefox")
_MACOS_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def system_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome. With None, playwright uses its own."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return str(_MACOS_CHROME) if _MACOS_CHROME.exists() else None


def firefox() -> str | None:
    """Return the path of an installed Firefox."""
    return next((path for name in _FIREFOX_NAMES if (path := shutil.which(name))), None)


def main() -> int:
    has_chromium = system_browser() or _install_with_apt("chromium") or _download()
    has_firefox = firefox() or _install_with_apt("firefox-esr")
    if not has_chromium:
        _complain(
            "No browser for the end-to-end tests: install Chromium or Google Chrome with the "
            "system's packages, or let this machine reach playwright's downloads, and try again."
        )
    if not has_firefox:
        _complain(
            "No Firefox for the tests of Web Push: install firefox-esr (Debian) or firefox with "
            "the system's packages, and try again."
        )
    return 0 if has_chromium and has_firefox else 1


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def _install_with_apt(package: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {package} (apt-get)", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        subprocess.run(
            ["apt-get", "-qq", *words], env=environment, stdout=subprocess.DEVNULL, check=False
        )
    return shutil.which(package) is not None


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

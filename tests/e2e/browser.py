"""Find the browsers of the end-to-end tests: Chromium, Firefox and WebKitGTK.

`python -m tests.e2e.browser` installs Chromium when there is neither Chromium nor Chrome, Firefox
ESR when there is no Firefox, and WebKitGTK with its driver where Debian's packages are.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FIREFOX_NAMES = ("firefox-esr", "firefox")
# WebKitGTK's own small browser, which its driver starts. Each distribution has a folder of its own.
_WEBKIT_BROWSERS = ("lib/*/webkit2gtk-4.1/MiniBrowser", "lib*/webkit2gtk-4.1/MiniBrowser",
                    "libexec/webkit2gtk-4.1/MiniBrowser")  # fmt: skip
_WEBKIT_PROGRAMS = ("WebKitWebDriver", "Xvfb")
# The reason of a skip, too.
WITHOUT_WEBKIT = "no WebKitGTK (Debian: webkit2gtk-driver and xvfb)"
_MACOS_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# These cost processor time in each window: the popups of the address bar are web pages, and a
# process for the next page is started in advance.
OF_THE_WINDOW = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"]
# Chromium obeys only the last list of features, so this repeats the list of playwright.
OF_PLAYWRIGHT = [
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades",
    "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding",
    "PreconnectToSearch", "ThirdPartyStoragePartitioning",
]  # fmt: skip
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-features=" + ",".join(OF_PLAYWRIGHT + OF_THE_WINDOW),
]


def system_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome. With None, playwright uses its own."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return str(_MACOS_CHROME) if _MACOS_CHROME.exists() else None


def firefox() -> str | None:
    """Return the path of an installed Firefox."""
    return next((path for name in _FIREFOX_NAMES if (path := shutil.which(name))), None)


def webkit() -> Path | None:
    """Return the path of WebKitGTK's MiniBrowser, if its driver and Xvfb are there too."""
    if not all(shutil.which(name) for name in _WEBKIT_PROGRAMS):
        return None
    return next((path for form in _WEBKIT_BROWSERS for path in Path("/usr").glob(form)), None)


def main() -> int:
    has_chromium = system_browser() or _install_with_apt("chromium") or _download()
    has_firefox = firefox() or _install_with_apt("firefox-esr")
    has_webkit = webkit() or _install_with_apt("webkit2gtk-driver", "xvfb")
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
    if not has_webkit:
        # WebKitGTK is for Linux: elsewhere its tests are skipped, and CI runs them.
        _complain(f"{WITHOUT_WEBKIT}: its tests will be skipped.")
    return 0 if has_chromium and has_firefox else 1


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def _install_with_apt(*packages: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {' '.join(packages)} (apt-get)", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        installed = subprocess.run(
            ["apt-get", "-qq", *words], env=environment, stdout=subprocess.DEVNULL, check=False
        )
    return installed.returncode == 0


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

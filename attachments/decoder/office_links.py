"""Where a link in an office document leads, and whether it starts a program."""

import re
from enum import Enum
from urllib.parse import unquote

from attachments.decoder.protocol import Refused


class Place(Enum):
    LOCAL = "a file on the computer that opens the document"
    WEB = "an address of the Web"
    NETWORK = "another computer, which Windows sends the person's password hash to"
    PROGRAM = "an address that a program of Windows answers"


# What Windows runs at a double click.
PROGRAMS = frozenset(
    [
        "exe",
        "com",
        "scr",
        "pif",
        "cpl",
        "dll",
        "ocx",
        "sys",
        "msi",
        "msix",
        "msp",
        "mst",
        "appx",
        "appxbundle",
        "appref-ms",
        "application",
        "bat",
        "cmd",
        "ps1",
        "psm1",
        "psc1",
        "vbs",
        "vbe",
        "vb",
        "js",
        "jse",
        "ws",
        "wsf",
        "wsc",
        "wsh",
        "hta",
        "sct",
        "scf",
        "inf",
        "ins",
        "isp",
        "reg",
        "lnk",
        "url",
        "website",
        "jar",
        "py",
        "pyw",
        "pyz",
        "rb",
        "pl",
        "sh",
        "command",
        "chm",
        "hlp",
        "msc",
        "gadget",
        "xll",
        "xla",
        "xlam",
        "ppa",
        "ppam",
        "wll",
        "wiz",
        "diagcab",
        "settingcontent-ms",
        "library-ms",
        "search-ms",
        "searchconnector-ms",
        "theme",
        "themepack",
        "desktop",
        "iso",
        "img",
        "vhd",
        "vhdx",
        "cab",
        "one",
        "mde",
        "ade",
    ]
)
# Addresses that name no file, and only show something.
NO_FILES = ("mailto:", "tel:", "sms:", "callto:", "skype:", "onenote:", "news:", "about:", "urn:")
# Addresses that make Windows run something at a click. Others, as `javascript:`, do nothing there.
STARTING = re.compile(
    r"(ms-msdt|search-ms|search|ms-search|ms-officecmd|ms-appinstaller|ms-settings|ms-its|ms-itss"
    r"|mk|its|mhtml|vbscript|script|shell|hcp|wscript|powershell|cmd|ldap|jar|ms-cxh|ms-gaming\w*"
    r"|windowsdefender|ms-powerpoint|ms-word|ms-excel|ms-access|ms-visio|ms-publisher):"
)
ADD_INS = frozenset(["xla", "xlam", "xll", "ppa", "ppam", "wll"])
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
_DRIVE = re.compile(r"/*[a-z][:|]")


def place_of(target: str) -> Place:
    """Return where a path or address leads, as Windows reads it."""
    link = _simplified(target)
    if link.startswith("file:"):
        return _place_of_file(link.removeprefix("file:"))
    if re.match(r"(https?|ftp)(:|$)", link):
        return Place.WEB
    if link.startswith("//"):
        return Place.LOCAL if re.match(r"//[?.]/+[a-z]:", link) else Place.NETWORK
    if _SCHEME.match(link) and not link.startswith(NO_FILES):
        return Place.PROGRAM
    return Place.LOCAL


def is_program(target: str) -> bool:
    """Tell whether the last part of a path or address names something that Windows runs."""
    return _extension(target) in PROGRAMS


def base_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def require_local(target: str, what: str) -> None:
    """Raise Refused for what an application loads by itself, unless it is a file of its machine."""
    place = place_of(target)
    if place is not Place.LOCAL or is_program(target):
        raise Refused("active", f"{what}: {place.name.lower()}")


def require_shown(target: str, what: str) -> None:
    """Raise Refused for a picture or a sound that is neither of the Web nor of the machine."""
    if place_of(target) in (Place.NETWORK, Place.PROGRAM):
        raise Refused("active", f"{what}: {place_of(target).name.lower()}")


def require_no_program(target: str, what: str) -> None:
    """Raise Refused for a link that starts a program once it is clicked."""
    is_file = place_of(target) in (Place.LOCAL, Place.NETWORK)
    if STARTING.match(_simplified(target)) or (is_file and is_program(target)):
        raise Refused("active", f"{what}: a program")


def require_workbook(target: str, what: str) -> None:
    """Raise Refused for a link that an application asks about, unless to a document or add-in."""
    if _extension(target) not in ADD_INS:
        require_no_program(target, what)


def _extension(target: str) -> str:
    link = _simplified(target)
    name = re.split(r"[?#]", link)[0].rpartition("/")[2].rstrip(". ")
    return name.rpartition(".")[2] if "." in name and not link.startswith(NO_FILES) else ""


def _place_of_file(path: str) -> Place:
    if _DRIVE.match(path):
        return Place.LOCAL
    slashes = len(path) - len(path.lstrip("/"))
    host = path.strip("/").partition("/")[0]
    is_network = slashes > 3 or (slashes == 2 and host not in ("", "localhost", "127.0.0.1"))
    return Place.NETWORK if is_network else Place.LOCAL


def _simplified(target: str) -> str:
    return unquote(target).replace("\\", "/").strip("\"'\0 \t\r\n\ufeff").casefold()

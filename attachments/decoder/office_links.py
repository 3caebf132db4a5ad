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
    "exe com scr pif cpl dll ocx sys msi msix msp mst appx appxbundle appref-ms application bat cmd"
    " ps1 psm1 psc1 vbs vbe vb js jse ws wsf wsc wsh hta sct scf inf ins isp reg lnk url website jar"
    " py pyw pyz rb pl sh command chm hlp msc gadget xll xla xlam ppa ppam wll wiz diagcab"
    " settingcontent-ms library-ms search-ms searchconnector-ms theme themepack desktop iso img vhd"
    " vhdx cab one mde ade".split()
)
# Addresses that wait for a click, and then only show something.
SHOWN = ("mailto:", "tel:", "sms:", "callto:", "skype:", "onenote:", "news:", "about:", "urn:")
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
    if _SCHEME.match(link) and not link.startswith(SHOWN):
        return Place.PROGRAM
    return Place.LOCAL


def is_program(target: str) -> bool:
    """Tell whether the last part of a path or address names something that Windows runs."""
    path = re.split(r"[?#]", _simplified(target))[0]
    name = path.rpartition("/")[2].rstrip(". ")
    return name.rpartition(".")[2] in PROGRAMS if "." in name else False


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
    place = place_of(target)
    if place is Place.PROGRAM or (place is not Place.WEB and is_program(target)):
        raise Refused("active", f"{what}: a program")


def _place_of_file(path: str) -> Place:
    if _DRIVE.match(path):
        return Place.LOCAL
    slashes = len(path) - len(path.lstrip("/"))
    host = path.strip("/").partition("/")[0]
    is_network = slashes > 3 or (slashes == 2 and host not in ("", "localhost", "127.0.0.1"))
    return Place.NETWORK if is_network else Place.LOCAL


def _simplified(target: str) -> str:
    return unquote(target).replace("\\", "/").strip("\"'\0 \t\r\n\ufeff").casefold()

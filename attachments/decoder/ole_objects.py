"""Objects inside documents ([MS-OLEDS]): packages, links, equations, controls."""

import re
from collections.abc import Iterator
from uuid import UUID

from attachments.decoder import office_links
from attachments.decoder.office_parts import Part
from attachments.decoder.protocol import Refused

NATIVE, LINK, EQUATION, CONTROL = "\x01ole10native", "\x01ole", "equation native", "\x03ocxname"
PACKAGE, CONTENTS = "package", "contents"
STREAMS = frozenset((NATIVE, LINK, EQUATION, CONTROL, PACKAGE, CONTENTS, "\x03ocxdata"))

# Classes of objects that run something, or whose program has no limits.
PACKAGERS = ("0003000C-0000-0000-C000-000000000046", "F20DA720-C02F-11CE-927B-0800095AE340")
EQUATIONS = ("0002CE02-0000-0000-C000-000000000046", "0002CE03-0000-0000-C000-000000000046")
ACTIVE_CLASSES = {
    "25336920-03F9-11CF-8FD0-00AA00686F13": "htmlfile",
    "3050F4D8-98B5-11CF-BB82-00AA00BDCE0B": "htafile",
    "06290BD0-48AA-11D2-8432-006008C3FBFC": "scriptlet",
    "06290BD2-48AA-11D2-8432-006008C3FBFC": "scriptlet",
    "06290BD3-48AA-11D2-8432-006008C3FBFC": "scriptlet",
    "79EAC9E0-BAF9-11CE-8C82-00AA004BA90B": "URL",
    "00000300-0000-0000-C000-000000000046": "OLE2Link",
    "D27CDB6E-AE6D-11CF-96B8-444553540000": "Flash",
    "D27CDB70-AE6D-11CF-96B8-444553540000": "Flash",
    "8856F961-340A-11D0-A96B-00C04FD705A2": "browser",
    "0D43FE01-F093-11CF-8940-00A0C9054228": "FileSystemObject",
    "F414C260-6AC0-11CF-B6D1-00AA00BBBB58": "JScript",
    "B54F3741-5B07-11CF-A4B0-00AA004A55E8": "VBScript",
}
# Controls of forms (MSForms), which show text and keep a value: without VBA they do nothing.
FORM_CONTROLS = frozenset(
    (
        "8BD21D10-EC42-11CE-9E0D-00AA006002F3",  # text
        "8BD21D20-EC42-11CE-9E0D-00AA006002F3",  # list
        "8BD21D30-EC42-11CE-9E0D-00AA006002F3",  # combo box
        "8BD21D40-EC42-11CE-9E0D-00AA006002F3",  # check box
        "8BD21D50-EC42-11CE-9E0D-00AA006002F3",  # option
        "8BD21D60-EC42-11CE-9E0D-00AA006002F3",  # toggle
        "D7053240-CE69-11CD-A777-00DD01143C57",  # button
        "978C9E23-D4B0-11CE-BF2D-00AA003F40D0",  # label
        "79176FB0-B7F2-11CE-97EF-00AA006D2776",  # spin button
        "DFD181E0-5E2F-11CE-A449-00AA004A803D",  # scroll bar
        "4C599241-6926-101B-9992-00000B65C6F9",  # picture
    )
)
# The same as they stand in a stream: URL, script and composite monikers ([MS-OLEDS] 2.3.3).
URL_MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
SCRIPT_MONIKERS = tuple(
    bytes.fromhex(f"{first}0b2906aa48d211843200" + "6008c3fbfc") for first in ("d0", "d2", "d3")
)
IS_LINK = 0x1  # the first bit of the flags ([MS-OLEDS] 2.3.3)

# A name in an equation is copied into 40 bytes by its program, which Microsoft has withdrawn
# (CVE-2017-11882): 8, kind, style, name and a zero.
EQUATION_RUN = re.compile(rb"\x08..[^\0]{40}", re.S)


def judged(clsid: str, streams: dict[str, bytes]) -> Iterator[bytes | Part]:
    """Judge the object in one storage; yield the file that it holds."""
    if name := ACTIVE_CLASSES.get(clsid.upper()):
        raise Refused("active", f"object: {name}")
    if CONTROL in streams and clsid.upper() not in FORM_CONTROLS:
        raise Refused("active", "ActiveX control")
    if LINK in streams:
        _judge_link(streams[LINK])
    if NATIVE in streams:
        yield from _native(clsid.upper(), streams[NATIVE])
    if EQUATION in streams:
        _judge_equation(streams[EQUATION])
    if PACKAGE in streams:
        yield Part("Package", streams[PACKAGE])
    if streams.get(CONTENTS, b"").startswith(b"%PDF"):
        yield Part("CONTENTS.pdf", streams[CONTENTS])


def is_form_control(persisted: bytes) -> bool:
    """Tell whether bytes begin with the class of a control of a form ([MS-OFORMS] 2.1)."""
    return len(persisted) >= 16 and str(UUID(bytes_le=persisted[:16])).upper() in FORM_CONTROLS


def _judge_link(stream: bytes) -> None:
    if len(stream) < 8 or not stream[4] & IS_LINK:
        return
    if URL_MONIKER in stream or any(moniker in stream for moniker in SCRIPT_MONIKERS):
        raise Refused("active", "link to an address")
    for target in _texts(stream):
        office_links.require_local(target, "link")


def _texts(stream: bytes) -> list[str]:
    """Return what may be paths in a moniker: in bytes, and in UTF-16 at both parities."""
    texts = [run.decode("latin-1") for run in re.findall(rb"[\x20-\xff]{4,}", stream)]
    wide = re.findall(rb"(?:[\x20-\xff]\0){4,}", stream)
    return texts + [run.decode("utf-16-le") for run in wide]


def _native(clsid: str, stream: bytes) -> Iterator[bytes | Part]:
    """Yield the file of a package ([MS-OLEDS] 2.3.6). Other native data are of old programs."""
    if clsid in EQUATIONS:
        _judge_equation(stream)
        return
    package = _package(stream)
    if package is None:
        if clsid in PACKAGERS:
            raise Refused("active", "package")
        yield stream[4:]
        return
    names, content = package
    for name in names:
        if name and (not re.search(r"[^./\\]\.[^./\\]", name) or office_links.is_program(name)):
            raise Refused("active", f"package: {name[-60:]}")
    yield Part(office_links.base_name(names[0]), content, is_packaged=True)


def _package(stream: bytes) -> tuple[list[str], bytes] | None:
    """Return the names and the bytes of a packaged file, or None when it is no package.

    Its layout: size, 2, label, path, two numbers, size and temporary path, size and content.
    """
    if stream[4:6] != b"\x02\0":
        return None
    label, _, rest = stream[6:].partition(b"\0")
    path, _, rest = rest.partition(b"\0")
    kind, rest = rest[:4], rest[4:]
    if kind[2:4] != b"\x03\0":
        return [_named(label), _named(path), "link"], b""
    size = int.from_bytes(rest[:4], "little")
    temporary, rest = rest[4 : 4 + size], rest[4 + size :]
    content = rest[4 : 4 + int.from_bytes(rest[:4], "little")]
    return [_named(label), _named(path), _named(temporary)], content


def _named(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode("cp1252", "replace")


def _judge_equation(stream: bytes) -> None:
    if EQUATION_RUN.search(stream):
        raise Refused("active", "equation")

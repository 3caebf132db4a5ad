"""OpenDocument files (ISO 26300): judged by their manifest, scripts, listeners and links."""

import re
from collections.abc import Iterator

from attachments.decoder import formulas, office_links
from attachments.decoder.office_parts import Part
from attachments.decoder.office_xml import attribute, in_ascii_letters, parse
from attachments.decoder.office_zip import Archive
from attachments.decoder.protocol import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCUMENTS = (OLE, b"PK\x03\x04", b"{\\rt", b"%PDF")
MIMETYPE, MANIFEST = "mimetype", "meta-inf/manifest.xml"
_ODF = "application/vnd.oasis.opendocument"
FORMATS = {
    f"{_ODF}.text": "odt",
    f"{_ODF}.spreadsheet": "ods",
    f"{_ODF}.presentation": "odp",
    f"{_ODF}.graphics": "odg",
    f"{_ODF}.text-template": "ott",
    f"{_ODF}.spreadsheet-template": "ots",
    f"{_ODF}.presentation-template": "otp",
    f"{_ODF}.graphics-template": "otg",
}

# Lists of the libraries of Basic and of dialogs. A program may write them empty.
LISTS = ("script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml")
SCRIPT_ADDRESS = re.compile(
    r"\s*(vnd\.sun\.star\.(script|uno)|macro|\.uno|javascript|service)\b", re.I
)
DDE = ("dde-connection", "dde-connection-decl", "dde-source", "dde-link")
ACTING = frozenset((*DDE, "applet", "event-listener"))
# Elements whose target is loaded with the document, and runs or stands in the text.
LOADED = ("object", "object-ole", "applet", "floating-frame", "section-source", "template",
          "cell-range-source", "table-source", "database", "connection-resource")  # fmt: skip
SHOWN = ("image", "fill-image", "plugin", "sound", "background-image")


def format_of(archive: Archive) -> str:
    """Return the format of a document by its `mimetype`, or by its manifest, or an empty text."""
    named = archive.read_if_there(MIMETYPE)[:200].decode("ascii", "replace").strip()
    return FORMATS.get(named or _type_in_manifest(archive.read_if_there(MANIFEST)), "")


def judged(archive: Archive) -> Iterator[bytes | Part]:
    """Judge a document; yield its members for the rules, and the documents inside it."""
    _require_open(archive.read_if_there(MANIFEST))
    for name in archive.names():
        content = archive.read(name)
        yield f"\n{name}\n".encode(errors="replace")
        yield content
        _judge_script(name, content)
        if content.startswith(DOCUMENTS):
            yield Part(name, content)
        elif content and (name.endswith(".xml") or content.startswith(b"<?xml")):
            _judge_xml(content)
        elif content.startswith(b"MZ"):
            raise Refused("executable", name)


def _require_open(manifest: bytes) -> None:
    if b"encryption-data" in in_ascii_letters(manifest):
        raise Refused("encrypted", "encryption-data")


def _type_in_manifest(manifest: bytes) -> str:
    types: dict[str, str] = {}

    def started(name: str, attributes: dict[str, str]) -> None:
        if name == "file-entry":
            types[attribute(attributes, "full-path")] = attribute(attributes, "media-type")

    if manifest:
        parse(manifest, started=started)
    return types.get("/", "")


def _judge_script(name: str, content: bytes) -> None:
    folder, _, rest = name.partition("/")
    if folder == "scripts":
        raise Refused("macro", name)
    if folder == "basic" and not _is_empty_basic(rest.rpartition("/")[2], content):
        raise Refused("macro", name)


def _is_empty_basic(name: str, content: bytes) -> bool:
    """Tell whether a member of `Basic/` lists nothing, or is a module without a line of code."""
    elements: list[str] = []
    code: list[str] = []
    parse(content, started=lambda element, _: elements.append(element), said=code.append)
    if name in LISTS:
        return set(elements) <= {"libraries", "library", "element"} and bool(elements)
    lines = "".join(code).splitlines()
    return elements == ["module"] and not any(_is_code(line) for line in lines)


def _is_code(line: str) -> bool:
    word = line.strip().casefold()
    return bool(word) and not word.startswith(("rem ", "'", "option ")) and word not in (
        "rem", "sub main", "end sub",
    )  # fmt: skip


def _judge_xml(content: bytes) -> None:
    def started(name: str, attributes: dict[str, str]) -> None:
        if name in ACTING:
            _judge_element(name, attributes)
        for key, value in attributes.items():
            if key[-4:] == "href":
                _judge_link(name, value)
            elif key[-7:] == "formula":
                formulas.judge_open_formula(value)

    parse(content, started=started)


def _judge_element(name: str, attributes: dict[str, str]) -> None:
    if name in DDE:
        raise Refused("active", f"DDE: {name}")
    if name == "event-listener":
        _judge_listener(attributes)
    else:
        raise Refused("active", name)


def _judge_listener(attributes: dict[str, str]) -> None:
    language = attribute(attributes, "language").casefold()
    if language or attribute(attributes, "macro-name"):
        raise Refused("macro", f"event listener: {language}")
    if attribute(attributes, "action") in ("execute", "macro"):
        raise Refused("active", "a slide that starts a program")


def _judge_link(name: str, target: str) -> None:
    if SCRIPT_ADDRESS.match(target):
        raise Refused("macro", f"{name}: {target[:60]}")
    if name in LOADED:
        office_links.require_local(target.partition("#")[0], name)
    elif name in SHOWN:
        office_links.require_shown(target, name)
    elif name == "a":
        office_links.require_no_program(target, name)

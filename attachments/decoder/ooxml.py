"""Office documents since 2007 (ISO 29500): judged by relationships, content types and fields.

Names of parts are a matter of taste: a project of VBA, a macro sheet or an object may have any
name, and is known by its type, its relationship or its first bytes.
"""

import html
import quopri
import re
from collections.abc import Iterator

from attachments.decoder import biff12, formulas, office_links, ole_objects, ooxml_fields
from attachments.decoder.office_parts import Part
from attachments.decoder.office_xml import attribute, in_ascii_letters, parse
from attachments.decoder.office_zip import Archive
from attachments.decoder.ooxml_package import Link, Package, is_relationships, links_in
from attachments.decoder.protocol import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What documents inside a document begin with. Others, such as pictures, are no documents.
DOCUMENTS = (OLE, b"PK\x03\x04", b"{\\rt", b"%PDF")
MACRO_TYPES = ("macrosheet", "dialogsheet")
MACRO_FOLDERS = ("xl/macrosheets/", "xl/dialogsheets/")
MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
# Relationships (the end of their type) whose target an application loads when it opens a document.
LOADED = ("/attachedtemplate", "/oleobject", "/package", "/subdocument", "/afchunk", "/frame",
          "/control", "/activexcontrolbinary", "/transform", "/recipientdata",
          "/customui", "/extensibility", "/settings", "/styles", "/theme")  # fmt: skip
SHOWN = ("/image", "/video", "/audio", "/media", "/hdphoto")
CLICKED = ("/hyperlink",)
# Their application asks before it reads these.
ASKED = ("externallinkpath", "/xlpathmissing", "/xlstartup", "/xlalternatestartup", "/xllibrary",
         "/mailmergesource", "/mailmergeheadersource", "/pivotcachedefinition")  # fmt: skip
# Actions of a slide ([MS-OE376] 2.1.1199): a program; a macro needs VBA, which is looked for.
PROGRAM_ACTION = "ppaction://program"
CALLBACK = re.compile(r"on[A-Z]|get[A-Z]|loadImage")
FORMULA_ELEMENTS = ("f", "definedName", "formula", "formula1", "formula2")
FORMULA = re.compile(rb"<(?:\w+:)?(?:f|definedName|formula[12]?)(?:\s[^>]*)?>([^<]*)")
ACTIVE_HTML = re.compile(rb"<\s*(script|i?frame|object|embed|applet|link|base)\b", re.I)


def judged(archive: Archive) -> Iterator[bytes | Part]:
    """Judge a document; yield its parts for the rules, and the documents inside it."""
    package = Package(archive)
    for name in archive.names():
        content = archive.read(name)
        # With its name, by which a person finds what a rule has matched.
        yield f"\n{name}\n".encode(errors="replace")
        yield content
        _judge_kind(package, name, content)
        if is_relationships(name):
            for link in links_in(content):
                _judge_link(package, link)
        elif content.startswith(DOCUMENTS):
            yield Part(name, content)
        elif content and _is_xml(name, package.type_of(name)):
            _judge_xml(package, name, content)
        else:
            _judge_other(package, name, content)
            if content and "/embeddings/" in name:
                yield Part(name, content)


def _judge_kind(package: Package, name: str, content: bytes) -> None:
    content_type = package.type_of(name)
    base = name.rpartition("/")[2]
    if any(word in content_type for word in MACRO_TYPES) or name.startswith(MACRO_FOLDERS):
        raise Refused("macro", f"sheet of macros: {content_type}")
    is_project = "vbaproject" in content_type and (
        package.is_typed_by_name(name) or content.startswith(OLE)
    )
    is_project = is_project or base in MACRO_NAMES
    # Excel and Word keep an empty project; as an OLE container it is looked into after this.
    if is_project and not (package.is_macro_enabled and content.startswith((OLE, b"<"))):
        raise Refused("macro", "VBA")
    if "activex" in content_type or re.fullmatch(r"activex\d*\.(bin|xml)", base):
        _judge_control(content)
    if content.startswith(b"MZ"):
        raise Refused("executable", name)


def _judge_control(content: bytes) -> None:
    """Judge a control by its class: those of forms only show text and keep a value."""
    if content.startswith(OLE):
        return
    classes: list[str] = []
    if content.lstrip().startswith(b"<"):
        parse(content, started=lambda _, found: classes.append(attribute(found, "classid")))
        named = classes[0].strip("{} ").upper() if classes else ""
        is_form = named in ole_objects.FORM_CONTROLS
    else:
        is_form = ole_objects.is_form_control(content)
    if not is_form:
        raise Refused("active", "ActiveX control")


def _judge_link(package: Package, link: Link) -> None:
    kind, target = link.kind, link.target
    if kind.endswith("/vbaproject") and not package.is_macro_enabled:
        raise Refused("macro", "VBA")
    if kind.endswith(("macrosheet", "/dialogsheet")):
        raise Refused("macro", "sheet of macros")
    if not link.is_external and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:|\\\\|//", target):
        return
    what = kind.rpartition("/")[2]
    if kind.endswith(LOADED):
        _judge_loaded(kind, target, what)
    elif kind.endswith(CLICKED):
        office_links.require_no_program(target, what)
    elif kind.endswith(ASKED):
        office_links.require_workbook(target, what)
    else:
        office_links.require_shown(target, what)


def _judge_loaded(kind: str, target: str, what: str) -> None:
    # The target of a linked object is a path and a place in it: `file:///C:\x.xlsx!Sheet1!R1C1`.
    office_links.require_local(target.partition("!")[0], what)


def _is_xml(name: str, content_type: str) -> bool:
    return name.endswith((".xml", ".vml")) or content_type.endswith(("+xml", "/xml"))


def _judge_xml(package: Package, name: str, content: bytes) -> None:
    ooxml_fields.judge(content)
    letters = in_ascii_letters(content)
    if b"customUI" in letters[:4000]:
        parse(content, started=_judge_callback)
    if b"ddeLink" in letters or b"oleLink" in letters:
        parse(content, started=_judge_external_link)
    if PROGRAM_ACTION.encode() in letters.lower() or b"ppaction" in letters:
        parse(content, started=_judge_action)
    if FORMULA.search(letters) and (b"|" in letters or b"&#" in letters or b"DDE" in letters):
        _judge_formulas(content, letters)


def _judge_callback(_: str, attributes: dict[str, str]) -> None:
    for key, value in attributes.items():
        if key == "onLoad" or (CALLBACK.match(key) and re.search(r"[!/\\:]", value)):
            raise Refused("active", f"{key} of a ribbon")


def _judge_external_link(name: str, attributes: dict[str, str]) -> None:
    if name == "ddeLink":
        raise Refused("active", "DDE link")
    program = attribute(attributes, "progId").casefold()
    if name == "oleLink" and program in ("package", "htmlfile", "htafile"):
        raise Refused("active", f"link to {program}")


def _judge_action(_: str, attributes: dict[str, str]) -> None:
    if attribute(attributes, "action").casefold().startswith(PROGRAM_ACTION):
        raise Refused("active", "a slide that starts a program")


def _judge_formulas(content: bytes, letters: bytes) -> None:
    """Judge the formulas of a sheet. A search is ten times as fast as a parser."""
    if b"<![CDATA[" in letters or b"<!--" in letters:
        _parse_formulas(content)
        return
    for found in FORMULA.finditer(letters):
        text = found[1]
        if b"|" in text or b"&#" in text or b"DDE" in text.upper():
            formulas.judge(html.unescape(text.decode("utf-8", "replace")))


def _parse_formulas(content: bytes) -> None:
    formula: list[str] | None = None

    def started(name: str, _: dict[str, str]) -> None:
        nonlocal formula
        formula = [] if name in FORMULA_ELEMENTS else None

    def said(text: str) -> None:
        if formula is not None:
            formula.append(text)

    def ended(_: str) -> None:
        nonlocal formula
        if formula:
            formulas.judge("".join(formula))
        formula = None

    parse(content, started=started, ended=ended, said=said)


def _judge_other(package: Package, name: str, content: bytes) -> None:
    """Judge a part that is neither XML nor a document: HTML to insert, or a sheet of XLSB."""
    content_type = package.type_of(name)
    if "html" in content_type or "mht" in content_type or "rfc822" in content_type:
        if ACTIVE_HTML.search(content) or ACTIVE_HTML.search(quopri.decodestring(content)):
            raise Refused("active", "a page inside the document")
    elif name.startswith("xl/externallinks/"):
        biff12.judge_external_link(content)

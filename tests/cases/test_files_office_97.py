"""What a document of Office 97 to 2003 may hold: each line is one, and what a person sees."""

import pytest

from tests.attachments import office_97_files as old
from tests.attachments import ole
from tests.attachments.judging import judged

FORM_CHECK_BOX = "8BD21D40-EC42-11CE-9E0D-00AA006002F3"
CODE = 'Sub AutoOpen()\r\nShell "cmd /c calc"\r\nEnd Sub\r\n'
VBA = ole.tree(old.vba(CODE))
QUOTED_DDE = "QUOTE 68 68 69 65 85 84 79"

DANGEROUS_97 = {
    "VBA in a document": ("a.doc", old.doc(more=old.under("Macros", old.vba(CODE))), "macro"),
    "VBA in a workbook": (
        "a.xls", old.xls(more=old.under("_VBA_PROJECT_CUR", old.vba(CODE))), "macro",
    ),
    "VBA in a presentation": ("a.ppt", old.ppt(old.storage(VBA)), "macro"),
    "VBA in a presentation, not compressed": (
        "a.ppt", old.ppt(old.storage(VBA, is_compressed=False)), "macro",
    ),
    "VBA in a workbook inside a document": (
        "a.doc",
        old.doc(more=old.under("ObjectPool/_1/_VBA_PROJECT_CUR", old.vba(CODE))),
        "macro",
    ),
    "a project whose source was taken out": (
        "a.xls", old.xls(more=old.under("_VBA_PROJECT_CUR", old.vba("", compiled_bytes=9000))),
        "macro",
    ),
    "a project that cannot be read": (
        "a.doc", old.doc(more={"Macros/VBA/dir": b"?", "Macros/VBA/_VBA_PROJECT": b"?"}), "macro",
    ),
    "a sheet of macros": ("a.xls", old.xls(old.sheet("Feuil1"), old.sheet("M", 1)), "macro"),
    "a very hidden sheet of macros": ("a.xls", old.xls(old.sheet("M", 1, hidden=2)), "macro"),
    "a sheet of macros of Excel 5": (
        "a.xls", old.xls(old.sheet("M", 1), stream="Book", version=0x500), "macro",
    ),
    "a module of VBA of Excel 5": (
        "a.xls", old.xls(old.sheet("Module1", 6), stream="Book", version=0x500), "macro",
    ),
    "DDE in a document": ("a.doc", old.doc(old.field('DDEAUTO "c:\\\\cmd.exe" "/c"')), "active"),
    "DDE in pieces": ("a.doc", old.doc(old.field(" dde  cmd /c"), pieces=7), "active"),
    "DDE of Word 95": ("a.doc", old.doc(old.field("DDE cmd x"), magic=old.WORD_6), "active"),
    "DDE by the kind of the field": ("a.doc", old.doc(field_kinds=(46,)), "active"),
    "DDE in letters of QUOTE": (
        "a.doc", old.doc(old.field(old.field(QUOTED_DDE, "x") + " cmd /c")), "active",
    ),
    "DDE in a workbook": ("a.xls", old.xls(old.link("cmd\x03/C calc")), "active"),
    "DDE in a workbook, in UTF-16": (
        "a.xls", old.xls(old.link("MSEXCEL\x03\\..\\cmd.exe", wide=True)), "active",
    ),
    "DDE in a workbook of Excel 5": (
        "a.xls", old.xls(old.record(0x17, b"\x0bcmd\x03/C calc"), stream="Book", version=0x500),
        "active",
    ),
    "a packaged program": (
        "a.doc", old.doc(more={"ObjectPool/_1/\x01Ole10Native": old.package("calc.exe")}), "active",
    ),
    "a packaged shortcut": (
        "a.xls", old.xls(more={"MBD001/\x01Ole10Native": old.package("plan.pdf.lnk")}), "active",
    ),
    "a packaged script in a presentation": (
        "a.ppt",
        old.ppt(old.storage(ole.tree({"\x01Ole10Native": old.package("devis.vbs")}))),
        "active",
    ),
    "a program behind a harmless label": (
        "a.doc",
        old.doc(more={"ObjectPool/_1/\x01Ole10Native": old.package("a.pdf", path="C:\\a.hta")}),
        "active",
    ),
    "a linked object of the Web": (
        "a.doc",
        old.doc(more={"ObjectPool/_1/\x01Ole": old.ole_link(old.URL_MONIKER, "http://x/a.hta")}),
        "active",
    ),
    "a linked object of another computer": (
        "a.xls",
        old.xls(more={"LNK001/\x01Ole": old.ole_link(old.FILE_MONIKER, "\\\\host\\a.xls")}),
        "active",
    ),
    "a template from the Web": ("a.doc", old.doc(template="http://x.example/t.dot"), "active"),
    "a template from another computer": ("a.doc", old.doc(template="\\\\h\\t.dot"), "active"),
    "a text included from the Web": (
        "a.doc", old.doc(old.field('INCLUDETEXT "http://x.example/a.rtf"')), "active",
    ),
    "an equation with too long a name": (
        "a.doc",
        old.doc(more={"ObjectPool/_1/Equation Native": bytes(28) + b"\x08ZZ" + b"c" * 60}),
        "active",
    ),
    "a slide that starts a program": (
        "a.ppt", old.ppt(old.atom(0x0FF3, bytes(8) + b"\x02" + bytes(7))), "active",
    ),
    "Flash": (
        "a.doc",
        old.doc(
            more={"ObjectPool/_1/Contents": b"x"},
            classes={"ObjectPool/_1": "D27CDB6E-AE6D-11CF-96B8-444553540000"},
        ),
        "active",
    ),
    "a document with a password": ("a.doc", old.doc(flags=0x0100), "encrypted"),
    "a document of Word 95 with a password": (
        "a.doc", old.doc(flags=0x0100, magic=old.WORD_6), "encrypted",
    ),
    "a workbook with a password": (
        "a.xls", old.xls(old.record(0x2F, b"\1\0" + bytes(52))), "encrypted",
    ),
    "a workbook with an old password": (
        "a.xls", old.xls(old.record(0x2F, bytes(6))), "encrypted",
    ),
    "a presentation with a password": ("a.ppt", old.ppt(token=0xF3D1C4DF), "encrypted"),
    "a presentation with a session": (
        "a.ppt", old.ppt(old.atom(0x2F14, bytes(20), version=0xF)), "encrypted",
    ),
}  # fmt: skip

ORDINARY_97 = {
    "a document": ("a.doc", old.doc("Réserves levées le 3.\r")),
    "a document that speaks of DDE": ("a.doc", old.doc("Le champ DDEAUTO lance cmd.exe.\r")),
    "a document that speaks of VBA": ("a.doc", old.doc("_VBA_PROJECT vbaProject.bin", pieces=1)),
    "a document with fields": (
        "a.doc",
        old.doc(
            "".join(
                map(
                    old.field,
                    ('HYPERLINK "https://x.example/cmd.exe"', "PAGE", "TOC \\o", "MERGEFIELD Nom",
                     'INCLUDEPICTURE "C:\\\\Photos\\\\a.jpg"', 'LINK Excel.Sheet.8 "C:\\\\m.xls"',
                     "MACROBUTTON AucuneMacro [Nom]", "FORMTEXT", 'DATE \\@ "d MMMM"'),
                )
            ),
            pieces=5, field_kinds=(88, 33, 13, 59),
        ),
    ),
    "a document of Word 95": ("a.doc", old.doc(magic=old.WORD_6)),
    "a document by a template of its computer": (
        "a.doc", old.doc(template="C:\\Modeles\\Devis.dot"),
    ),
    "a workbook with an empty project": (
        "a.xls", old.xls(more=old.under("_VBA_PROJECT_CUR", old.vba("Option Explicit\r\n"))),
    ),
    "a workbook with sheets and a chart": (
        "a.xls", old.xls(old.sheet("Lots"), old.sheet("Graph", 2), old.sheet("Caché", hidden=1)),
    ),
    "a workbook of Excel 95": (
        "a.xls", old.xls(old.sheet("Lots"), stream="Book", version=0x500),
    ),
    "a workbook that uses another one": (
        "a.xls", old.xls(old.link("\x01\x01C\x03Metres\x03lot2.xls"), old.link("\x01\x05x:y.xls")),
    ),
    "a document with a chart inside": (
        "a.doc", old.doc(more={"ObjectPool/_1/Workbook": old.record(0x809, bytes(16))}),
    ),
    "a document with a packaged text": (
        "a.doc", old.doc(more={"ObjectPool/_1/\x01Ole10Native": old.package("lot.txt", b"Lot 2")}),
    ),
    "a document with a linked workbook": (
        "a.doc",
        old.doc(
            more={"ObjectPool/_1/\x01Ole": old.ole_link(old.FILE_MONIKER, "C:\\Metres\\lot.xls")}
        ),
    ),
    "a document with an equation": (
        "a.doc",
        old.doc(
            more={"ObjectPool/_1/Equation Native": bytes(28) + b"\3\1\1\3\n\n\1\2\x83x\0\2\x86=\0"},
            classes={"ObjectPool/_1": old.EQUATION},
        ),
    ),
    "a form with a check box": (
        "a.doc",
        old.doc(
            more={"ObjectPool/_1/\x03OCXNAME": b"C", "ObjectPool/_1/contents": b"x"},
            classes={"ObjectPool/_1": FORM_CHECK_BOX},
        ),
    ),
    "a presentation": ("a.ppt", old.ppt(old.atom(0x0FA8, b"Bonjour"))),
    "a presentation with a chart inside": (
        "a.ppt", old.ppt(old.storage(old.xls(old.sheet("Lots")))),
    ),
    "a presentation with a next-slide button": (
        "a.ppt", old.ppt(old.atom(0x0FF3, bytes(8) + b"\x03" + bytes(7))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("line", DANGEROUS_97)
def test_dangerous_document_of_office_97_is_refused(line: str) -> None:
    name, content, reason = DANGEROUS_97[line]

    assert judged(name, content).reason == reason


@pytest.mark.parametrize("line", ORDINARY_97)
def test_ordinary_document_of_office_97_is_ready(line: str) -> None:
    name, content = ORDINARY_97[line]

    found = judged(name, content)

    assert (found.reason, found.detail, found.name) == ("", "", name)

"""Documents of Office 2007 and later that are refused: each line is one, with the reason."""

import pytest

from tests.attachments import office_97_files as old
from tests.attachments import office_files as new
from tests.attachments import ole
from tests.attachments.judging import judged
from tests.attachments.office_files import sheets, word

MACRO_SHEET = "application/vnd.ms-excel.macrosheet+xml"
CODE = 'Sub AutoOpen()\r\nShell "cmd /c calc"\r\nEnd Sub\r\n'
VBA = ole.tree(old.vba(CODE))
PROGRAM = ole.tree({"\x01Ole10Native": old.package("calc.exe")}, {"": old.PACKAGER})
DDE = "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe &quot;/k calc&quot;"
QUOTED_DDE = "QUOTE 68 68 69 65 85 84 79"


NESTED_DDE = (
    new.mark("begin") + new.field(QUOTED_DDE, shown="x")
    + "<w:r><w:instrText> c:\\cmd</w:instrText></w:r>" + new.mark("end")
)  # fmt: skip

DANGEROUS_2007 = {
    "VBA under any name": (
        "a.docx",
        word(
            parts={"word/theme.bin": VBA},
            types={"word/theme.bin": "application/vnd.ms-office.vbaProject"},
        ),
        "macro",
    ),
    "VBA by its bytes alone": ("a.docx", word(parts={"word/media/a.jpeg": VBA}), "macro"),
    "VBA by its relationship alone": (
        "a.pptx",
        new.ooxml(
            "pptx",
            links=new.link(
                "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "x.dat"
            ),
        ),
        "macro",
    ),
    "VBA in a macro-enabled workbook": (
        "a.xlsm",
        sheets({"xl/vbaProject.bin": VBA}, "xlsm"),
        "macro",
    ),
    "a sheet of macros by its type": (
        "a.xlsx",
        sheets({"xl/s.xml": "<m/>"}, types={"xl/s.xml": MACRO_SHEET}),
        "macro",
    ),
    "an international sheet of macros by its relationship": (
        "a.xlsb",
        sheets(
            {"xl/s.bin": b"x"},
            "xlsb",
            links=new.link(
                "http://schemas.microsoft.com/office/2006/relationships/xlIntlMacrosheet", "s.bin"
            ),
        ),
        "macro",
    ),
    "DDE in runs": ("a.docx", word(new.field("D", "DEA", "UTO c:\\cmd")), "active"),
    "dde with spaces": ("a.docx", word(new.field("   dde   cmd")), "active"),
    "DDE in a simple field": ("a.docx", word(f'<w:fldSimple w:instr="{DDE}"/>'), "active"),
    "DDE in letters of QUOTE": ("a.docx", word(NESTED_DDE), "active"),
    "DDE without an end": (
        "a.docx",
        word(new.mark("begin") + f"<w:r><w:instrText>{DDE}</w:instrText></w:r>"),
        "active",
    ),
    "DDE in a footer": (
        "a.docx",
        word(parts={"word/footer1.xml": f"<w:f xmlns:w='w'>{new.field(DDE)}</w:f>"}),
        "active",
    ),
    "DDE in a part in UTF-16": (
        "a.docx",
        word(
            parts={"word/header1.xml": f"<w:f xmlns:w='w'>{new.field(DDE)}</w:f>".encode("utf-16")}
        ),
        "active",
    ),
    "DDE in a workbook": (
        "a.xlsx",
        sheets(
            {
                "xl/externalLinks/externalLink1.xml": (
                    '<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
                )
            }
        ),
        "active",
    ),
    "DDE in a formula": (
        "a.xlsx",
        sheets({"xl/worksheets/sheet1.xml": f"<s>{new.cells('cmd|&apos;/C calc&apos;!A0')}</s>"}),
        "active",
    ),
    "DDE in a defined name": (
        "a.xlsx",
        sheets({}, body="<definedName>cmd|'/C calc'!A0</definedName>"),
        "active",
    ),
    "DDE in a binary workbook": (
        "a.xlsb",
        sheets({"xl/externalLinks/externalLink1.bin": b"\xe8\x02\x04\x01\0\0\0"}, "xlsb"),
        "active",
    ),
    "a template from the Web": (
        "a.docx",
        word(
            parts={
                "word/_rels/settings.xml.rels": new.rels(
                    new.outside("attachedTemplate", "https://x.example/t.dotm")
                )
            }
        ),
        "active",
    ),
    "a template from another computer": (
        "a.docx",
        word(links=new.outside("attachedTemplate", "file://///host/share/t.dotm")),
        "active",
    ),
    "a linked object from the Web": (
        "a.docx",
        word(links=new.outside("oleObject", "http://x.example/a.doc!")),
        "active",
    ),
    "a linked object by another protocol": (
        "a.docx",
        word(links=new.outside("oleObject", "mhtml:http://x.example/a!x-usc:http://x")),
        "active",
    ),
    "a linked program": (
        "a.pptx",
        new.ooxml("pptx", links=new.outside("oleObject", "file:///C:/x.hta")),
        "active",
    ),
    "a frame from the Web": (
        "a.docx",
        word(links=new.outside("frame", "http://x.example/")),
        "active",
    ),
    "a document of documents": (
        "a.docx",
        word(links=new.outside("subDocument", "\\\\host\\a.docx")),
        "active",
    ),
    "a picture from another computer": (
        "a.docx",
        word(links=new.outside("image", "file://host/share/a.png")),
        "active",
    ),
    "a link that starts a tool of Windows": (
        "a.docx",
        word(links=new.outside("hyperlink", "ms-msdt:/id PCWDiagnostic")),
        "active",
    ),
    "a page inside with a frame": (
        "a.docx",
        word(
            parts={"word/a.mht": "<html><iframe src=3D'http://x'></iframe>"},
            types={"word/a.mht": "message/rfc822"},
        ),
        "active",
    ),
    "a packaged program": (
        "a.docx",
        word(parts={"word/embeddings/oleObject1.bin": PROGRAM}),
        "active",
    ),
    "a packaged program in a workbook in a document": (
        "a.docx",
        word(parts={"word/embeddings/a.xlsx": sheets({"xl/embeddings/o.bin": PROGRAM})}),
        "active",
    ),
    "macros in a document in a presentation": (
        "a.pptx",
        new.ooxml(
            "pptx", {"ppt/embeddings/a.doc": old.doc(more=old.under("Macros", old.vba(CODE)))}
        ),
        "macro",
    ),
    "an unknown ActiveX control": (
        "a.docx",
        word(parts={"word/activeX/activeX1.bin": b"\1" * 40}),
        "active",
    ),
    "Flash as a control": (
        "a.pptx",
        new.ooxml(
            "pptx",
            {
                "ppt/activeX/activeX1.xml": (
                    '<ax:ocx ax:classid="{D27CDB6E-AE6D-11CF-96B8-444553540000}"/>'
                )
            },
        ),
        "active",
    ),
    "a ribbon that starts": (
        "a.xlsx",
        sheets({"customUI/customUI.xml": '<customUI onLoad="http://x/a.xlsm!m"/>'}),
        "active",
    ),
    "a slide that starts a program": (
        "a.pptx",
        new.ooxml("pptx", body='<a:hlinkClick action="ppaction://program"/>'),
        "active",
    ),
    "a program as a part": (
        "a.docx",
        word(parts={"word/media/a.png": b"MZ\x90\0" + bytes(99)}),
        "executable",
    ),
    "a shortcut as a part": (
        "a.docx",
        word(parts={"word/embeddings/plan.lnk": b"L\0\0\0\1\x14\2\0" + bytes(99)}),
        "executable",
    ),
    "an entity": (
        "a.docx",
        word(
            parts={
                "word/a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a><w:instrText>&b;</w:instrText></a>'
            }
        ),
        "too_complex",
    ),
    "documents in documents without an end": (
        "a.docx",
        word(
            parts={
                "a.docx": word(
                    parts={
                        "a.docx": word(
                            parts={"a.docx": word(parts={"a.docx": word(parts={"a.docx": word()})})}
                        )
                    }
                )
            }
        ),
        "too_complex",
    ),
    "a workbook of 2007 with a password": (
        "a.xlsx",
        ole.container(EncryptionInfo=b"x", EncryptedPackage=b"x"),
        "encrypted",
    ),
}


@pytest.mark.parametrize("line", DANGEROUS_2007)
def test_dangerous_document_of_office_2007_is_refused(line: str) -> None:
    name, content, reason = DANGEROUS_2007[line]

    assert judged(name, content).reason == reason

"""Ordinary documents of Office 2007 are ready, under their true ending."""

import pytest

from tests.attachments import office_97_files as old
from tests.attachments import office_files as new
from tests.attachments import ole
from tests.attachments.judging import judged
from tests.attachments.office_files import sheets, word

FORM_CHECK_BOX = "8BD21D40-EC42-11CE-9E0D-00AA006002F3"
EMPTY_VBA = ole.tree(old.vba("Option Explicit\r\n"))

ORDINARY_2007 = {
    "a document": ("a.docx", word("<w:p><w:r><w:t>Bonjour</w:t></w:r></w:p>")),
    "a document that speaks of DDE": (
        "a.docx",
        word("<w:p><w:r><w:t>DDEAUTO cmd.exe, vbaProject.bin, ddeLink</w:t></w:r></w:p>"),
    ),
    "a document with fields": (
        "a.docx",
        word(
            "".join(
                map(
                    new.field,
                    (
                        "HYPERLINK &quot;https://x.example&quot;",
                        " TOC \\o &quot;1-3&quot; \\h ",
                        "PAGE",
                        "MERGEFIELD Nom",
                        "DATE",
                        "INCLUDEPICTURE &quot;C:\\\\a.png&quot;",
                        "MACROBUTTON AucuneMacro [ici]",
                        "QUOTE &quot;DDE&quot;",
                        "INCLUDEPICTURE &quot;https://x.example/a.png&quot;",
                    ),
                )
            )
        ),
    ),
    "links, a template and pictures of this computer and of the Web": (
        "a.docx",
        word(
            links="".join(
                new.outside(kind, target)
                for kind, target in (
                    ("hyperlink", "https://x.example/setup.exe"),
                    ("hyperlink", "mailto:a@b.com"),
                    ("hyperlink", "javascript:void(0)"),
                    ("hyperlink", "file:///\\\\srv\\plans\\a.pdf"),
                    ("attachedTemplate", "file:///C:\\Users\\a\\AppData\\Normal.dotm"),
                    ("image", "https://x.example/logo.png"),
                    ("video", "https://x.example/v"),
                    ("oleObject", "file:///C:\\Metres\\lot2.xlsx!Feuil1!L1C1"),
                    ("mailMergeSource", "file:///\\\\srv\\clients.xlsx"),
                )
            )
        ),
    ),
    "a document with a chart": ("a.docx", word(parts={"word/embeddings/a.xlsx": sheets({})})),
    "a document with an old chart": (
        "a.docx",
        word(parts={"word/embeddings/oleObject1.bin": old.xls(old.sheet("Lots"))}),
    ),
    "a document with a packaged text": (
        "a.docx",
        word(
            parts={
                "word/embeddings/o.bin": ole.tree(
                    {"\x01Ole10Native": old.package("lot.txt", b"a b")}
                )
            }
        ),
    ),
    "a document with a page inside": (
        "a.docx",
        word(
            parts={"word/a.html": "<html><body><p>Bonjour</p></body></html>"},
            types={"word/a.html": "text/html"},
        ),
    ),
    "a workbook with links and long formulas": (
        "a.xlsx",
        sheets(
            {
                "xl/externalLinks/externalLink1.xml": (
                    '<externalLink><externalBook r:id="r"/></externalLink>'
                ),
                "xl/externalLinks/_rels/externalLink1.xml.rels": new.rels(
                    new.outside("externalLinkPath", "file:///\\\\srv\\Metres\\lot2.xlsx")
                ),
                "xl/worksheets/sheet1.xml": "<s>"
                + new.cells(
                    "&quot;a|b&quot;&amp;A1",
                    "'Lot|2'!A1",
                    "T[a|b]",
                    "HYPERLINK(&quot;https://x&quot;)",
                    "SUM(B2:B9)&amp;&#10;",
                )
                + "</s>",
            }
        ),
    ),
    "a form with a check box": (
        "a.xlsx",
        sheets(
            {
                "xl/activeX/activeX1.xml": f'<ax:ocx ax:classid="{{{FORM_CHECK_BOX}}}" r:id="r"/>',
            }
        ),
    ),
    "a ribbon without a start": (
        "a.xlsx",
        sheets({"customUI/customUI.xml": '<customUI><button onAction="go"/></customUI>'}),
    ),
    "a slide with buttons": (
        "a.pptx",
        new.ooxml("pptx", body='<a:hlinkClick action="ppaction://hlinkshowjump?jump=next"/>'),
    ),
    "the types in other letters": (
        "a.docx",
        word().replace(b"[Content_Types].xml", b"[content_types].xml"),
    ),
}

# What the bytes are, the name that a person gave, the name under which it is served.
TRUE_ENDINGS = [
    ("docx", "devis.doc", "devis.docx"),
    ("dotx", "modele.dotx", "modele.dotx"),
    ("docm", "devis.docx", "devis.docm"),
    ("xlsm", "metre.xlsm", "metre.xlsm"),
    ("xltx", "metre.xlsx", "metre.xltx"),
    ("xlsb", "metre.xlsb", "metre.xlsb"),
    ("ppsx", "visite.ppsx", "visite.ppsx"),
    ("pptm", "visite.pptm", "visite.pptm"),
    ("xlsx", "metre.docx", "metre.xlsx"),
]


@pytest.mark.parametrize("line", ORDINARY_2007)
def test_ordinary_document_of_office_2007_is_ready(line: str) -> None:
    name, content = ORDINARY_2007[line]

    found = judged(name, content)

    assert (found.reason, found.detail, found.name) == ("", "", name)


@pytest.mark.parametrize(("kind", "given", "served"), TRUE_ENDINGS)
def test_document_without_macros_is_served_under_its_true_ending(
    kind: str, given: str, served: str
) -> None:
    found = judged(given, new.ooxml(kind))

    assert (found.reason, found.name) == ("", served)


@pytest.mark.parametrize("kind", ["docm", "xlsm", "pptm", "xlsb"])
def test_macro_enabled_document_with_an_empty_project_is_ready(kind: str) -> None:
    folder = new.MAIN_PARTS[kind[0]].partition("/")[0]

    found = judged(f"a.{kind}", new.ooxml(kind, {f"{folder}/vbaProject.bin": EMPTY_VBA}))

    assert (found.reason, found.name) == ("", f"a.{kind}")

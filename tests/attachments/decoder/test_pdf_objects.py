"""A PDF is judged on what its objects do, wherever and however they stand in the file."""

import io
import re
import tempfile
from collections.abc import Callable

import pytest

from attachments.decoder import pdf as decoder
from attachments.decoder.protocol import DecodeRequest, Refused, Report
from tests.attachments.pdfs import compressed, locked, packed, pdf, saved, stream, updated

ALERT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"


def judged(content: bytes) -> Report:
    with tempfile.TemporaryFile() as embedded:
        request = DecodeRequest(
            "pdf", "pdf", "application/pdf", "pdf", {}, False, 0, -1, -1, -1, -1,
            embedded.fileno(),
        )  # fmt: skip
        return decoder.decode(io.BytesIO(content), request)


def reason_against(content: bytes) -> str:
    try:
        judged(content)
    except Refused as refused:
        return refused.reason
    return ""


ACTIVE = {
    "opens with a script": pdf(catalogue=f"/OpenAction{ALERT}"),
    "script in the last object": pdf(ALERT, catalogue="/OpenAction 10 0 R"),
    "script that nothing refers to": pdf(ALERT),
    "escaped names": pdf("<</#53/J#61vaScript/J#53(app.alert\\(1\\))>>"),
    "name of the action in an object of its own": pdf("<</S 11 0 R/JS(a\\(\\))>>", "/JavaScript"),
    "script in a stream": pdf("<</S/JavaScript/JS 11 0 R>>", compressed(b"a()", "FlateDecode")),
    "script under two filters": pdf(
        "<</S/JavaScript/JS 11 0 R>>", compressed(b"a()", "ASCIIHexDecode", "FlateDecode"),
    ),
    "script in UTF-16": pdf(b"<</S/JavaScript/JS(\xfe\xff\0a\0\\(\0\\))>>"),
    "event of the document": pdf(catalogue=f"/AA<</WC{ALERT}>>"),
    "event of a page": pdf(page=f"/AA<</O{ALERT}>>"),
    "event of a link": pdf(page=f"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A{ALERT}>>]"),
    "button": pdf(page=f"/Annots[<</Subtype/Widget/FT/Btn/Rect[0 0 9 9]/AA<</U{ALERT}>>>>]"),
    "next action of a jump": pdf(catalogue=f"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[{ALERT}]>>"),
    "script of the names": pdf(catalogue=f"/Names<</JavaScript<</Names[(a){ALERT}]>>>>"),
    "bookmark": pdf(f"<</Title(Plan)/Parent 11 0 R/A{ALERT}>>"),
    "rendition": pdf("<</S/Rendition/OP 0/JS(a\\(\\))>>"),
    "launches a program": pdf("<</Type/Action/S/Launch/F(cmd.exe)>>"),
    "launches on Windows": pdf("<</S/Launch/Win<</F(cmd.exe)/P(/c calc)>>>>"),
    "imports data": pdf("<</S/ImportData/F(donnees.fdf)>>"),
    "Flash": pdf(page="/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]/RichMediaContent<<>>>>]"),
    "3D with a script": pdf(stream(b"U3D", "/Type/3D/Subtype/U3D/OnInstantiate 4 0 R")),
    "link with a script": pdf("<</S/URI/URI(javascript:alert\\(1\\))>>"),
    "link with a script, spelled oddly": pdf("<</S/URI/URI( jAva\tscript:alert\\(1\\))>>"),
    "link to a file": pdf("<</S/URI/URI(file:///C:/Windows/System32/calc.exe)>>"),
    "link to a server of the network": pdf("<</S/GoToR/F(\\\\\\\\10.0.0.1\\\\a.pdf)/D[0/Fit]>>"),
    "jump to a server of the network": pdf(
        "<</S/GoToE/F<</Type/Filespec/F(\\\\\\\\10.0.0.1\\\\a)>>/D[0/Fit]>>"
    ),
    "base of all links": pdf(catalogue="/URI<</Base(javascript:alert\\(1\\)//)>>"),
    "sends a form to a file": pdf("<</S/SubmitForm/F<</FS/URL/F(file:///a)>>>>"),
    "sends a form when opened": pdf(
        catalogue="/OpenAction<</S/SubmitForm/F<</FS/URL/F(https://mail.example)>>>>"
    ),
    "calls an address when opened": pdf(catalogue="/OpenAction<</S/URI/URI(https://a.example)>>"),
    "form of LiveCycle with a script": pdf(
        compressed(b"<xdp:xdp><template><event><script>a()</script></event>", "FlateDecode"),
        catalogue="/AcroForm<</Fields[]/XFA 10 0 R>>",
    ),
    "form of LiveCycle in parts": pdf(
        stream(b"<template>"), stream(b"<x:script contentType='application/x-javascript'>"),
        catalogue="/AcroForm<</XFA[(template)10 0 R(form)11 0 R]>>",
    ),
}  # fmt: skip

CALM = {
    "title": pdf(info="/Title(HTML/CSS/JS \\(lot 2\\) /JavaScript /Launch)"),
    "title in hexadecimal": pdf(info=f"/Title<{b'<</S/JavaScript/JS(a)>>'.hex()}>"),
    "text of the page": pdf(text=b"BT (<</S/JavaScript/JS\\(a\\)>> 12 0 obj /Launch) Tj ET"),
    "comment": pdf().replace(b"%\xe2\xe3", b"%<</S/JavaScript/JS(a)>>\n%\xe2\xe3"),
    "bookmark that says a script": pdf("<</Title(/JS /Launch <script>)/Dest[3 0 R/Fit]>>"),
    "metadata": pdf(
        stream(b"<?xpacket?><x>/JavaScript /JS</x>", "/Type/Metadata/Subtype/XML"),
        catalogue="/Metadata 10 0 R",
    ),
    "name that begins like one": pdf("<</JSomething 1/JavaScripted/LaunchPad>>"),
    "font called JS": pdf(page="/Resources<</Font<</JS<</Type/Font/Subtype/Type1>>>>>>"),
    "picture called JS": pdf(
        stream(b"\0", "/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"),
        page="/Resources<</XObject<</JS 10 0 R>>>>",
    ),
    "style called Launch": pdf("<</Type/StructElem/S/Launch/P 11 0 R/K 0>>", "<</S/JavaScript>>"),
    "layer called Launch": pdf("<</Type/OCG/Name(Launch)>>"),
    "links": pdf(
        "<</S/URI/URI(https://chantier.example/?a=javascript:)>>",
        "<</S/URI/URI(tel:+33612345678)>>", "<</S/URI/URI(mailto:camille.morel@demo.test)>>",
        "<</S/URI/URI(www.chantier.example)>>",
    ),
    "jump to a page": pdf(catalogue="/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"),
    "jump to a file beside": pdf("<</S/GoToR/F(annexe-2.pdf)/D[0/Fit]>>"),
    "jump to a file inside": pdf("<</S/GoToE/T<</R/C/N(annexe.pdf)>>/D[0/Fit]>>"),
    "prints": pdf(catalogue="/OpenAction<</S/Named/N/Print>>"),
    "sends a form by a button": pdf("<</S/SubmitForm/F<</FS/URL/F(mailto:a@mail.example)>>>>"),
    "empties a form": pdf("<</S/ResetForm>>"),
    "video": pdf("<</S/Rendition/OP 0/R<</S/MR>>>>", "<</Subtype/Movie/Movie<</F(a.mp4)>>>>"),
    "3D": pdf(stream(b"U3D", "/Type/3D/Subtype/U3D")),
    "form of LiveCycle without scripts": pdf(
        stream(b"<xdp:xdp><template><field name='script'/><text>script</text></template>"),
        catalogue="/AcroForm<</XFA 10 0 R>>",
    ),
    "form with amounts": pdf(
        '<</S/JavaScript/JS(AFNumber_Format\\(2, 1, 0, 0, " \\200", true\\);)>>',
        '<</S/JavaScript/JS(AFDate_FormatEx\\("dd/mm/yyyy"\\);)>>',
    ),
    "junk before": b"From: scanner\r\n" * 30 + pdf(),
    "junk after": pdf() + b"\0" * 3000,
    "ends without a mark": pdf().replace(b"%%EOF\n", b""),
    "table of objects at the wrong place": re.sub(rb"startxref\n\d+", b"startxref\n7", pdf()),
    "table of objects cut off": pdf().partition(b"xref\n")[0],
    "no table": pdf().partition(b"xref\n")[0] + b"trailer<</Root 1 0 R>>",
    "length of a stream is wrong": pdf().replace(b"/Length 36", b"/Length 30"),
    "PDF 2.0": pdf().replace(b"%PDF-1.7", b"%PDF-2.0"),
    "several revisions": updated(updated(pdf(), {5: "<</Title(a)>>"}), {5: "<</Title(b)>>"}),
}  # fmt: skip

WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "as made": bytes,
    "packed": packed,
    "linearized": lambda content: saved(content, linearize=True),
    "locked by RC4": lambda content: locked(content, revision=3),
    "locked by AES": lambda content: locked(content, revision=4),
    "locked by AES-256": locked,
    "without its table": lambda content: content.partition(b"xref\n")[0],
    "behind junk": lambda content: b"\0\n" * 400 + content,
}


@pytest.mark.parametrize("case", ACTIVE)
def test_active_pdf_is_refused(case: str) -> None:
    found = {name: reason_against(write(ACTIVE[case])) for name, write in WRITTEN.items()}

    # What nothing refers to is not written again.
    expected = {"active_pdf"} if _is_reachable(case) else {"active_pdf", ""}
    assert set(found.values()) <= expected, found
    assert found["as made"] == "active_pdf"


def _is_reachable(case: str) -> bool:
    return b"10 0 R" in ACTIVE[case] or b"10 0 obj" not in ACTIVE[case]


@pytest.mark.parametrize("case", CALM)
def test_calm_pdf_is_ready(case: str) -> None:
    assert reason_against(CALM[case]) == ""
    for name in ("packed", "linearized", "locked by AES-256", "behind junk"):
        if b"cut off" not in name.encode() and CALM[case].startswith(b"%PDF"):
            assert reason_against(WRITTEN[name](CALM[case])) == "", name


def hybrid(hidden: bytes) -> bytes:
    """A PDF whose table calls object 9 free, which `/XRefStm` finds in an object stream."""
    members = stream(b"9 0 " + hidden, "/Type/ObjStm/N 1/First 4")
    rows = stream(b"\2\0\x0a\0", "/Type/XRef/Size 12/W[1 2 1]/Index[9 1]/Root 1 0 R")
    content = pdf(members.decode("latin-1"), rows.decode("latin-1"), catalogue="/OpenAction 9 0 R")
    at = content.index(b"11 0 obj")
    free = content.replace(
        b"0000000000 65535 f \n", b"0000000000 65535 f \n9 1\n0000000000 00000 f \n"
    )
    return free.replace(b"trailer\n<<", b"trailer\n<</XRefStm %d" % at)


def test_script_that_a_hybrid_file_hides_from_its_table_is_refused() -> None:
    assert reason_against(hybrid(ALERT.encode())) == "active_pdf"
    assert reason_against(hybrid(b"<</S/GoTo/D[3 0 R/Fit]>>")) == ""

"""PDFs: kept when a viewer opens them, refused for what their objects would do."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytest_django import Settings

from attachments.decoder import main
from attachments.decoder.protocol import Report
from attachments.scanning import sandbox
from attachments.scanning.sandbox import decoding
from attachments.uploads.formats import format_named
from core.models import User
from tests.attachments import pdfs, samples
from tests.attachments.judging import judged
from tests.attachments.pdfs import compressed, holding, locked, packed, pdf, stream, updated
from tests.attachments.scanning import clamav
from tests.attachments.scanning.clamav import running
from tests.attachments.senders import analysed, send
from tests.cast import Call

ALERT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
SCRIPT_IN_A_STREAM = pdf(
    "<</S/JavaScript/JS 11 0 R>>",
    compressed(b"app.alert(1)", "ASCII85Decode", "FlateDecode"),
    catalogue="/OpenAction 10 0 R",
)
INVOICE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<rsm:CrossIndustryInvoice xmlns:rsm="urn:un"/>\n'
)
PROGRAM = b"MZ" + bytes(200) + b"This program cannot be run in DOS mode"
MACROS = samples.docx(("word/vbaProject.bin", b"x"))


def reason_against(content: bytes) -> str:
    return judged("devis.pdf", content).reason


@pytest.mark.parametrize(
    "content",
    [
        pdf(ALERT, catalogue="/OpenAction 10 0 R"),
        pdf("<</S/Launch/F(calc.exe)>>", catalogue="/OpenAction 10 0 R"),
        updated(pdf(), {1: f"<</Type/Catalog/Pages 2 0 R/AA<</WC{ALERT}>>>>"}),
        packed(pdf(ALERT, catalogue="/OpenAction 10 0 R")),
        # It was taken out again: another reader may still find it.
        updated(pdf(catalogue=f"/OpenAction{ALERT}"), {1: "<</Type/Catalog/Pages 2 0 R>>"}),
        holding("plan.pdf", packed(pdf(catalogue=f"/OpenAction{ALERT}")), "FlateDecode"),
    ],
    ids=[
        "script after the first stream", "program after the first stream", "event by an update",
        "script in an object stream", "script in an older revision", "in a pdf inside",
    ],
)  # fmt: skip
def test_active_content_is_refused_in_any_order(content: bytes) -> None:
    assert reason_against(content) == "active_pdf"


@pytest.mark.parametrize("write", [packed, locked, lambda content: packed(locked(content))])
def test_script_under_two_filters_or_an_owner_password_is_refused(
    write: Callable[[bytes], bytes],
) -> None:
    assert reason_against(write(SCRIPT_IN_A_STREAM)) == "active_pdf"


def test_title_that_names_languages_is_ready() -> None:
    content = pdf(info="/Title(HTML/CSS/JS \\(lot 2\\))")

    assert reason_against(content) == ""
    assert reason_against(packed(content)) == ""


FIELD = (
    "<</FT/Tx/T(total)/V({value})/Subtype/Widget/Rect[20 90 180 110]"
    "/DA(/Helv 12 Tf 0 g)/AA<<{aa}>>>>"
)
FORM = "/AcroForm<</Fields[10 0 R]/DA(/Helv 12 Tf 0 g)/DR<</Font<</Helv 11 0 R>>>>>>"
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def form(*, value: str = "", script: str = "") -> bytes:
    """A form of one field, whose value has no picture yet."""
    aa = f"/F<</S/JavaScript/JS({script})>>" if script else ""
    field = FIELD.format(value=value, aa=aa)
    return pdf(field, FONT, catalogue=FORM, page="/Annots[10 0 R]", text=b"")


@pytest.mark.parametrize(
    "script",
    [
        'AFNumber_Format\\(2, 1, 0, 0, " EUR", true\\);',
        "AFNumber_Format\\(2,2,0,0,'',false\\)",
        'AFDate_FormatEx\\("dd/mm/yyyy"\\);',
        'AFSimple_Calculate\\("SUM", new Array \\("lot 1", "lot 2"\\)\\);',
        "AFSpecial_Keystroke\\(2\\);\nAFRange_Validate\\(true, 0, true, 100\\);",
        "/** BVCALC ht*2 EVCALC **/ event.value = "
        '\\(AFMakeNumber\\(getField\\("ht"\\).value\\)\\) * 1.2;',
    ],
)
def test_form_with_functions_of_acrobat_is_ready(script: str) -> None:
    assert reason_against(form(script=script)) == ""
    assert reason_against(locked(form(script=script))) == ""


@pytest.mark.parametrize(
    "script",
    [
        "AFNumber_Format\\(2\\); app.alert\\(1\\)",
        "AFNumber_Format\\(app.alert\\(1\\)\\)",
        'AFNumber_Format\\("a" + this.path\\)',
        'event.value = getField\\("a"\\).value.constructor',
        'AFDate_FormatEx\\("a\\\\");app.alert\\("\\)',
        "event.target = 1",
        "AFunction\\(\\)",
    ],
)
def test_form_with_other_scripts_is_refused(script: str) -> None:
    assert reason_against(form(script=script)) == "active_pdf"


def test_filled_in_form_shows_its_values(tmp_path: Path) -> None:
    empty, filled = (preview(form(value=value)) for value in ("", "12 450,00"))

    assert ink(filled) > ink(empty) + 200


def preview(content: bytes) -> Image.Image:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        with decoding(file, format_named("pdf"), keeps_location=False) as decoded:
            assert decoded.report.has_preview, decoded.report
            picture = Image.open(decoded.previews[1280])
            picture.load()
            return picture


def ink(picture: Image.Image) -> int:
    """Count the dark pixels."""
    return sum(picture.convert("L").histogram()[:100])


HARMLESS_INSIDE = {
    "factur-x.xml": INVOICE,
    "notes.txt": "Réserves".encode(),
    "plan.dwg": b"AC1032" + bytes(200),
    "photos.zip": samples.archive(("a.jpg", samples.photo())),
    "donnees.bc3x": samples.noise(500),
}
HOSTILE_INSIDE = {
    "setup.exe": (PROGRAM, "executable"),
    "photo.jpg": (PROGRAM, "executable"),
    "devis.docx": (MACROS, "macro"),
    "notes.txt": (samples.EICAR, "infected"),
    "lot.zip": (samples.archive(("a.txt", samples.EICAR)), "infected"),
    "lots.zip": (samples.archive(("b/setup.exe", PROGRAM)), "executable"),
}


@pytest.mark.parametrize("name", HARMLESS_INSIDE)
def test_pdf_with_a_harmless_file_inside_is_ready(name: str) -> None:
    assert reason_against(holding(name, HARMLESS_INSIDE[name], "FlateDecode")) == ""


@pytest.mark.parametrize("name", HOSTILE_INSIDE)
def test_pdf_with_a_dangerous_file_inside_is_refused(name: str) -> None:
    content, reason = HOSTILE_INSIDE[name]

    found = judged("devis.pdf", holding(name, content, "ASCIIHexDecode", "FlateDecode"))

    assert (found.reason, found.detail.partition(":")[0]) == (reason, name)


@pytest.fixture(scope="module")
def clamd_url(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    program = clamav.program(pytestconfig.cache.mkdir("clamav"))
    with running(program, tmp_path_factory.mktemp("clamd")) as started:
        yield started.url


@pytest.mark.django_db
@pytest.mark.parametrize("write", [bytes, locked], ids=["plain", "with an owner password"])
def test_virus_in_an_archive_inside_a_pdf_is_found_by_the_antivirus(
    write: Callable[[bytes], bytes], clamd_url: str, settings: Settings, api: Call, camille: User
) -> None:
    settings.CLAMD_URL = clamd_url
    archive = samples.archive(("b.zip", samples.archive(("a.txt", samples.EICAR))))
    infected = holding("lot.zip", archive, "ASCII85Decode", "FlateDecode")
    healthy = write(holding("factur-x.xml", INVOICE, "FlateDecode"))

    blocked = analysed(send(api(camille), "devis.pdf", write(infected)))
    ready = analysed(send(api(camille), "facture.pdf", write(healthy)))

    assert (blocked.status, blocked.reason_code) == ("blocked", "infected"), blocked.detail
    assert (ready.status, ready.verdict) == ("ready", "clean"), ready.detail


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n" * 200 + pdf(),
        pdf() + b"<html>" + bytes(2000),
        re.sub(rb"startxref\n\d+", b"startxref\n7", pdf()),
        pdf().partition(b"trailer")[0],
        pdf()[:-80],
        packed(pdf()).partition(b"startxref")[0],
        locked(pdf(), revision=3),
        locked(pdf(), revision=6),
    ],
    ids=[
        "junk before", "junk after", "wrong table", "cut after its table", "cut in its trailer",
        "packed and cut", "old encryption", "AES-256",
    ],
)  # fmt: skip
def test_pdf_that_viewers_repair_is_ready_and_shown(content: bytes) -> None:
    found = judged("devis.pdf", content)

    assert (found.reason, found.has_preview) == ("", True), found.detail


def test_pdf_that_needs_a_password_is_called_encrypted() -> None:
    assert reason_against(locked(pdf(), user="secret")) == "encrypted"


def test_pdf_without_a_page_is_unreadable() -> None:
    empty = {1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[]/Count 0>>", 5: "<<>>"}

    assert reason_against(pdfs.written(empty)) == "unreadable"


@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 1 100000", "0 0 2384 3370", "0 0 0 0"])
def test_page_of_any_size_is_ready(box: str) -> None:
    content = pdf().replace(b"/MediaBox[0 0 200 200]", f"/MediaBox[{box}]".encode())

    assert judged("plan.pdf", content).reason == ""


def slow_to_draw() -> bytes:
    """A page that draws ten forms, which draw ten forms each, and so on: ten million lines."""
    forms = [
        stream(f"/F{number + 1} Do ".encode() * 10, FORM_XOBJECT.format(number=number + 1))
        for number in range(10, 17)
    ]
    line = stream(b"0 0 m 200 200 l S", "/Type/XObject/Subtype/Form/BBox[0 0 200 200]")
    resources = "/Resources<</XObject<</F10 10 0 R>>>>"
    return pdf(*forms, line, page=resources, text=b"/F10 Do")


FORM_XOBJECT = (
    "/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F{number} {number} 0 R>>>>"
)


@pytest.mark.django_db
def test_pdf_too_slow_to_draw_is_ready_without_a_preview(
    api: Call, camille: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 3)

    attachment = analysed(send(api(camille), "plan.pdf", slow_to_draw()))

    assert (attachment.status, attachment.has_preview) == ("ready", False), attachment.detail
    assert api(camille).get(f"/api/v1/attachments/{attachment.pk}/content").status_code == 302


def test_child_that_dies_while_it_draws_has_judged() -> None:
    whole, half = b'{"format": "pdf"}\n', b'{"format": "pdf", "width'

    assert sandbox._cut_short(whole + half, "signal 9") == Report(
        format="pdf", detail="no preview: signal 9"
    )
    assert sandbox._cut_short(half, "signal 9").reason == "too_complex"
    assert main.DRAWING_CPU_SECONDS < main.CPU_SECONDS

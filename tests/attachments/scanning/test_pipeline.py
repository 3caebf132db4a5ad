"""The verdict on harmless, hostile and damaged files, and what the screen says of it."""

import pytest

from attachments.models import Attachment
from core.ids import new_id
from core.models import User
from tests.attachments import ole, samples
from tests.attachments.senders import analysed, announcement, get, send
from tests.cast import Call

pytestmark = pytest.mark.django_db

HARMLESS = {
    "photo.jpg": samples.photo(),
    "photo.JPEG": samples.photo(turned=6),
    "plan.png": samples.photo("PNG"),
    "photo.webp": samples.photo("WEBP"),
    "photo.tiff": samples.photo("TIFF"),
    "IMG_0001.HEIC": samples.HEIC,
    "animation.gif": samples.photo("GIF"),
    "devis.pdf": samples.pdf(),
    "devis.docx": samples.docx(),
    "courrier.odt": samples.odt(),
    "courrier.doc": ole.container(WordDocument=b"Bonjour"),
    "metre.xls": ole.container(Workbook=b"Bonjour"),
    "reunion.ppt": ole.container(PowerPoint_Document=b"Bonjour"),
    "notes.txt": "Réserves levées".encode(),
    "cotes.csv": "pièce;surface\nséjour;32,5\n".encode("cp1252"),
    "plan.dwg": b"AC1032" + bytes(200),
    "plan.dxf": b"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1032\n  0\nENDSEC\n  0\nEOF\n",
}

HOSTILE = {
    "eicar": ("notes.txt", samples.EICAR, "blocked", "infected"),
    "eicar in a document": (
        "devis.docx", samples.docx(("word/x.bin", samples.EICAR)), "blocked", "infected",
    ),
    "a program named as a photo": (
        "photo.jpg", b"MZ" + bytes(300), "refused", "executable",
    ),
    "a program in a document": (
        "devis.docx",
        samples.docx(("word/x.bin", b"..This program cannot be run in DOS mode..")),
        "refused", "executable",
    ),
    "a photo that is a page": ("photo.jpg", samples.jpeg_with_page(), "refused", "script"),
    "a gif that is a script": ("a.gif", samples.gif_that_is_javascript(), "refused", "script"),
    "an svg in utf-16 as text": ("a.txt", samples.svg_in_utf16(), "refused", "script"),
    "a page as text": (
        "a.txt", b"Bonjour " * 2000 + b"<script>alert(1)</script>", "refused", "script",
    ),
    "an archive as a document": (
        "devis.docx", samples.archive(("a.txt", b"a")), "refused", "archive",
    ),
    "macros": (
        "devis.docx", samples.docx(("word/vbaProject.bin", b"x")), "refused", "macro",
    ),
    "a script in a pdf": (
        "devis.pdf",
        samples.pdf_with(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        "refused", "active_pdf",
    ),
    "a script in a pdf, escaped": (
        "devis.pdf",
        samples.pdf_with(b"/OpenAction<</S/J#61vaScript/J#53(app.alert(1))>>"),
        "refused", "active_pdf",
    ),
    "a pdf with a password": ("devis.pdf", samples.locked_pdf(), "refused", "encrypted"),
    "an old document with a password": (
        "devis.doc", samples.locked_docx(), "refused", "encrypted",
    ),
    "a document with a password": ("devis.docx", samples.locked_docx(), "refused", "encrypted"),
    "a locked member": (
        "devis.docx", samples.docx_with_a_locked_member(), "refused", "encrypted",
    ),
    "too many pixels": ("plan.png", samples.decompression_bomb(), "refused", "too_complex"),
    "too much inside": ("devis.docx", samples.zip_bomb(), "refused", "too_complex"),
    "cut short": ("photo.jpg", samples.photo()[:4000], "unreadable", "unreadable"),
    "a photo of noise": (
        "photo.jpg", b"\xff\xd8\xff\xe0" + samples.noise(5000), "unreadable", "unreadable",
    ),
    "a damaged pdf": ("devis.pdf", b"%PDF-1.7\n" + samples.noise(500), "unreadable", "unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_file_can_be_opened(name: str, api: Call, camille: User) -> None:
    attachment = analysed(send(api(camille), name, HARMLESS[name]))

    assert (attachment.status, attachment.reason_code, attachment.detail) == ("ready", "", "")
    assert attachment.verdict == "checked_basic"
    assert attachment.has_preview == (attachment.kind in ("image", "pdf"))


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_or_damaged_file_is_stopped_with_a_reason(
    case: str, api: Call, camille: User
) -> None:
    name, content, status, reason = HOSTILE[case]

    attachment = analysed(send(api(camille), name, content))

    assert (attachment.status, attachment.reason_code) == (status, reason), attachment.detail
    shown = api(camille).get(f"/api/v1/attachments/{attachment.pk}").json()
    assert shown["reason"].endswith(".")
    for path in ("content", "preview/320"):
        answer = api(camille).get(f"/api/v1/attachments/{attachment.pk}/{path}")
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("sent", "content", "shown", "content_type", "kind"),
    [
        ("Devis", samples.pdf(), "Devis.pdf", "application/pdf", "pdf"),
        ("photo.jpg", samples.photo("PNG"), "photo.png", "image/png", "image"),
        ("photo.jpg", samples.pdf(), "photo.pdf", "application/pdf", "pdf"),
        (
            "metre.doc", ole.container(Workbook=b"x"), "metre.xls",
            "application/vnd.ms-excel", "document",
        ),
    ],
    ids=["no extension", "a png as jpg", "a pdf as a photo", "a workbook as a letter"],
)  # fmt: skip
def test_file_is_shown_and_served_as_what_its_bytes_are(
    sent: str, content: bytes, shown: str, content_type: str, kind: str,
    api: Call, camille: User,
) -> None:  # fmt: skip
    announced = announcement(sent, content, id=str(new_id()))
    attachment = analysed(send(api(camille), sent, content, id=announced["id"]))

    assert (attachment.status, attachment.reason_code) == ("ready", "")
    path = f"/api/v1/attachments/{attachment.pk}"
    answer = api(camille).get(path).json()
    assert (answer["name"], answer["content_type"], answer["kind"]) == (shown, content_type, kind)
    status, headers, served = get(api(camille).get(f"{path}/content")["Location"])
    assert (status, served, headers["Content-Type"]) == (200, content, content_type)
    assert f'filename="{shown}"' in headers["Content-Disposition"]
    # The same announcement again, by a phone that lost the answer.
    again = api(camille).post("/api/v1/attachments", announced)
    assert (again.status_code, again.json()["name"]) == (200, shown)


def test_file_without_an_antivirus_says_so(api: Call, camille: User) -> None:
    attachment = analysed(send(api(camille), "photo.jpg", samples.photo()))

    shown = api(camille).get(f"/api/v1/attachments/{attachment.pk}").json()
    assert shown["verdict"] == "checked_basic"
    assert "antivirus" in shown["reason"]
    assert Attachment.objects.get(pk=attachment.pk).due_at is None

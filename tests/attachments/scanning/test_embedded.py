"""Files inside a file are judged like files of their own."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from attachments.decoder.extracted import EMBEDDED_MAX_FILES, write_embedded
from attachments.decoder.protocol import DecodeRequest, Refused, Report, report_of
from attachments.scanning import embedded
from attachments.scanning.embedded import Budget, objection_to_embedded
from attachments.scanning.sandbox import Decoded
from tests.attachments import ole, samples

INVOICE = b'<?xml version="1.0" encoding="UTF-8"?>\n<rsm:CrossIndustryInvoice xmlns:rsm="urn:un">\n'
PROGRAM = b"MZ" + bytes(300) + b"This program cannot be run in DOS mode"
MACROS = samples.docx(("word/vbaProject.bin", b"x"))


@contextmanager
def holding(*files: tuple[str, bytes]) -> Iterator[Decoded]:
    """Return what a decoder found in a document with these files inside."""
    with tempfile.TemporaryFile() as target, tempfile.TemporaryFile() as empty:
        chunks = [(name, [content]) for name, content in files]
        report = Report(embedded=write_embedded(request(target.fileno()), chunks))
        yield Decoded(report, {}, empty, empty, target)


def request(descriptor: int) -> DecodeRequest:
    return DecodeRequest("", "", "", "", {}, True, 0, -1, -1, -1, -1, embedded_fd=descriptor)


def reason_against(*files: tuple[str, bytes]) -> tuple[str, str]:
    with holding(*files) as decoded:
        objection = objection_to_embedded(decoded, Budget())
    return (objection.reason, objection.detail) if objection else ("", "")


HARMLESS = {
    "invoice": ("factur-x.xml", INVOICE),
    "text": ("notes.txt", "Réserves levées".encode()),
    "photo": ("photo.jpg", samples.photo()),
    "photo with a location": ("photo.jpg", samples.photo(gps=True)),
    "photo of another type": ("photo.jpg", samples.photo("PNG")),
    "document": ("devis.docx", samples.docx()),
    "pdf": ("plan.pdf", samples.pdf()),
    "data of an unknown program": ("chantier.xyz1", samples.noise(3000)),
    "nothing": ("vide.dat", b""),
    "without a name": ("", samples.photo()),
    "damaged photo": ("photo.jpg", samples.photo()[:300]),
    "archive of photos": (
        "photos.zip", samples.archive(("a.jpg", samples.photo()), ("b.jpg", samples.photo())),
    ),
}  # fmt: skip

HOSTILE = {
    "program": ("photo.jpg", PROGRAM, "executable"),
    "program by its name": ("jouer.exe", samples.noise(300), "executable"),
    "script by its name": ("ouvrir.vbs", b'MsgBox "bonjour"', "executable"),
    "macros": ("devis.docx", MACROS, "macro"),
    "virus": ("notes.txt", samples.EICAR, "infected"),
    "script in a pdf": (
        "plan.pdf", samples.pdf_with(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        "active_pdf",
    ),
    "document with a password": ("devis.docx", samples.locked_docx(), "encrypted"),
    "program in an archive": ("a.zip", samples.archive(("b/c.exe", PROGRAM)), "executable"),
    "virus in an archive in an archive": (
        "a.zip",
        samples.archive(("b.zip", samples.archive(("a.txt", samples.EICAR)))),
        "infected",
    ),
    "archive with a password": (
        "a.zip", samples.docx_with_a_locked_member().replace(b"[Content", b"[content"),
        "encrypted",
    ),
    "archive of another kind": ("a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40), "archive"),
}  # fmt: skip


@pytest.mark.parametrize("case", HARMLESS)
def test_harmless_file_may_stand_inside(case: str) -> None:
    assert reason_against(HARMLESS[case]) == ("", "")


@pytest.mark.parametrize("case", HOSTILE)
def test_dangerous_file_inside_is_named(case: str) -> None:
    name, content, reason = HOSTILE[case]

    found, detail = reason_against(("factur-x.xml", INVOICE), (name, content))

    assert found == reason, detail
    assert detail.startswith(f"{name}: ")


def test_format_that_may_not_be_sent_alone_is_still_opened_inside(settings: Settings) -> None:
    settings.ATTACHMENT_FORMATS = ("pdf",)

    assert reason_against(("devis.docx", MACROS))[0] == "macro"


def test_archives_in_archives_are_too_complex() -> None:
    content = samples.photo()
    for level in range(embedded.DEPTH_MAX + 1):
        content = samples.archive((f"{level}.zip", content))

    assert reason_against(("a.zip", content))[0] == "too_complex"


def test_files_at_all_depths_share_one_budget() -> None:
    archive = samples.archive(*((f"{n}.txt", b"Bonjour") for n in range(3)))

    with holding(("a.zip", archive)) as decoded:
        assert objection_to_embedded(decoded, Budget(files=4)) is None
        objection = objection_to_embedded(decoded, Budget(files=3))

    assert objection is not None
    assert (objection.reason, objection.detail) == (
        "too_complex", "a.zip: 2.txt: too much inside",
    )  # fmt: skip


def test_time_for_all_files_is_limited() -> None:
    with holding(("a.txt", b"Bonjour")) as decoded:
        objection = objection_to_embedded(decoded, Budget(deadline=0))

    assert objection is not None
    assert objection.reason == "too_complex"


def test_too_many_files_are_not_written() -> None:
    with pytest.raises(Refused) as refused, holding(*[("a", b"")] * (EMBEDDED_MAX_FILES + 1)):
        pass

    assert refused.value.reason == "too_complex"


def test_report_comes_back_from_its_line() -> None:
    with holding(("a", b"12"), ("b", b"345")) as decoded:
        line = json.dumps(decoded.report._asdict())
        os.lseek(decoded.embedded.fileno(), 0, os.SEEK_SET)
        assert decoded.embedded.read() == b"12345"

    assert report_of(line) == decoded.report
    assert [tuple(file) for file in decoded.report.embedded] == [("a", 0, 2), ("b", 2, 3)]


def test_old_document_inside_is_opened() -> None:
    assert reason_against(("a.doc", ole.container(EncryptedPackage=samples.noise(5000))))[0] == (
        "encrypted"
    )

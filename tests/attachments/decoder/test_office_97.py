"""Documents of Office 97 to 2003: known by the directory of their container, however damaged."""

import random
from pathlib import Path

import pytest

from tests.attachments import ole
from tests.attachments.decoder.test_decoding import report_on

DOCUMENT = ole.container(WordDocument=b"Bonjour", TableStream=b"1")


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("devis.doc", "WordDocument"),
        ("metre.xls", "Workbook"),
        ("metre.xls", "Book"),
        ("plan.ppt", "PowerPoint_Document"),
    ],
)
def test_document_with_the_stream_of_its_program_is_accepted(
    name: str, stream: str, tmp_path: Path
) -> None:
    content = ole.container(**{stream: b"Bonjour"})

    report = report_on(name, content, tmp_path)

    assert (report.reason, report.detail) == ("", "")


def test_document_of_several_megabytes_is_accepted(tmp_path: Path) -> None:
    content = ole.container(Pictures=bytes(6_000_000), WordDocument=b"Bonjour")

    assert report_on("devis.doc", content, tmp_path).reason == ""


@pytest.mark.parametrize(
    "content",
    [
        ole.container(),
        # The name alone, as another document may hold it.
        ole.container(Contents="WordDocument".encode("utf-16-le")),
    ],
    ids=["an empty container", "the name in a stream"],
)
def test_container_of_another_kind_is_not_a_document_of_word(
    content: bytes, tmp_path: Path
) -> None:
    assert report_on("devis.doc", content, tmp_path).reason == "name_and_type_differ"


def test_workbook_called_a_letter_is_a_workbook(tmp_path: Path) -> None:
    report = report_on("devis.doc", ole.container(Workbook=b"Bonjour"), tmp_path)

    assert (report.reason, report.format) == ("", "xls")


@pytest.mark.parametrize("name", ["devis.doc", "metre.xls", "devis.docx", "metre.xlsx"])
def test_document_with_a_password_is_called_encrypted(name: str, tmp_path: Path) -> None:
    content = ole.container(EncryptionInfo=b"x", EncryptedPackage=b"x")

    assert report_on(name, content, tmp_path).reason == "encrypted"


def test_name_of_the_encrypted_stream_in_a_text_is_no_password(tmp_path: Path) -> None:
    content = ole.container(WordDocument="EncryptedPackage".encode("utf-16-le"))

    assert report_on("devis.doc", content, tmp_path).reason == ""


@pytest.mark.parametrize("cut", [512, 600, len(DOCUMENT) // 2, len(DOCUMENT) - 1])
def test_document_cut_short_is_unreadable(cut: int, tmp_path: Path) -> None:
    assert report_on("devis.doc", DOCUMENT[:cut], tmp_path).reason == "unreadable"


@pytest.mark.parametrize("sectors", [1_000, 100_000, 4_000_000_000])
def test_allocation_table_in_a_circle_is_refused_before_it_is_followed(
    sectors: int, tmp_path: Path
) -> None:
    report = report_on("devis.doc", ole.with_a_table_in_a_circle(sectors), tmp_path)

    assert (report.reason, report.detail) == ("unreadable", f"{sectors} sectors of table")


def test_directory_as_deep_as_the_stack_is_unreadable(tmp_path: Path) -> None:
    report = report_on("devis.doc", ole.with_a_chain_of(3_000), tmp_path)

    assert report.reason == "unreadable"
    assert "RecursionError" in report.detail


@pytest.mark.parametrize("seed", range(12))
def test_damaged_document_is_judged_and_never_ends_the_decoder(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    damaged = bytearray(DOCUMENT)
    for place in (range(24, 512), range(len(DOCUMENT) - 1024, len(DOCUMENT))):
        for _ in range(chance.choice((1, 3, 10))):
            damaged[chance.choice(place)] = chance.choice((0, 1, 254, 255))

    report = report_on("devis.doc", bytes(damaged), tmp_path)

    assert report.reason in ("", "unreadable", "name_and_type_differ")

"""What files are: by their bytes, whatever their names say."""

import random

import pytest

from attachments.scanning import reasons
from attachments.uploads.announce import TypeNotAllowed
from core.models import User
from tests.attachments import ole, samples, sounds
from tests.attachments.judging import judged
from tests.cast import Call

LETTER = "Réserve n° 5 : reprendre l’enduit.\r\nÀ 12 € le m², œuvre comprise.\r\n"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("IMG_0001.jpg", samples.HEIC, "IMG_0001.heic"),
        ("IMG_0001.JPG", samples.photo("WEBP"), "IMG_0001.webp"),
        ("photo.jpg", samples.photo("PNG"), "photo.png"),
        ("capture.png", samples.photo(), "capture.jpg"),
        ("photo.JPG", samples.photo(), "photo.JPG"),
        ("photo.jpe", samples.photo(), "photo.jpe"),
        ("scan.pdf", samples.photo("TIFF"), "scan.tif"),
        ("photo.jpg.pdf", samples.photo(), "photo.jpg"),
        ("photo.jpg.pdf", samples.pdf(), "photo.jpg.pdf"),
        ("devis.doc", samples.docx(), "devis.docx"),
        ("devis.docx", ole.container(WordDocument=b"x"), "devis.doc"),
        ("v2.3 plan", samples.pdf(), "v2.3 plan.pdf"),
        ("devis.2024", samples.pdf(), "devis.2024.pdf"),
        ("monsite.com", samples.pdf(), "monsite.com.pdf"),
        ("scan.pdf", b"\r\n\r\n" + samples.pdf(), "scan.pdf"),
        ("photo", samples.photo(), "photo.jpg"),
        ("", samples.pdf(), "Fichier.pdf"),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_heic_webp_or_png_named_jpg_and_others_get_their_true_extension(
    name: str, content: bytes, shown: str
) -> None:
    file = judged(name, content)

    assert (file.reason, file.name) == ("", shown), file.detail


def test_a_scan_called_devis_without_extension_is_a_pdf() -> None:
    file = judged("Devis", samples.pdf())

    assert (file.reason, file.name, file.kind) == ("", "Devis.pdf", "pdf")
    assert file.content_type == "application/pdf"


TEXTS = {
    "a mail": b"From camille@exemple.fr Sat Nov 28 2026\r\nSubject: Devis\r\n\r\nBonjour",
    "headers": b"From: a@b.fr\r\nTo: c@d.fr\r\nMIME-Version: 1.0\r\n\r\nBonjour",
    "json": b'{"piece": "salon", "surface": 32.5}',
    "python": b"import os\n\ndef surface(a, b):\n    return a * b\n",
    "c": b"#include <stdio.h>\nint main(void) { return 0; }\n",
    "php": b"<?php echo 'Bonjour'; ?>\n",
    "shell": b"# installer\napt-get install x\nexport A=1\n",
    "an html word": b"<html> est une balise",
    "a page": b"<!DOCTYPE html>\n<html><body><p>Bonjour</p></body></html>",
    "a word of script": b"On met la balise <script> dans la page.",
    "powershell in prose": b"J'ai tape powershell -ExecutionPolicy Bypass comme dit.",
    "echo off in prose": b"Mettez @echo off en premier.",
    "a program in prose": b"Il affiche: This program cannot be run in DOS mode",
    "a gif word": b"GIF89a est un format",
    "mz": b"MZ-12 : repere de la menuiserie\n",
    "a pdf word": b"%PDF-1.4 est la premiere ligne d'un PDF\n",
    "ctrl-z": b"Bonjour\r\n\x1a",
    "zeros": b"Bonjour\r\n" + bytes(4096),
    "zeros inside": b"ligne 1\n" + bytes(512) + b"ligne 2\n" * 99,
    "utf-8 bom": LETTER.encode("utf-8-sig"),
    "utf-16": LETTER.encode("utf-16"),
    "utf-16-le without a bom": LETTER.encode("utf-16-le"),
    "utf-16-be without a bom": LETTER.encode("utf-16-be"),
    "utf-16 without a bom, ctrl-z": LETTER.encode("utf-16-le") + b"\x1a\0",
    "utf-32": LETTER.encode("utf-32"),
    "windows-1252": LETTER.encode("cp1252"),
    "mac": LETTER.encode("mac_roman", "replace"),
    "dos": LETTER.encode("cp850", "replace"),
    "a long line": b"a" * 300_000,
    "colours of a terminal": b"\x1b[31mErreur\x1b[0m\r\n",
    "empty lines": b"\n\r\n\n",
    "one byte": b"x",
    "one accent": b"\xe9",
}


@pytest.mark.parametrize("case", TEXTS)
def test_text_that_looks_like_something_else_is_a_text(case: str) -> None:
    file = judged("notes.txt", TEXTS[case])

    assert (file.reason, file.name, file.content_type) == ("", "notes.txt", "text/plain"), (
        file.detail
    )


@pytest.mark.parametrize(
    ("name", "content", "shown", "content_type"),
    [
        ("e.xls", b"Lot\tPrix\r\nA\t12\r\n", "e.txt", "text/plain"),
        ("e.xls", "Lot\tPrix\r\nA\t12 €\r\n".encode("utf-16"), "e.txt", "text/plain"),
        ("e.xls", b"Lot;Prix\r\nA;12\r\n", "e.csv", "text/csv"),
        ("e.xlsx", b"Lot,Prix\nA,12\n", "e.csv", "text/csv"),
        (
            "e.xls", b"<html><table><tr><td>Lot</td></tr></table></html>",
            "e.xls", "application/vnd.ms-excel",
        ),
        (
            "e.xls",
            f'{XML}<?mso-application progid="Excel.Sheet"?><Workbook '
            'xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'.encode(),
            "e.xls", "application/vnd.ms-excel",
        ),
        ("c.log", b"08:00 livraison\n", "c.log", "text/plain"),
        ("c.md", b"# Lot 2\n", "c.md", "text/plain"),
        ("c.ini", b"[plan]\nechelle=50\n", "c.ini", "text/plain"),
        ("c.json", b"[1, 2]", "c.json", "text/plain"),
        ("c.csv", b"a;b\n1;2\n", "c.csv", "text/csv"),
        ("c.tsv", b"a\tb\n1\t2\n", "c.tsv", "text/tab-separated-values"),
        ("c.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", "c.vcf", "text/vcard"),
        ("c.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "c.ics", "text/calendar"),
        ("c.xml", f"{XML}<Facture><n>1</n></Facture>".encode(), "c.xml", "text/plain"),
        ("c.kml", f"{XML}<kml><Document/></kml>".encode(), "c.kml", "text/plain"),
        ("m.ifc", b"ISO-10303-21;\nHEADER;\nENDSEC;", "m.ifc", "application/x-step"),
        ("notes", b"Bonjour", "notes.txt", "text/plain"),
        ("plan.pdf", b"Bonjour", "plan.txt", "text/plain"),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)  # fmt: skip
def test_export_called_xls_and_other_texts_are_what_they_are(
    name: str, content: bytes, shown: str, content_type: str
) -> None:
    file = judged(name, content)

    assert (file.reason, file.name, file.content_type) == ("", shown, content_type), file.detail


@pytest.mark.parametrize(
    "content",
    [
        b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n  0\r\nENDSEC\r\n  0\r\nEOF\r\n",
        b"  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n",
        b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
        b"999\r\nLibreCAD 2.2.0\r\n  0\r\nSECTION\r\n  2\r\nHEADER\r\n",
        b"999\ndxfrw 0.6.3\n999\nplan du RDC\n  0\nSECTION\n  2\nHEADER\n",
        b"\xef\xbb\xbf  0\nSECTION\n  2\nHEADER\n",
        b"   0 \nSECTION \n 2\nTABLES\n",
        "  0\nSECTION\n  2\nHEADER\n  1\nÉtage\n".encode("cp1252"),
        b"AutoCAD Binary DXF\r\n\x1a\0\0SECTION\0" + bytes(60),
    ],
    ids=[
        "crlf", "lf", "entities only", "librecad", "comments", "bom", "spaces", "cp1252", "binary",
    ],
)  # fmt: skip
def test_dxf_of_librecad_and_qcad_is_ready(content: bytes) -> None:
    for name in ("plan.dxf", "plan", "plan.txt"):
        assert judged(name, content)[:3] == ("", "plan.dxf", "image/vnd.dxf")


@pytest.mark.parametrize(
    "version",
    [
        "MC0.0", "AC1.2", "AC1.40", "AC1.50", "AC2.10", "AC2.21", "AC2.22", "AC1001", "AC1002",
        "AC1003", "AC1004", "AC1006", "AC1009", "AC1012", "AC1014", "AC1015", "AC1018", "AC1021",
        "AC1024", "AC1027", "AC1032",
    ],
)  # fmt: skip
def test_dwg_of_every_version_of_autocad_is_ready(version: str) -> None:
    file = judged("plan", version.encode() + bytes(200))

    assert (file.reason, file.name) == ("", "plan.dwg")


@pytest.mark.parametrize(
    ("name", "content", "shown", "content_type"),
    [
        ("Nouvel enregistrement.m4a", sounds.iso(b"M4A ", b"soun"), "", "audio/mp4"),
        ("note.mp4", sounds.iso(b"isom", b"soun", has_samples_first=True), "note.m4a", "audio/mp4"),
        ("note", sounds.iso(b"mp42", b"soun"), "note.m4a", "audio/mp4"),
        ("note.3gp", sounds.iso(b"3gp4", b"soun"), "", "audio/3gpp"),
        ("PTT-20261128-WA0001.opus", sounds.ogg(), "", "audio/ogg"),
        ("audio.ogg", sounds.ogg(), "", "audio/ogg"),
        ("note.mp3", sounds.mp3(), "", "audio/mpeg"),
        ("note.mp3", sounds.mp3(has_tag=False), "", "audio/mpeg"),
        ("note.aac", sounds.aac(), "", "audio/aac"),
        ("note.amr", sounds.amr(), "", "audio/amr"),
        ("note.wav", sounds.wav(0.1), "", "audio/wav"),
        ("note.webm", sounds.webm(b"A_OPUS"), "", "audio/webm"),
        ("note.flac", sounds.flac(), "", "audio/flac"),
        ("note.mov", sounds.iso(b"qt  ", b"soun"), "", "audio/quicktime"),
        ("note.caf", sounds.caf(), "", "audio/x-caf"),
        ("note.jpg", sounds.mp3(), "note.mp3", "audio/mpeg"),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_voice_note_is_ready_and_a_sound(
    name: str, content: bytes, shown: str, content_type: str
) -> None:
    file = judged(name, content)

    assert (file.reason, file.name) == ("", shown or name), file.detail
    assert (file.kind, file.content_type) == ("audio", content_type)


def test_webm_with_pictures_and_the_stream_of_a_camera_are_films() -> None:
    packets = (b"\x47\x40\x00\x10" + bytes(184)) * 4
    with_times = (bytes(4) + b"\x47\x40\x00\x10" + bytes(184)) * 4

    assert judged("00001", packets)[:4] == ("", "00001.mts", "video/mp2t", "video")
    assert judged("00001.m2ts", with_times)[:2] == ("", "00001.m2ts")
    assert judged("film.webm", sounds.webm(b"V_VP9", b"A_OPUS")).kind == "video"


NAMES = {
    "emoji of several signs": ("photo 👷🏽‍♀️.jpg", "photo 👷🏽‍♀️.jpg"),
    "a family": ("👨‍👩‍👧‍👦.jpg", "👨‍👩‍👧‍👦.jpg"),
    "a heart on fire": ("❤️‍🔥 1️⃣.jpg", "❤️‍🔥 1️⃣.jpg"),
    "a flag of letters": ("🇫🇷.jpg", "🇫🇷.jpg"),
    "a flag of tags": (
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.jpg",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.jpg",
    ),
    "an emoji newer than this python": ("\U0001fae9.jpg", "\U0001fae9.jpg"),
    "persian": ("می\u200cخواهم.jpg", "می\u200cخواهم.jpg"),
    "hindi": ("क्\u200dष.jpg", "क्\u200dष.jpg"),
    "a joiner between latin letters": ("pho\u200dto.jpg", "photo.jpg"),
    "a joiner after an emoji": ("👷\u200d.jpg", "👷.jpg"),
    "letters turned round": ("devis\u202egpj.jpg", "devisgpj.jpg"),
    "tags without a flag": ("a\U000e0041\U000e0042.jpg", "a.jpg"),
    "decomposed": ("e\u0301te\u0301.jpg", "été.jpg"),
    "a path": ("C:\\photos/2026/mur.jpg", "mur.jpg"),
    "line ends": ("mur\r\nsud.jpg", "mur sud.jpg"),
    "a device of windows": ("AUX.jpg", "_AUX.jpg"),
    "a word like a device": ("console.jpg", "console.jpg"),
    "an extension alone": (".jpg", "Fichier.jpg"),
    "dots and spaces": ("mur.jpg . . ", "mur.jpg"),
}


@pytest.mark.parametrize("case", NAMES)
def test_zwj_in_a_name_is_kept_and_what_shows_nothing_is_not(case: str) -> None:
    sent, shown = NAMES[case]

    assert judged(sent, samples.photo()).name == shown


def test_long_name_fits_every_disk_and_keeps_its_extension() -> None:
    for name in ("é" * 300, "👷🏽‍♀️" * 60):
        shown = judged(name, samples.photo()).name
        assert shown.endswith(".jpg")
        assert len(shown) <= 150
        assert len(shown.encode()) <= 255


REFUSED = {
    "a zip": ("photos", samples.archive(("a.jpg", samples.photo())), "archive"),
    "a zip as a document": ("a.docx", samples.archive(("a.txt", b"x")), "archive"),
    "a rar": ("photos.pdf", b"Rar!\x1a\7\1\0" + bytes(60), "archive"),
    "a page": ("facture.pdf", b"<!DOCTYPE html><html><body>Login</body></html>", "web_page"),
    "a drawing for the web": (
        "logo.xml", f'{XML}<svg xmlns="http://www.w3.org/2000/svg"/>'.encode(), "web_page",
    ),
    "noise": ("releve", random.Random(1).randbytes(3000), "type_not_allowed"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusal_of_a_type_says_which_kinds_are_taken_and_what_to_do(case: str) -> None:
    name, content, reason = REFUSED[case]

    file = judged(name, content)

    assert file.reason == reason, file.detail
    said = reasons.sentence(file.reason, "refused")
    assert "photos, vidéos, notes vocales, PDF, Word, Excel" in said
    if reason == "archive":
        assert "un par un" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("outil", b"MZ" + bytes(300)),
        ("photo.jpg", b"MZ\x90\0" + bytes(300)),
        ("outil", b"\x7fELF\2\1\1" + bytes(60)),
        ("outil", samples.archive(("META-INF/MANIFEST.MF", b"x"), ("a.class", b"x"))),
        ("notes.txt", b"#!/bin/sh\nrm -rf /tmp/x\n"),
        ("notes.txt", b"@echo off\r\ndel *.*\r\n"),
        ("notes.txt", b"powershell -nop -w hidden -c x\r\n"),
    ],
    ids=["dos", "dos as a photo", "elf", "jar", "shell", "batch", "powershell"],
)
def test_program_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    file = judged(name, content)

    assert file.reason == "executable", file.detail
    assert "programme" in reasons.sentence(file.reason, "refused")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("e.xls", b"<table><tr><td><script>x()</script></td></tr></table>", "script"),
        ("e.xls", b"<table><tr><td onclick=x()>1</td></tr></table>", "script"),
        ("c.xml", f'{XML}<?xml-stylesheet href="a.xsl"?><a><b/></a>'.encode(), "script"),
        ("n.txt", b"<html><script>alert(1)</script></html>", "script"),
        ("e.doc", f'{XML}<w:p w:macrosPresent="yes"><w:docSuppData/></w:p>'
                  '<!-- /office/word/2003/wordml -->'.encode(), "macro"),
    ],
    ids=["script in a table", "handler in a table", "style sheet", "script in a page", "word 2003"],
)  # fmt: skip
def test_text_that_a_program_would_run_is_refused(name: str, content: bytes, reason: str) -> None:
    file = judged(name, content)

    assert file.reason == reason, file


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("photos.zip", "un par un"),
        ("page.html", "PDF"),
        ("offre.eml", "e-mail"),
        ("offre.msg", "e-mail"),
        ("devis.pdf.p7m", "conteneur signé"),
        ("logo.svg", "SVG"),
        ("outil.exe", "programme"),
    ],
)
def test_ending_that_never_passes_is_refused_at_once_in_words(name: str, words: str) -> None:
    with pytest.raises(TypeNotAllowed) as refusal:
        judged(name, b"x")

    assert words in str(refusal.value.detail)
    assert ("photos, vidéos" in str(refusal.value.detail)) == (name != "outil.exe")


@pytest.mark.django_db
def test_page_learns_which_endings_never_pass(api: Call, camille: User) -> None:
    limits = api(camille).get("/api/v1/me").json()["limits"]

    assert "zip" in limits["refused_extensions"]["archive"]
    assert "exe" in limits["refused_extensions"]["executable"]
    assert {"m4a", "ogg", "opus", "mp3", "amr"} <= set(limits["file_extensions"]["audio"])

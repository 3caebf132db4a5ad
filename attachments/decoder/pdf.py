"""PDF: its objects are judged by qpdf (pikepdf), its first page is drawn by PDFium."""

import io
from importlib import import_module
from typing import IO, Any

import pikepdf

from attachments.decoder.extracted import write_embedded
from attachments.decoder.pdf_objects import Inside, Judge, contents_of
from attachments.decoder.pdf_remains import remains
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# A viewer shows the others when the first page is broken.
PAGES_TO_TRY = 3
# What qpdf says of a file whose objects it had to look for.
REPAIRED = ("damaged", "reconstruct", "recover", "startxref", "xref")
SPACE, END = b"\0\t\n\f\r ", b"%%EOF"
# Two readers may take two values.
AMBIGUOUS = "duplicated key"


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Judge every object, and take out the files inside.

    Objects of older revisions count too. When qpdf cannot read the file, PDFium decides if it is a
    PDF, and all objects are looked for in its bytes.
    """
    content = file.read()
    pdf = _opened(file, content)
    files = _files_of(pdf) if pdf else []
    files += _files_that_remain(content, pdf)
    _require_pages(file, pdf)
    return Report(embedded=write_embedded(request, contents_of(files)))


def preview(file: IO[bytes], request: DecodeRequest, report: Report) -> Report:
    """Write the previews of the first page that can be drawn, with the values of its form."""
    # PDFium and Pillow are loaded for the previews only: a file inside a file has none.
    page = import_module("attachments.decoder.pdf_page")
    try:
        picture = page.picture(file, PAGES_TO_TRY)
    except page.CannotOpen:
        picture = page.picture(_repaired(file), PAGES_TO_TRY)
    shown = import_module("attachments.decoder.image").previewed(picture, request)
    return report._replace(
        width=shown.width,
        height=shown.height,
        placeholder=shown.placeholder,
        has_preview=shown.has_preview,
    )


def _opened(file: IO[bytes], content: bytes) -> pikepdf.Pdf | None:
    """Open a PDF with the empty password, which an owner's password alone leaves."""
    # An object right at the end of a file that was cut is lost without more bytes behind it.
    is_whole = content.rstrip(SPACE).endswith(END)
    source: Any = file if is_whole else io.BytesIO(content + b"\n" + END + b"\n")
    source.seek(0)
    try:
        return pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    except pikepdf.PdfError:
        return None


def _files_of(pdf: pikepdf.Pdf) -> list[Inside]:
    judge = Judge()
    judge.look_at(pdf)
    if judge.has_built_in_scripts and any(AMBIGUOUS in str(said) for said in pdf.get_warnings()):
        raise Refused("active_pdf", "JavaScript")
    return list(judge.files.values())


def _files_that_remain(content: bytes, pdf: pikepdf.Pdf | None) -> list[Inside]:
    hidden = remains(content, pdf)
    if hidden is None:
        return []
    # Their texts are not decrypted. No reader sees them when the table of the file is whole.
    judge = Judge(reads_all_scripts=pdf is None or _is_repaired(pdf) or not pdf.is_encrypted)
    judge.look_at(hidden)
    return [] if pdf is not None and pdf.is_encrypted else list(judge.files.values())


def _is_repaired(pdf: pikepdf.Pdf) -> bool:
    said = " ".join(map(str, pdf.get_warnings()))
    return any(word in said for word in REPAIRED)


def _require_pages(file: IO[bytes], pdf: pikepdf.Pdf | None) -> None:
    """Raise Refused or an error unless one of both readers finds a page."""
    try:
        if pdf is not None and len(pdf.pages) > 0:
            return
    except pikepdf.PdfError:
        pass
    import_module("attachments.decoder.pdf_page").require_pages(file)


def _repaired(file: IO[bytes]) -> IO[bytes]:
    """Write a file again as qpdf understands it, for PDFium."""
    file.seek(0)
    repaired = io.BytesIO()
    if pdf := _opened(file, file.read()):
        pdf.save(repaired, fix_metadata_version=False)
    return repaired

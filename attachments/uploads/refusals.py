"""Says in words why a kind of file cannot be sent, what to do, and which kinds are taken."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from attachments.uploads.formats import (
    ARCHIVES,
    FORMATS,
    MAILS,
    PAGES,
    PROGRAMS,
    SIGNED,
    allowed_formats,
)

# What to do instead, by reason. `executable` says nothing else: a program is never taken.
NEVER = _("This file holds a program: programs cannot be sent.")
SENTENCES: dict[str, str | Promise] = {
    "type_not_allowed": _("This kind of file cannot be sent: send a photo or a PDF instead."),
    "name_and_type_differ": _(
        "The name of this file does not say what it is: export it again from its application."
    ),
    "archive": _("This is an archive (such as a ZIP): send the files that it holds one by one."),
    "web_page": _("This is a web page or an SVG drawing: print it to a PDF, then send the PDF."),
    "mail": _("This is an email: print it to a PDF, and send the files that it holds one by one."),
    "signed_container": _(
        "This is a signed container (.p7m): send the document that it holds, signed or not."
    ),
}
REASON_OF_EXTENSION = {
    **dict.fromkeys(PROGRAMS, "executable"),
    **dict.fromkeys(ARCHIVES, "archive"),
    **dict.fromkeys(PAGES, "web_page"),
    **dict.fromkeys(MAILS, "mail"),
    **dict.fromkeys(SIGNED, "signed_container"),
}

# A word for each group of formats, in the order in which a person reads them.
_GROUPS = (
    (("jpeg", "png", "heic", "webp", "gif", "tiff"), _("photos")),
    (("mp4", "mov"), _("videos")),
    (("m4a", "mp3", "ogg"), _("voice notes")),
    (("pdf",), "PDF"),
    (("docx", "doc"), "Word"),
    (("xlsx", "xls"), "Excel"),
    (("pptx", "ppt"), "PowerPoint"),
    (("odt", "ods", "odp"), "OpenDocument"),
    (("txt", "csv"), _("text and CSV")),
    (("dwg", "dxf", "step"), _("drawings and models (DWG, DXF, IFC)")),
)


def sentence(reason: str) -> str:
    """Return what to say of a kind of file that is not taken."""
    if reason == "executable":
        return str(NEVER)
    said = SENTENCES.get(reason, SENTENCES["type_not_allowed"])
    return f"{said} {kinds_taken()}"


def sentence_of_extension(extension: str) -> str:
    return sentence(REASON_OF_EXTENSION.get(extension, "type_not_allowed"))


def extensions_by_reason() -> dict[str, list[str]]:
    """Return the endings that never pass, by the reason: also those of formats not allowed here."""
    allowed = {ending for format in allowed_formats() for ending in format.extensions}
    others = {ending for format in FORMATS for ending in format.extensions} - allowed
    all_reasons = {**dict.fromkeys(others, "type_not_allowed"), **REASON_OF_EXTENSION}
    reasons: dict[str, list[str]] = {}
    for extension, reason in sorted(all_reasons.items()):
        reasons.setdefault(reason, []).append(extension)
    return reasons


def kinds_taken() -> str:
    """Return a sentence with the kinds of files that may be sent, by ATTACHMENT_FORMATS."""
    allowed = {format.name for format in allowed_formats()}
    words = [str(word) for names, word in _GROUPS if allowed & set(names)]
    return str(_("These can be sent: %(kinds)s.")) % {"kinds": ", ".join(words)}

"""The formats that may be sent: their extensions, the types of libmagic, how they are served.

The bytes of a file say its format (`decoder/sniffing`); its name then gets an extension of that
format. So the table says what is served, and an extension only says what to expect.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Format:
    """One format that may be sent.

    It is served as `content_type`. `sniffed` are the types of libmagic that mean this format and
    no other; `decoder/sniffing` tells the others apart. The first of `extensions` is given to a
    file whose name has another one. `kind` is a value of `Attachment.Kind`, `family` a key of
    `decoder.main.MODULES`.
    """

    name: str
    kind: str
    family: str
    content_type: str
    extensions: tuple[str, ...]
    sniffed: tuple[str, ...] = ()


# What is announced under no known extension, until its bytes are seen.
UNKNOWN = Format("", "document", "", "application/octet-stream", ())

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_EXCEL, _POWERPOINT = "application/vnd.ms-excel", "application/vnd.ms-powerpoint"


def _image(name: str, *extensions: str, sniffed: tuple[str, ...] = ()) -> Format:
    content_type = f"image/{name}"
    return Format(name, "image", "image", content_type, extensions, (content_type, *sniffed))


def _document(
    name: str, family: str, content_type: str, *extensions: str, sniffed: tuple[str, ...] = ()
) -> Format:
    return Format(name, "document", family, content_type, extensions or (name,), sniffed)


def _text(name: str, *extensions: str, content_type: str = "text/plain") -> Format:
    return _document(name, "text", content_type, *extensions)


def _markup(name: str, content_type: str, *extensions: str) -> Format:
    """Return a text in which a program that opens it may follow or run something."""
    return _document(name, "markup", content_type, *extensions)


def _kept(name: str, content_type: str, *extensions: str, sniffed: tuple[str, ...] = ()) -> Format:
    """Return a format that is served without being opened: it holds no program."""
    return _document(name, "kept", content_type, *extensions, sniffed=sniffed)


def _video(name: str, content_type: str, *extensions: str, sniffed: tuple[str, ...] = ()) -> Format:
    return Format(name, "video", "video", content_type, extensions or (name,), sniffed)


def _film(name: str, content_type: str, *extensions: str, sniffed: tuple[str, ...]) -> Format:
    """Return a video of which no still is made."""
    return Format(name, "video", "kept", content_type, extensions or (name,), sniffed)


def _audio(name: str, content_type: str, *extensions: str, sniffed: tuple[str, ...] = ()) -> Format:
    return Format(name, "audio", "kept", content_type, extensions or (name,), sniffed)


FORMATS = (
    _image("jpeg", "jpg", "jpeg", "jpe", "jfif"),
    _image("png", "png"),
    _image("webp", "webp"),
    _image("heic", "heic", "heif", "hif"),
    _image("gif", "gif"),
    _image("tiff", "tif", "tiff"),
    _image("avif", "avif", "avifs"),
    _image("bmp", "bmp", "dib", sniffed=("image/x-ms-bmp",)),
    _image(
        "jp2", "jp2", "jpf", "jpx", "j2k", "jpc", sniffed=("image/jpx", "image/x-jp2-codestream"),
   ),
    Format("pdf", "pdf", "pdf", "application/pdf", ("pdf",), ("application/pdf",)),
    _document("docx", "zip", f"{_OOXML}.wordprocessingml.document"),
    _document("xlsx", "zip", f"{_OOXML}.spreadsheetml.sheet"),
    _document("pptx", "zip", f"{_OOXML}.presentationml.presentation"),
    _document("odt", "zip", f"{_ODF}.text"),
    _document("ods", "zip", f"{_ODF}.spreadsheet"),
    _document("odp", "zip", f"{_ODF}.presentation"),
    _document("odg", "zip", f"{_ODF}.graphics"),
    _document("dotx", "zip", f"{_OOXML}.wordprocessingml.template"),
    _document("xltx", "zip", f"{_OOXML}.spreadsheetml.template"),
    _document("potx", "zip", f"{_OOXML}.presentationml.template"),
    _document("ppsx", "zip", f"{_OOXML}.presentationml.slideshow"),
    _document("ott", "zip", f"{_ODF}.text-template"),
    _document("ots", "zip", f"{_ODF}.spreadsheet-template"),
    _document("otp", "zip", f"{_ODF}.presentation-template"),
    _document("otg", "zip", f"{_ODF}.graphics-template"),
    _document("xlsb", "zip", f"{_EXCEL}.sheet.binary.macroenabled.12"),
    # Ready without macros, under the one ending that Office opens them by.
    _document("docm", "zip", "application/vnd.ms-word.document.macroenabled.12"),
    _document("dotm", "zip", "application/vnd.ms-word.template.macroenabled.12"),
    _document("xlsm", "zip", f"{_EXCEL}.sheet.macroenabled.12"),
    _document("xltm", "zip", f"{_EXCEL}.template.macroenabled.12"),
    _document("pptm", "zip", f"{_POWERPOINT}.presentation.macroenabled.12"),
    _document("ppsm", "zip", f"{_POWERPOINT}.slideshow.macroenabled.12"),
    _document("potm", "zip", f"{_POWERPOINT}.template.macroenabled.12"),
    _document("doc", "ole", "application/msword", "doc", "dot"),
    _document("xls", "ole", _EXCEL, "xls", "xlt"),
    _document("ppt", "ole", _POWERPOINT, "ppt", "pps", "pot"),
    _document("rtf", "rtf", "application/rtf"),
    # What other programs call `.xls` and `.doc`: a page with a table, or the XML of Excel 2003.
    # Office opens it under these endings alone.
    _markup("xls_text", "application/vnd.ms-excel", "xls"),
    _markup("doc_text", "application/msword", "doc"),
    _text(
        "txt", "txt", "text", "log", "md", "markdown", "ini", "cfg", "conf", "json", "geojson",
        "yaml", "yml", "toml", "srt", "tex", "asc", "xyz", "nfo", "diz", "prn",
    ),
    _text("csv", "csv", content_type="text/csv"),
    _text("tsv", "tsv", "tab", content_type="text/tab-separated-values"),
    _markup("xml", "text/plain", "xml", "kml", "gpx", "gml", "xsd"),
    _text("ics", "ics", "ical", "vcs", content_type="text/calendar"),
    _text("vcf", "vcf", "vcard", content_type="text/vcard"),
    _text("step", "step", "stp", "ifc", "p21", content_type="application/x-step"),
    _kept("dwg", "image/vnd.dwg", "dwg", "dwt", sniffed=("image/vnd.dwg",)),
    _kept("dxf", "image/vnd.dxf", "dxf"),
    _kept("djvu", "image/vnd.djvu", "djvu", "djv", sniffed=("image/vnd.djvu",)),
    _kept("psd", "image/vnd.adobe.photoshop", "psd", sniffed=("image/vnd.adobe.photoshop",)),
    _kept("skp", "application/vnd.sketchup.skp", "skp", sniffed=("application/vnd.sketchup.skp",)),
    _kept("p7s", "application/pkcs7-signature", "p7s"),
    _document("epub", "zip", "application/epub+zip"),
    _document("xps", "zip", "application/vnd.ms-xpsdocument", "xps", "oxps"),
    _document("pages", "zip", "application/vnd.apple.pages"),
    _document("numbers", "zip", "application/vnd.apple.numbers"),
    _document("keynote", "zip", "application/vnd.apple.keynote", "key"),
    _document("kmz", "zip", "application/vnd.google-earth.kmz"),
    _document("bcfzip", "zip", "application/octet-stream", "bcfzip", "bcf"),
    _document("3mf", "zip", "model/3mf"),
    _document("vsdx", "zip", "application/vnd.ms-visio.drawing"),
    _document("vsd", "ole", "application/vnd.visio"),
    _document("mpp", "ole", "application/vnd.ms-project"),
    _document("rvt", "ole", "application/octet-stream", "rvt", "rfa", "rte"),
    _video("mp4", "video/mp4", "mp4", "m4v", sniffed=("video/mp4", "video/x-m4v")),
    _video("mov", "video/quicktime", "mov", "qt", sniffed=("video/quicktime",)),
    _video("3gp", "video/3gpp", "3gp", "3gpp", "3g2", sniffed=("video/3gpp", "video/3gpp2")),
    _video("webm", "video/webm", sniffed=("video/webm",)),
    _video("mkv", "video/x-matroska", sniffed=("video/x-matroska",)),
    _film("avi", "video/x-msvideo", sniffed=("video/x-msvideo",)),
    _film("wmv", "video/x-ms-wmv", "wmv", "asf", sniffed=("video/x-ms-asf", "video/x-ms-wmv")),
    _film("mpg", "video/mpeg", "mpg", "mpeg", "vob", sniffed=("video/mpeg",)),
    _film("mts", "video/mp2t", "mts", "m2ts", "ts", sniffed=("video/MP2T", "video/mp2t")),
    _film("flv", "video/x-flv", sniffed=("video/x-flv",)),
    _film("ogv", "video/ogg", sniffed=("video/ogg",)),
    _audio("m4a", "audio/mp4", "m4a", "m4b", "m4r", sniffed=("audio/x-m4a", "audio/mp4")),
    _audio("mp3", "audio/mpeg", sniffed=("audio/mpeg",)),
    _audio("ogg", "audio/ogg", "ogg", "oga", "opus", "spx", sniffed=("audio/ogg",)),
    _audio("wav", "audio/wav", "wav", "wave", sniffed=("audio/x-wav",)),
    _audio("aac", "audio/aac", "aac", "adts", sniffed=("audio/x-hx-aac-adts",)),
    _audio("amr", "audio/amr", "amr", "awb", sniffed=("audio/amr", "audio/AMR", "audio/AMR-WB")),
    _audio("3ga", "audio/3gpp", "3ga", "3gp", "3gpp"),
    _audio("qta", "audio/quicktime", "qta", "mov"),
    _audio("flac", "audio/flac", sniffed=("audio/flac", "audio/x-flac")),
    _audio("weba", "audio/webm", "weba", "webm"),
    _audio("mka", "audio/x-matroska", "mka", "mkv"),
    _audio("caf", "audio/x-caf", sniffed=("audio/x-caf",)),
    _audio("aiff", "audio/aiff", "aiff", "aif", "aifc", sniffed=("audio/x-aiff",)),
    _audio("wma", "audio/x-ms-wma", sniffed=("audio/x-ms-wma",)),
)  # fmt: skip


def _endings(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Endings of what never passes: programs, scripts and pages, which a computer runs at a click, and
# archives, whose contents nobody sees. All other unknown endings wait for the bytes.
PROGRAMS = _endings(
    """
    exe scr pif bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta msi msp msix appx apk ipa
    dmg pkg deb rpm jar dll sys drv ocx cpl lnk reg scf sh bash zsh csh
    py pyc pyw rb php php3 phtml asp aspx jsp cgi chm hlp iso img vhd vhdx xll xla
    xlam wll mde accde mdb accdb scpt slk iqy
    """
)
ARCHIVES = _endings(
    """
    zip zipx rar 7z tar gz tgz bz2 tbz xz txz zst lz lzma cab arj lzh ace
    """
)
PAGES = _endings("html htm xhtml xht shtml mht mhtml svg svgz swf")
MAILS = _endings("eml msg mbox pst oft")
SIGNED = _endings("p7m p7b p7c p12 pfx")
NEVER = PROGRAMS | ARCHIVES | PAGES | MAILS | SIGNED


def extension_of(file_name: str) -> str:
    """Return the extension of a file name in lower case, without its dot, or an empty string."""
    stem, dot, extension = file_name.rpartition(".")
    return extension.lower() if stem and dot else ""


def format_of(file_name: str) -> Format | None:
    """Return the allowed format that a file name announces, or None."""
    return _allowed().get(extension_of(file_name))


def is_known_extension(extension: str) -> bool:
    """Tell whether this is an extension, of any format: the `3 plan` of `v2.3 plan` is none."""
    return extension in NEVER or any(extension in format.extensions for format in FORMATS)


def format_named(name: str) -> Format:
    return next((format for format in FORMATS if format.name == name), UNKNOWN)


def allowed_formats() -> list[Format]:
    names = settings.ATTACHMENT_FORMATS
    return [format for format in FORMATS if not names or format.name in names]


def extensions_by_kind() -> dict[str, list[str]]:
    """Return the file extensions that may be sent, by kind of file, in the order of FORMATS."""
    kinds: dict[str, list[str]] = {}
    for extension, format in _allowed().items():
        kinds.setdefault(format.kind, []).append(extension)
    return kinds


@cache
def _allowed_by_setting(names: tuple[str, ...]) -> dict[str, Format]:
    allowed: dict[str, Format] = {}
    for format in FORMATS:
        for extension in format.extensions:
            if not names or format.name in names:
                # The first one: `.xls` announces a workbook.
                allowed.setdefault(extension, format)
    return allowed


def _allowed() -> dict[str, Format]:
    return _allowed_by_setting(tuple(settings.ATTACHMENT_FORMATS))

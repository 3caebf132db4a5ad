"""A package of Open Packaging Conventions (ISO 29500-2): its parts, their types, its links."""

import posixpath
from typing import NamedTuple

from attachments.decoder.office_xml import attribute, parse
from attachments.decoder.office_zip import Archive, normal

TYPES = "[content_types].xml"
_MAIN = "/officedocument"

# The format of a document by the content type of its main part, without `+xml` and `.main`.
_WORD, _SHEET, _SLIDES = (
    f"application/vnd.openxmlformats-officedocument.{kind}"
    for kind in ("wordprocessingml", "spreadsheetml", "presentationml")
)
FORMATS = {
    f"{_WORD}.document": "docx",
    f"{_WORD}.template": "dotx",
    "application/vnd.ms-word.document.macroenabled": "docm",
    "application/vnd.ms-word.template.macroenabledtemplate": "dotm",
    f"{_SHEET}.sheet": "xlsx",
    f"{_SHEET}.template": "xltx",
    "application/vnd.ms-excel.sheet.macroenabled": "xlsm",
    "application/vnd.ms-excel.template.macroenabled": "xltm",
    "application/vnd.ms-excel.addin.macroenabled": "xlam",
    "application/vnd.ms-excel.sheet.binary.macroenabled": "xlsb",
    f"{_SLIDES}.presentation": "pptx",
    f"{_SLIDES}.slideshow": "ppsx",
    f"{_SLIDES}.template": "potx",
    "application/vnd.ms-powerpoint.presentation.macroenabled": "pptm",
    "application/vnd.ms-powerpoint.slideshow.macroenabled": "ppsm",
    "application/vnd.ms-powerpoint.template.macroenabled": "potm",
    "application/vnd.ms-powerpoint.addin.macroenabled": "ppam",
}
MACRO_ENABLED = ("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppsm", "potm", "ppam")
# The main folders of the three applications, for packages that do not say what they are.
FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


class Link(NamedTuple):
    """A relationship: its type without the address before it, and where it leads."""

    kind: str
    target: str
    is_external: bool


class Package:
    """The parts of a package. Names are in lower case, as they are compared in packages."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._by_extension: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        parse(archive.read(TYPES), started=self._add_type)
        # An application runs macros only in such a document.
        self.is_macro_enabled = self.format() in MACRO_ENABLED

    def type_of(self, name: str) -> str:
        """Return the content type of a part, in lower case, or an empty text."""
        extension = name.rpartition(".")[2]
        return self._by_name.get(name) or self._by_extension.get(extension, "")

    def is_typed_by_name(self, name: str) -> bool:
        return name in self._by_name

    def format(self) -> str:
        """Return the format of the document by its main part, or by its folders."""
        for link in links_in(self.archive.read_if_there("_rels/.rels")):
            if link.kind.endswith(_MAIN) and not link.is_external:
                main = self.type_of(normal(posixpath.normpath(link.target)))
                if found := FORMATS.get(main.removesuffix("+xml").removesuffix(".main")):
                    return found
        names = self.archive.names()
        return next(
            (
                format
                for folder, format in FOLDERS.items()
                if any(n.startswith(folder) for n in names)
            ),
            "",
        )

    def _add_type(self, name: str, attributes: dict[str, str]) -> None:
        content_type = attribute(attributes, "ContentType").strip().casefold()
        if name == "Override":
            self._by_name[normal(attribute(attributes, "PartName"))] = content_type
        elif name == "Default":
            self._by_extension[attribute(attributes, "Extension").casefold()] = content_type


def is_relationships(name: str) -> bool:
    return name.endswith(".rels")


def links_in(relationships: bytes) -> list[Link]:
    """Return the relationships of a part. Raises Refused when they are no XML."""
    found: list[Link] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            mode = attribute(attributes, "TargetMode").casefold()
            kind = attribute(attributes, "Type").casefold()
            found.append(Link(kind, attribute(attributes, "Target"), mode == "external"))

    if relationships:
        parse(relationships, started=started)
    return found

"""Office documents since 2007 and OpenDocument files, made part by part."""

import io
import zipfile

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN_TYPES = {
    "docx": f"{OFFICE}.wordprocessingml.document.main+xml",
    "dotx": f"{OFFICE}.wordprocessingml.template.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet.main+xml",
    "xltx": f"{OFFICE}.spreadsheetml.template.main+xml",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
    "pptx": f"{OFFICE}.presentationml.presentation.main+xml",
    "ppsx": f"{OFFICE}.presentationml.slideshow.main+xml",
    "potx": f"{OFFICE}.presentationml.template.main+xml",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
}
MAIN_PARTS = {"d": "word/document.xml", "x": "xl/workbook.xml", "p": "ppt/presentation.xml"}
ODF = "application/vnd.oasis.opendocument"

Parts = dict[str, bytes | str]


def zipped(parts: Parts) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def ooxml(
    kind: str, parts: Parts | None = None, *, body: str = "", types: Parts | None = None,
    links: str = "", main: str = "",
) -> bytes:  # fmt: skip
    """A document of a kind (`docx`), with more parts, types, and links of its main part."""
    main = main or MAIN_PARTS[kind[0]]
    folder, _, name = main.rpartition("/")
    overrides: dict[str, str] = {main: MAIN_TYPES[kind]}
    overrides |= {part: str(type_) for part, type_ in (types or {}).items()}
    listed = "".join(
        f'<Override PartName="/{part}" ContentType="{type_}"/>' for part, type_ in overrides.items()
    )
    return zipped(
        {
            "[Content_Types].xml": (
                '<?xml version="1.0"?><Types><Default Extension="rels" ContentType="application/'
                'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
                f'ContentType="application/xml"/>{listed}</Types>'
            ),
            "_rels/.rels": rels(link("officeDocument", main)),
            main: f'<x:main xmlns:x="main" xmlns:w="w" xmlns:r="r" xmlns:a="a">{body}</x:main>',
            f"{folder}/_rels/{name}.rels": rels(links),
            **(parts or {}),
        }
    )


def word(body: str = "", links: str = "", **more: object) -> bytes:
    return ooxml("docx", body=body, links=links, **more)  # type: ignore[arg-type]


def sheets(parts: Parts, kind: str = "xlsx", **more: object) -> bytes:
    return ooxml(kind, parts, **more)  # type: ignore[arg-type]


def rels(links: str) -> str:
    return f'<?xml version="1.0"?><Relationships>{links}</Relationships>'


def link(kind: str, target: str, *, is_external: bool = False) -> str:
    kind = kind if kind.startswith("http") else f"{RELATIONSHIPS}/{kind}"
    mode = ' TargetMode="External"' if is_external else ""
    return f'<Relationship Id="r" Type="{kind}" Target="{target}"{mode}/>'


def outside(kind: str, target: str) -> str:
    return link(kind, target, is_external=True)


def field(*pieces: str, shown: str = "1") -> str:
    """A field whose instruction stands in several runs."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    result = f"{mark('separate')}<w:r><w:t>{shown}</w:t></w:r>{mark('end')}"
    return f"<w:p>{mark('begin')}{runs}{result}</w:p>"


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def cells(*formulas: str) -> str:
    return "".join(f'<c r="A1"><f>{formula}</f><v>0</v></c>' for formula in formulas)


def odf(kind: str, body: str = "", parts: Parts | None = None, *, manifest: str = "") -> bytes:
    """A document of OpenDocument: `kind` is `text`, `spreadsheet`, `presentation`."""
    return zipped(
        {
            "mimetype": f"{ODF}.{kind}",
            "META-INF/manifest.xml": (
                '<?xml version="1.0"?><manifest:manifest><manifest:file-entry '
                f'manifest:full-path="/" manifest:media-type="{ODF}.{kind}"/>{manifest}'
                "</manifest:manifest>"
            ),
            "content.xml": f"<office:document-content>{body}</office:document-content>",
            "styles.xml": "<office:document-styles/>",
            "Configurations2/accelerator/current.xml": "",
            **(parts or {}),
        }
    )

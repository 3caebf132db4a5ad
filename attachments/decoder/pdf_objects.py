"""What the objects of a PDF would do, and the files that they hold (ISO 32000-2).

Names and texts alone do nothing: only a dictionary that a viewer would take for an action, a
player or a form of scripts counts. Indirect objects are judged one by one, wherever they stand.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pikepdf import ObjectType, Pdf, PdfError, StreamDecodeLevel

from attachments.decoder.pdf_scripts import is_built_in
from attachments.decoder.protocol import Refused

# Only dictionaries with one of these names are looked at: most objects have none.
WORTH_A_LOOK = re.compile(
    rb"/(JS|JavaScript|Launch|ImportData|RichMedia\w*|OnInstantiate|SubmitForm|GoToR|GoToE|Thread"
    rb"|URI|XFA|EF|EmbeddedFile|OpenAction|AA)\b"
)
CONTAINERS = (ObjectType.dictionary, ObjectType.array)
NESTED_MAX = 100
# Actions that do something to the reader's computer, with the entries without which they do not.
ACTIONS = {
    "/Launch": ("/F", "/Win", "/Mac", "/Unix"),
    "/ImportData": ("/F",),
    "/RichMediaExecute": ("/TA", "/CMD"),
}
PLAYERS = ("/RichMediaContent", "/RichMediaSettings")
FILE_ACTIONS = ("/GoToR", "/GoToE", "/Thread", "/SubmitForm")
# The events of a document and a page, which come without a click (tables 198 and 199).
EVENTS = ("/O", "/C", "/PO", "/PC", "/PV", "/PI", "/WC", "/WS", "/DS", "/WP", "/DP")
CONTACTS = ("/URI", "/SubmitForm")
FILE_KEYS = ("/UF", "/F", "/Unix", "/DOS", "/Mac")
# Addresses that run something or open what is on the reader's computer and network.
BAD_SCHEME = re.compile(
    r"(javascript|vbscript|livescript|file|data|jar|shell|res|mk|hcp|search|search-ms|ms-[a-z-]+):",
    re.IGNORECASE,
)
BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]")
NETWORK_PATH = re.compile(r"\\\\|//")
XFA_SCRIPT = re.compile(rb"<\s*(?:[\w.-]{1,40}:)?script\b", re.IGNORECASE)
XFA_SCRIPT_WIDE = "<script".encode("utf-16-le")


class Inside(NamedTuple):
    """A file inside a PDF. `content` is its stream."""

    name: str
    content: Any


class Judge:
    """Looks at all objects of a PDF. Raises Refused at the first that is active."""

    def __init__(self, *, reads_all_scripts: bool = True) -> None:
        self.reads_all_scripts = reads_all_scripts
        self.has_built_in_scripts = False
        self.files: dict[Any, Inside] = {}

    def look_at(self, pdf: Pdf) -> None:
        for thing in pdf.objects:
            self._indirect(thing)

    def _indirect(self, thing: Any) -> None:
        kind = getattr(thing, "_type_code", None)
        if kind is ObjectType.stream:
            dictionary = thing.stream_dict
            if WORTH_A_LOOK.search(dictionary.unparse()):
                if _name(dictionary.get("/Type")) == "/EmbeddedFile":
                    self.files.setdefault(thing.objgen, Inside("", thing))
                self._container(dictionary, 0)
        elif kind in CONTAINERS and WORTH_A_LOOK.search(thing.unparse(resolved=True)):
            self._container(thing, 0)

    def _container(self, thing: Any, depth: int) -> None:
        if depth > NESTED_MAX:
            raise Refused("too_complex", "nested dictionaries")
        is_dictionary = thing._type_code is ObjectType.dictionary
        if is_dictionary:
            self._dictionary(thing)
        for value in thing.values() if is_dictionary else thing:
            kind = getattr(value, "_type_code", None)
            if kind in CONTAINERS and not value.is_indirect:
                self._container(value, depth + 1)

    def _dictionary(self, entries: Any) -> None:
        action = _name(entries.get("/S"))
        if "/JS" in entries:
            self._script(entries["/JS"], action)
        if any(key in entries for key in ACTIONS.get(action, ())):
            raise Refused("active_pdf", action.strip("/"))
        if "/OnInstantiate" in entries:
            raise Refused("active_pdf", "3D script")
        if any(key in entries for key in PLAYERS) or _is_player(entries):
            raise Refused("active_pdf", "RichMedia")
        if action in FILE_ACTIONS:
            _require_harmless_file(entries.get("/F"), action)
        if "/URI" in entries:
            _require_harmless_address(entries["/URI"])
        if "/XFA" in entries:
            _require_no_xfa_script(entries["/XFA"])
        if "/EF" in entries:
            self._file_specification(entries)
        _require_no_contact(entries)

    def _script(self, value: Any, action: str) -> None:
        """Refuse a script, unless it is one of Acrobat's own. `/JS` may be a name of anything."""
        script = _script_of(value)
        if not self.reads_all_scripts or (script is None and action != "/JavaScript"):
            return
        if script is None or not is_built_in(script):
            raise Refused("active_pdf", "JavaScript")
        self.has_built_in_scripts = True

    def _file_specification(self, entries: Any) -> None:
        streams = entries["/EF"]
        if getattr(streams, "_type_code", None) is not ObjectType.dictionary:
            return
        names = [_text(entries[key]) for key in FILE_KEYS if key in entries]
        name = next((name for name in names if name), "")
        for stream in streams.values():
            if getattr(stream, "_type_code", None) is ObjectType.stream:
                self.files[stream.objgen] = Inside(name, stream)


def contents_of(files: Iterable[Inside]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the name and the bytes of each file inside a PDF."""
    for file in files:
        yield file.name, _bytes_in_one(file.content)


def decoded(stream: Any) -> bytes:
    """Undo every filter of a stream. Return its bytes as they are when one is unknown or odd."""
    try:
        content: bytes = stream.read_bytes(StreamDecodeLevel.specialized)
    except PdfError:
        content = stream.read_raw_bytes()
    return content


def _bytes_in_one(stream: Any) -> Iterator[bytes]:
    yield decoded(stream)


def _name(value: Any) -> str:
    return str(value) if getattr(value, "_type_code", None) is ObjectType.name_ else ""


def _text(value: Any) -> str:
    return str(value) if getattr(value, "_type_code", None) is ObjectType.string else ""


def _script_of(value: Any) -> str | None:
    """Return the script that an entry `/JS` holds; None for a font or picture of that name."""
    kind = getattr(value, "_type_code", None)
    if kind is ObjectType.string:
        return _text(value)
    if kind is ObjectType.stream:
        if _name(value.stream_dict.get("/Subtype")) in ("/Image", "/Form"):
            return None
        return _decoded_text(decoded(value))
    return None


def _decoded_text(content: bytes) -> str:
    if content.startswith((b"\xfe\xff", b"\xff\xfe")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def _is_player(entries: Any) -> bool:
    return _name(entries.get("/Subtype")) == "/RichMedia" and "/Rect" in entries


def _require_harmless_address(value: Any) -> None:
    """Refuse an address that runs something. `/URI` of the catalogue holds a base for others."""
    if getattr(value, "_type_code", None) is ObjectType.dictionary:
        value = value.get("/Base")
    address = BLANKS.sub("", _text(value))
    if BAD_SCHEME.match(address) or address.startswith("\\\\"):
        raise Refused("active_pdf", f"link to {address[:60]}")


def _require_harmless_file(value: Any, action: str) -> None:
    """Refuse a jump to a file on the network, which sends the reader's name and password hash."""
    paths = [value]
    if getattr(value, "_type_code", None) is ObjectType.dictionary:
        paths = [value[key] for key in FILE_KEYS if key in value]
    for path in map(_text, paths):
        bare = BLANKS.sub("", path)
        if NETWORK_PATH.match(bare) or BAD_SCHEME.match(bare):
            raise Refused("active_pdf", f"{action.strip('/')} to {bare[:60]}")


def _require_no_contact(entries: Any) -> None:
    """Refuse a document that calls an address as soon as it is opened or a page is shown."""
    starters = [entries.get("/OpenAction")]
    events = entries.get("/AA")
    if getattr(events, "_type_code", None) is ObjectType.dictionary:
        starters += [events.get(key) for key in EVENTS]
    for starter in starters:
        if getattr(starter, "_type_code", None) is ObjectType.dictionary:
            action = _name(starter.get("/S"))
            if action in CONTACTS:
                raise Refused("active_pdf", f"{action.strip('/')} without a click")


def _require_no_xfa_script(value: Any) -> None:
    """Refuse a form of LiveCycle with scripts. `value` is a stream or pairs of name and stream."""
    is_array = getattr(value, "_type_code", None) is ObjectType.array
    content = b"".join(_xfa_part(part) for part in (value if is_array else [value]))
    if XFA_SCRIPT.search(content) or XFA_SCRIPT_WIDE in content:
        raise Refused("active_pdf", "XFA script")


def _xfa_part(part: Any) -> bytes:
    kind = getattr(part, "_type_code", None)
    if kind is ObjectType.stream:
        return decoded(part)
    if kind is ObjectType.string:
        return b""
    # Another reader may find it.
    raise Refused("active_pdf", "XFA that cannot be read")

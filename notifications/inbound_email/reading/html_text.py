"""Turn the HTML of an email into lines of text, as a person would read it.

libxml2 gives tags and text one after the other, in time that grows with the size alone; the trees
of other parsers take minutes for a page of 100,000 nested tags. A quote (`<blockquote>`) becomes
lines with "> ", links their words and address, a row of a table one line.
"""

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from notifications.inbound_email.reading import links
from notifications.inbound_email.reading.lines import Lines, squeezed_spaces
from notifications.inbound_email.reading.tables import Table

DROPPED = frozenset({"script", "style", "title", "xml", "template", "datalist", "object", "audio"})
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
WITH_SPACE_AROUND = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all")
NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?:0(?![.\d]*[1-9])")
# How mail programs indent: no quote.
INDENT = re.compile(r"margin(?:-left)?:(?:0(?:px)?)?[^;]*40px.*border(?:-[a-z]+)?:(?:medium)?none")
WORD_LIST = re.compile(r"mso-list:\s*(?!ignore)\S+(?:\s+level(\d))?")
SIGNATURES = re.compile(
    r"gmail_signature|moz-signature|applemailsignature|\bx?_?signature\b|ms-outlook-mobile-sig"
    r"|mail-?signature|signature_?block",
    re.IGNORECASE,
)
RULE = "_" * 32
MAX_LEVELS = 500
MAX_LENGTH = 2_000_000
# Deeper tables only place text on the page.
MAX_TABLES = 8
TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)[^<>]*>")


@dataclass(frozen=True)
class Picture:
    """A picture in the text. `offset` is where it stands in it."""

    source: str
    offset: int
    width: int | None = None
    height: int | None = None
    is_quoted: bool = False
    is_signature: bool = False


@dataclass(frozen=True)
class HtmlText:
    text: str
    pictures: list[Picture] = field(default_factory=list)
    # The addresses that its links and the text hold.
    addresses: list[str] = field(default_factory=list)
    is_cut: bool = False


class _TooDeep(Exception):
    pass


def text_of(rich: str) -> HtmlText:
    """Return the text of a page, or of a piece of one. Raises nothing, whatever it is given."""
    # Not with the module, as in `calendar`.
    from lxml import etree

    is_cut = len(rich) > MAX_LENGTH
    rich = rich[:MAX_LENGTH].replace("\x00", "")
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=True, recover=True, remove_pis=True)
    try:
        # A page that begins with text, or is empty, is a page as well.
        parser.feed(f"<html><body>{rich}" if not _is_page(rich) else rich)
        parser.close()
    except (_TooDeep, etree.LxmlError):
        return HtmlText(_without_tags(rich), is_cut=is_cut)
    return reader.result(is_cut=is_cut)


def _is_page(rich: str) -> bool:
    start = rich[:2_000].lower()
    return "<html" in start or "<!doctype" in start or "<body" in start or "<head" in start


def _without_tags(rich: str) -> str:
    """Read a page that no parser should: only its line ends are kept."""

    def tag(found: re.Match[str]) -> str:
        return "\n" if found[2].lower() in BLOCKS or found[2].lower() == "br" else ""

    lines = (squeezed_spaces(line) for line in TAG.sub(tag, rich).split("\n"))
    return html.unescape(re.sub(r"\n{3,}", "\n\n", "\n".join(lines))).strip()


class _Traits(NamedTuple):
    """What a tag does with its content, by its name, style, class and id."""

    is_block: bool
    has_space_around: bool
    is_hidden: bool
    is_preformatted: bool
    is_quote: bool
    is_signature: bool
    is_word_mark: bool
    word_list_level: int


@dataclass(slots=True)
class _Element:
    tag: str
    traits: _Traits
    link: str = ""
    # The next number of a list.
    number: int | None = None
    # Where the words of a link, or of a mark of Word's lists, are to be written.
    lines: Lines | None = None
    table: Table | None = None


class _Reader:
    """Receive tags and text from the parser, and write lines."""

    def __init__(self) -> None:
        self.stack: list[_Element] = []
        self.lines = Lines()
        self.tables: list[Table] = []
        self.flat_tables = 0
        self.lists: list[_Element] = []
        self.addresses: list[str] = []
        self.pictures: list[tuple[dict[str, str], bool, bool]] = []
        self.hidden = self.preformatted = self.signatures = 0

    # --- What the parser calls ----------------------------------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.lower()
        if len(self.stack) > MAX_LEVELS:
            raise _TooDeep
        element = _Element(tag, _traits_of(tag, attributes))
        if tag not in VOID:
            self.stack.append(element)
            self._count(element, 1)
        if not self.hidden:
            self._open(element, attributes)

    def end(self, tag: str) -> None:
        tag = tag.lower()
        if tag in VOID or not self.stack or self.stack[-1].tag != tag:
            return
        element = self.stack.pop()
        if not self.hidden:
            self._close(element)
        self._count(element, -1)

    def _count(self, element: _Element, change: int) -> None:
        self.hidden += change * element.traits.is_hidden
        self.preformatted += change * element.traits.is_preformatted
        self.signatures += change * element.traits.is_signature

    def data(self, text: str) -> None:
        if self.hidden:
            return
        if self.preformatted:
            self.lines.write_preformatted(text)
        elif not (text.isspace() and self._is_between_cells()):
            self.lines.write(text)

    def comment(self, text: str) -> None:
        """Ignore comments: what Outlook's conditional ones hold is for other programs."""

    def close(self) -> None:
        while self.stack:
            self.end(self.stack[-1].tag)

    # --- Tags ---------------------------------------------------------------------------------

    def _open(self, element: _Element, attributes: dict[str, str]) -> None:
        tag = element.tag
        if tag == "br":
            self.lines.end_line()
        elif tag == "hr":
            self.lines.start_block()
            self.lines.write(RULE)
            self.lines.start_block()
        elif tag == "img":
            self._picture(attributes)
        elif tag == "table":
            self._open_table(element)
        elif tag in ("td", "th") and self._is_in_table():
            self.lines = self.tables[-1].open_cell()
        elif tag == "tr" and self._is_in_table():
            self.tables[-1].open_row()
        elif element.traits.is_block:
            self._open_block(element, attributes)
        element.link = attributes.get("href", "") if tag == "a" else ""
        if element.link or element.traits.is_word_mark:
            element.lines, self.lines = self.lines, self.lines.words()

    def _open_block(self, element: _Element, attributes: dict[str, str]) -> None:
        if element.tag in LISTS:
            element.number = _whole(attributes.get("start", "1")) if element.tag == "ol" else None
            self.lists.append(element)
        self.lines.start_block(space=self._has_space_around(element))
        self.lines.depth += element.traits.is_quote
        if element.tag == "li":
            self._open_item(attributes)
        elif element.traits.word_list_level:
            self.lines.write_mark("  " * (element.traits.word_list_level - 1))

    def _open_item(self, attributes: dict[str, str]) -> None:
        parent = self.lists[-1] if self.lists else None
        indent = "  " * max(0, len(self.lists) - 1)
        if parent is None or parent.number is None:
            mark = "• "
        else:
            parent.number = _whole(attributes.get("value", "")) or parent.number
            mark = f"{parent.number}. "
            parent.number += 1
        has_no_mark = "list-style:none" in attributes.get("style", "").replace(" ", "")
        self.lines.write_mark(indent if has_no_mark else indent + mark)

    def _open_table(self, element: _Element) -> None:
        self.lines.start_block()
        if len(self.tables) == MAX_TABLES:
            self.flat_tables += 1
            return
        element.table = Table(self.lines)
        self.tables.append(element.table)

    def _is_in_table(self) -> bool:
        return bool(self.tables) and not self.flat_tables

    def _close(self, element: _Element) -> None:
        traits = element.traits
        if element.lines is not None:
            self._close_words(element, element.lines)
        if element.table is not None:
            self._close_table(element.table)
        elif element.tag in ("td", "th") and self._is_in_table():
            self.lines = self.tables[-1].close_cell()
        elif element.tag == "tr" and self._is_in_table():
            self.tables[-1].close_row()
        elif traits.is_block:
            self.lines.start_block(space=self._has_space_around(element))
            self.lines.depth -= traits.is_quote
            self.flat_tables -= element.tag == "table"
            if element.tag in LISTS and self.lists:
                self.lists.pop()

    def _close_table(self, table: Table) -> None:
        table.close_row()
        if table in self.tables:
            del self.tables[self.tables.index(table) :]
        self.lines = table.outer
        self.lines.start_block()

    def _close_words(self, element: _Element, outer: Lines) -> None:
        words, self.lines = self.lines, outer
        if element.traits.is_word_mark:
            self.lines.write_mark(_mark_of_word(words.text()))
            return
        address = links.address_of(element.link)
        if address:
            self.addresses.append(address)
        self.lines.take(words, after=links.after(words.text(), address))

    def _picture(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "").strip()
        alt = attributes.get("alt", "") or attributes.get("data-emoji", "")
        if links.is_emoji(alt):
            self.lines.write(alt)
            return
        if source.lower().startswith(("cid:", "data:")) or "data-cid" in attributes:
            is_quoted = self.lines.depth > 0
            self.lines.write_object(len(self.pictures))
            self.pictures.append((attributes, is_quoted, self.signatures > 0))

    def _is_between_cells(self) -> bool:
        return bool(self.tables) and self.lines is self.tables[-1].outer

    def _has_space_around(self, element: _Element) -> bool:
        is_outer_list = element.tag in LISTS and len(self.lists) <= 1
        return element.traits.has_space_around or is_outer_list

    def result(self, *, is_cut: bool) -> HtmlText:
        text, offsets = self.lines.finished()
        pictures = [
            Picture(
                source=attributes.get("src", "").strip() or "cid:" + attributes.get("data-cid", ""),
                offset=offsets.get(number, len(text)),
                width=_pixels(attributes, "width"),
                height=_pixels(attributes, "height"),
                is_quoted=is_quoted,
                is_signature=is_signature,
            )
            for number, (attributes, is_quoted, is_signature) in enumerate(self.pictures)
        ]
        return HtmlText(text, pictures, self.addresses, is_cut)


def _traits_of(tag: str, attributes: dict[str, str]) -> _Traits:
    if not attributes:
        return _traits(tag, "", "", "hidden" in attributes)
    marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500]
    return _traits(tag, attributes.get("style", "")[:2_000], marks, "hidden" in attributes)


@lru_cache(maxsize=4_096)
def _traits(tag: str, style: str, marks: str, is_hidden: bool) -> _Traits:
    style = re.sub(r"\s*([:;])\s*", r"\1", style.lower())
    word_list = WORD_LIST.search(style)
    return _Traits(
        is_block=tag in BLOCKS,
        has_space_around=_has_space_around(tag, style, marks),
        is_hidden=tag in DROPPED or is_hidden or HIDDEN.search(style) is not None,
        is_preformatted=tag in ("pre", "textarea", "listing") or "white-space:pre" in style,
        is_quote=tag == "blockquote" and not INDENT.search(style),
        is_signature=SIGNATURES.search(marks) is not None,
        is_word_mark="mso-list:ignore" in style,
        word_list_level=int(word_list[1] or 1) if word_list else 0,
    )


def _has_space_around(tag: str, style: str, names: str) -> bool:
    if tag == "p":
        return not names.lower().startswith("mso") and not NO_MARGIN.search(style)
    return tag in WITH_SPACE_AROUND and not NO_MARGIN.search(style)


def _mark_of_word(text: str) -> str:
    mark = squeezed_spaces(text.replace("\xa0", " "))
    is_bullet = len(mark) == 1 and not mark.isdigit() and (not mark.isalpha() or mark == "o")
    return "• " if is_bullet or not mark or mark == "§" else f"{mark} "


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text.strip()) else 0


def _pixels(attributes: dict[str, str], name: str) -> int | None:
    found = re.search(rf"(?:^|;)\s*{name}\s*:\s*(\d+)", attributes.get("style", ""), re.IGNORECASE)
    said = re.match(r"\s*(\d{1,6})(?:px)?\s*$", attributes.get(name, ""))
    chosen = found or said
    return int(chosen[1]) if chosen else None

"""Turn the HTML of an email into lines of text, as a person would read it.

libxml2 gives tags and text one after the other, in time that grows with the size alone; the trees
of other parsers take minutes for a page of 100,000 nested tags. A quote (`<blockquote>`) becomes
lines with "> ", links their words and address, a row of a table one line.
"""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from lxml import etree

from notifications.inbound_email.reading import links
from notifications.inbound_email.reading.lines import Lines, squeezed_spaces
from notifications.inbound_email.reading.tables import Table

DROPPED = frozenset({"script", "style", "title", "xml", "template", "datalist", "object", "audio"})
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section "
    "summary table tbody td tfoot th thead tr ul".split()
)
WITH_SPACE_AROUND = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all")
NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?:0(?![.\d]*[1-9])")
# How mail programs indent: no quote.
INDENT = re.compile(r"margin(?:-left)?:(?:0(?:px)?)?[^;]*40px.*border(?:-[a-z]+)?:(?:medium)?none")
WORD_LIST = re.compile(r"mso-list:\s*(?!ignore)\S+(?:\s+level(\d))?")
RULE = "_" * 32
MAX_LEVELS = 500
MAX_LENGTH = 5_000_000
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
    import html

    def tag(found: re.Match[str]) -> str:
        return "\n" if found[2].lower() in BLOCKS or found[2].lower() == "br" else ""

    lines = (squeezed_spaces(line) for line in TAG.sub(tag, rich).split("\n"))
    return html.unescape(re.sub(r"\n{3,}", "\n\n", "\n".join(lines))).strip()


@dataclass
class _Element:
    tag: str
    is_block: bool = False
    space_after: bool = False
    is_hidden: bool = False
    is_preformatted: bool = False
    is_quote: bool = False
    is_signature: bool = False
    is_word_mark: bool = False
    link: str = ""
    number: int | None = None
    # Where the words of a link, or of a mark of Word's lists, begin.
    lines: Lines | None = None
    table: Table | None = None


class _Reader:
    """Receive tags and text from the parser, and write lines."""

    SIGNATURE_MARKS: ClassVar = re.compile(
        r"gmail_signature|moz-signature|applemailsignature|\bx?_?signature\b|ms-outlook-mobile-sig"
        r"|mail-?signature|signature_?block",
        re.IGNORECASE,
    )

    def __init__(self) -> None:
        self.stack: list[_Element] = []
        self.lines = Lines()
        self.tables: list[Table] = []
        self.addresses: list[str] = []
        self.pictures: list[tuple[dict[str, str], bool, bool]] = []
        self.hidden = self.preformatted = self.signatures = 0

    # --- What the parser calls ----------------------------------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.lower()
        if len(self.stack) > MAX_LEVELS:
            raise _TooDeep
        element = _element(tag, attributes, self.SIGNATURE_MARKS)
        if tag not in VOID:
            self.stack.append(element)
            self.hidden += element.is_hidden
            self.preformatted += element.is_preformatted
            self.signatures += element.is_signature
        if not self.hidden:
            self._open(element, attributes)

    def end(self, tag: str) -> None:
        tag = tag.lower()
        if tag in VOID or not self.stack or self.stack[-1].tag != tag:
            return
        element = self.stack.pop()
        if not self.hidden:
            self._close(element)
        self.hidden -= element.is_hidden
        self.preformatted -= element.is_preformatted
        self.signatures -= element.is_signature

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
        elif tag in ("td", "th") and self.tables:
            self.lines = self.tables[-1].open_cell()
        elif tag == "tr" and self.tables:
            self.tables[-1].open_row()
        elif element.is_block:
            self._open_block(element, attributes)
        if element.link or element.is_word_mark:
            element.lines, self.lines = self.lines, self.lines.words()

    def _open_block(self, element: _Element, attributes: dict[str, str]) -> None:
        self.lines.start_block(space=element.space_after or self._is_outer_list(element))
        if element.is_quote:
            self.lines.depth += 1
        if element.tag in LISTS:
            element.number = _whole(attributes.get("start", "1")) if element.tag == "ol" else None
        if element.tag == "li":
            self._open_item(attributes)
        if element.tag == "dd":
            self.lines.write_mark("  ")
        if (found := WORD_LIST.search(_style(attributes))) and element.tag != "li":
            self.lines.write_mark("  " * (int(found[1] or 1) - 1))

    def _open_item(self, attributes: dict[str, str]) -> None:
        lists = [each for each in self.stack if each.tag in LISTS]
        parent = lists[-1] if lists else None
        indent = "  " * max(0, len(lists) - 1)
        if parent is None or parent.number is None:
            mark = "• "
        else:
            parent.number = _whole(attributes.get("value", "")) or parent.number
            mark = f"{parent.number}. "
            parent.number += 1
        style = _style(attributes)
        self.lines.write_mark(indent if "list-style:none" in style else indent + mark)

    def _open_table(self, element: _Element) -> None:
        if not self.tables or self.lines is not self.tables[-1].outer:
            self.lines.start_block()
        element.table = Table(self.lines)
        self.tables.append(element.table)

    def _close(self, element: _Element) -> None:
        if element.lines is not None:
            self._close_words(element, element.lines)
        if element.table is not None:
            self._close_table(element.table)
        elif element.tag in ("td", "th") and self.tables:
            self.lines = self.tables[-1].close_cell()
        elif element.tag == "tr" and self.tables:
            self.tables[-1].close_row()
        elif element.is_block:
            self.lines.start_block(space=element.space_after or self._is_outer_list(element))
            if element.is_quote:
                self.lines.depth -= 1

    def _close_table(self, table: Table) -> None:
        table.close_row()
        if table in self.tables:
            del self.tables[self.tables.index(table) :]
        self.lines = table.outer
        self.lines.start_block()

    def _close_words(self, element: _Element, outer: Lines) -> None:
        words, self.lines = self.lines, outer
        if element.is_word_mark:
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

    def _is_outer_list(self, element: _Element) -> bool:
        return element.tag in LISTS and sum(each.tag in LISTS for each in self.stack) <= 1

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


def _element(tag: str, attributes: dict[str, str], signature_marks: re.Pattern[str]) -> _Element:
    style = _style(attributes)
    marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    return _Element(
        tag,
        is_block=tag in BLOCKS,
        space_after=_has_space_around(tag, style, attributes.get("class", "")),
        is_hidden=tag in DROPPED or "hidden" in attributes or HIDDEN.search(style) is not None,
        is_preformatted=tag in ("pre", "textarea", "listing") or "white-space:pre" in style,
        is_quote=tag == "blockquote" and not INDENT.search(style),
        is_signature=bool(marks.strip()) and signature_marks.search(marks) is not None,
        is_word_mark="mso-list:ignore" in style,
        link=attributes.get("href", "") if tag == "a" else "",
    )


def _has_space_around(tag: str, style: str, names: str) -> bool:
    if tag == "p":
        return not names.lower().startswith("mso") and not NO_MARGIN.search(style)
    return tag in WITH_SPACE_AROUND and not NO_MARGIN.search(style)


def _style(attributes: dict[str, str]) -> str:
    return re.sub(r"\s*([:;])\s*", r"\1", attributes.get("style", "").lower())


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

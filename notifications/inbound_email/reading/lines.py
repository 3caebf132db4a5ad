"""Lines of text that are being written: words, line ends, space between blocks, quotes."""

import re
from dataclasses import dataclass

SPACES = re.compile(r"[ \t\n\r\f]+")
# Two spaces are written as a no-break space beside another one.
DOUBLED = re.compile(r"(?: \xa0|\xa0 |\xa0\xa0)[ \xa0]*")
# Signs without a width that programs put into a page: not those that join emoji or letters.
UNSEEN = re.compile("[\u200b\u2060\ufeff\u00ad\u034f]|(?<![\\w])\u200c|\u200c(?![\\w])")
# The place of an object, with its number: private signs, which the finished text has not.
OBJECT = re.compile("\ue0f0(\\d+)\ue0f1")
PRIVATE = re.compile("[\ue0f0\ue0f1]")


def squeezed_spaces(text: str) -> str:
    return SPACES.sub(" ", text).strip(" ")


@dataclass
class _Line:
    text: str
    depth: int = 0
    # An empty line that the space of a block asks for, not one that somebody wrote.
    is_blank: bool = False


class Lines:
    """Write lines. A line is a list of pieces until it ends."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self._done: list[_Line] = []
        self._pieces: list[str] = []
        self._mark = ""
        self._wants_space = False
        self._preformatted = False
        # Something began a block: what follows these lines is on a line of its own.
        self._has_block = False

    def words(self) -> "Lines":
        """Return new lines, for what is to be looked at before it is written here."""
        return Lines(self.depth)

    def write(self, text: str) -> None:
        flat = SPACES.sub(" ", UNSEEN.sub("", PRIVATE.sub("", text)))
        if flat == " " and not self._pieces:
            return
        if flat:
            self._pieces.append(flat)

    def write_preformatted(self, text: str) -> None:
        first, *others = PRIVATE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._put_preformatted(first)
        for line in others:
            self.end_line()
            self._put_preformatted(line)

    def _put_preformatted(self, text: str) -> None:
        if text:
            self._preformatted = True
            self._pieces.append(text)

    def write_object(self, number: int) -> None:
        self._pieces.append(f"\ue0f0{number}\ue0f1")

    def write_mark(self, mark: str) -> None:
        """Write what stands before the line: a bullet, a number, an indent."""
        self._mark += mark

    def end_line(self) -> None:
        """End the line, also an empty one, as `<br>` does."""
        self._flush(is_forced=True)

    def start_block(self, *, space: bool = False) -> None:
        """Begin on a new line, after an empty one if `space`."""
        self._has_block = True
        self._flush(is_forced=False)
        self._wants_space = self._wants_space or space

    def take(self, words: "Lines", *, after: str = "") -> None:
        """Write other lines here: the words of a link, the lines of a cell."""
        words._flush(is_forced=False)
        done = words._done
        if len(done) == 1 and not words._has_block:
            self._mark += words._mark
            self._pieces.append(done[0].text + after)
            return
        self._flush(is_forced=False)
        for line in done[:-1]:
            self._append(line)
        if done:
            self._append(_Line(done[-1].text + after, done[-1].depth))

    def take_line(self, text: str) -> None:
        self._flush(is_forced=False)
        self._append(_Line(text, self.depth))

    def lines(self) -> list[str]:
        """Return the lines that are not blank."""
        self._flush(is_forced=False)
        return [line.text for line in self._done if line.text.strip()]

    def text(self) -> str:
        self._flush(is_forced=False)
        return "\n".join(line.text for line in self._done)

    def _flush(self, *, is_forced: bool) -> None:
        text = "".join(self._pieces)
        if not self._preformatted:
            text = SPACES.sub(" ", DOUBLED.sub(" ", text)).strip(" ")
        self._pieces, self._preformatted = [], False
        # A paragraph that only holds a no-break space is an empty line that somebody wrote.
        if text.strip() or is_forced or "\xa0" in text:
            mark, self._mark = self._mark, ""
            self._append(_Line(mark + text if text.strip() else "", self.depth))

    def _append(self, line: _Line) -> None:
        if self._wants_space and line.text and self._done and self._done[-1].text:
            depth = min(line.depth, self._done[-1].depth)
            self._done.append(_Line("", depth, is_blank=True))
        if line.text or not self._wants_space:
            self._wants_space = False
        self._done.append(line)

    def finished(self) -> tuple[str, dict[int, int]]:
        """Return the text, with quotes marked by "> ", and where each object stands in it."""
        self._flush(is_forced=False)
        offsets: dict[int, int] = {}
        written: list[str] = []
        length, blanks = 0, 0
        for line in self._done:
            text = ("> " * line.depth + line.text).rstrip(" ") if line.depth else line.text
            text = _without_objects(text, length, offsets).rstrip(" \xa0\t")
            blanks = 0 if text.strip("> ") else blanks + 1
            if blanks > 1 or (blanks and not written):
                continue
            written.append(text)
            length += len(text) + 1
        while written and not written[-1].strip("> "):
            written.pop()
        return "\n".join(written), offsets


def _without_objects(text: str, start: int, offsets: dict[int, int]) -> str:
    """Take the objects out of a line and note where they were."""
    pieces, end, length = [], 0, 0
    for found in OBJECT.finditer(text):
        pieces.append(text[end : found.start()])
        length += found.start() - end
        offsets[int(found[1])] = start + length
        end = found.end()
    return "".join([*pieces, text[end:]])

"""The letter of ours that a mail answers, and the ways in which programs quote it."""

import re
import textwrap
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser


@dataclass(frozen=True)
class Letter:
    """An email that `notifications.outbound_email` sent, as a mail program received it."""

    sender_name: str
    sender: str
    recipient_name: str
    recipient: str
    reply_to: str
    subject: str
    message_id: str
    text: str
    html: str
    # What the conversation says in it, and what gives access: neither may come back.
    messages: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def author(self) -> str:
        return f"{self.sender_name} <{self.sender}>"


# --- As text ------------------------------------------------------------------------------------

BLOCKS = {"p", "div", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "blockquote", "hr", "br"}
WITHOUT_TEXT = {"head", "style", "script", "title"}


class _Rendering(HTMLParser):
    """Render HTML as the text that a mail program puts into its text part."""

    def __init__(self, link: str, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.link, self.keeps_lines = link, keeps_lines
        self.out: list[str] = []
        self.hrefs: list[str] = []
        self.preserving: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.silent += tag in WITHOUT_TEXT
        if tag in BLOCKS:
            self.out.append("\n")
        if tag == "td":
            self.out.append(" ")
        if tag == "a":
            self.hrefs.append(given.get("href", ""))
        if tag == "div":
            self.preserving.append("pre-line" if "pre-line" in given.get("style", "") else "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in WITHOUT_TEXT
        if tag == "a" and self.hrefs:
            self.out.append(self.link.format(self.hrefs.pop()))
        if tag == "div" and self.preserving:
            self.preserving.pop()
        if tag in BLOCKS - {"br", "hr"}:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        keeps = self.keeps_lines and any(self.preserving)
        self.out.append(data if keeps else re.sub(r"[ \t\r\n]+", " ", data))


def rendered(html: str, link: str = " <{}>", *, keeps_lines: bool = True) -> str:
    """Return HTML as text. `link` is what the program writes behind the words of a link."""
    rendering = _Rendering(link, keeps_lines=keeps_lines)
    rendering.feed(html)
    lines = [line.strip() for line in "".join(rendering.out).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def wrapped(text: str, width: int = 72) -> str:
    """Break long lines, as programs without format=flowed do. Long addresses stay whole."""
    return "\n".join(
        "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)) or ""
        for line in text.split("\n")
    )


def quoted(text: str, sign: str = "> ") -> str:
    return "\n".join(f"{sign}{line}".rstrip() for line in text.split("\n"))


# --- As HTML ------------------------------------------------------------------------------------


def body_of(html: str) -> str:
    """Return what stands in the body of an HTML document."""
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL | re.IGNORECASE)
    return (found[1] if found else html).strip()


def renamed(html: str, prefix: str) -> str:
    """Prefix classes and ids, as webmails do with the HTML of others, and drop style sheets."""
    clean = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(
        r'\b(class|id)="([^"]*)"',
        lambda found: f'{found[1]}="{" ".join(prefix + each for each in found[2].split())}"',
        clean,
    )


def without_classes(html: str) -> str:
    """Drop classes, ids and data attributes, as Word and strict webmails do."""
    clean = re.sub(r"<style.*?</style>|<!--.*?-->", "", html, flags=re.DOTALL)
    return re.sub(r'\s(?:class|id|role|data-[\w-]+)="[^"]*"', "", clean)


def divs(text: str, tag: str = "div", attributes: str = "") -> str:
    """Return a text as HTML: an element for each line."""
    space = f" {attributes}" if attributes else ""
    return "".join(
        f"<{tag}{space}>{escape(line, quote=False) or '<br>'}</{tag}>" for line in text.split("\n")
    )


def breaks(text: str) -> str:
    """Return a text as HTML: its lines end with <br>."""
    return "<br>\n".join(escape(line, quote=False) for line in text.split("\n"))

"""Read a part that is text: its line ends, flowed lines, uuencoded files, and PGP around it."""

import html
import re
from dataclasses import dataclass, field

from notifications.inbound_email.reading.transfer import uuencoded_lines

LINE_END = re.compile(r"\r\n|\r")
QUOTE_MARKS = re.compile(r"(?:> ?)*>|")
UU = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[\x20-\x60][^\n]{0,90}\n)*?)[ `]?\n?end\s*$", re.M
)
PGP_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]+:[^\n]*\n)*\n?(.*?)\n?"
    r"^-----BEGIN PGP SIGNATURE-----$.*?(?:^-----END PGP SIGNATURE-----$|\Z)",
    re.M | re.S,
)
PGP_NOISE = re.compile(
    r"^-----BEGIN PGP (?:PUBLIC KEY BLOCK|SIGNATURE)-----$.*?"
    r"^-----END PGP (?:PUBLIC KEY BLOCK|SIGNATURE)-----$",
    re.M | re.S,
)
PGP_MESSAGE = re.compile(
    r"^-----BEGIN PGP MESSAGE-----$.*?(?:^-----END PGP MESSAGE-----$|\Z)", re.M | re.S
)
# More would take time that grows with their square.
MAX_PGP_BLOCKS = 50
# Where an object stands that is another part.
OBJECT_SIGN = "\ufffc"


@dataclass(frozen=True)
class PlainText:
    text: str
    # Names and contents of files that stood in the text.
    files: list[tuple[str, bytes]] = field(default_factory=list)
    is_encrypted: bool = False


def read(text: str, *, is_flowed: bool = False, deletes_space: bool = False) -> PlainText:
    """Read a text part. `deletes_space` is DelSp of RFC 3676."""
    text = LINE_END.sub("\n", text).replace("\x00", "").replace(OBJECT_SIGN, "")
    files: list[tuple[str, bytes]] = []
    if "\nbegin " in f"\n{text}":
        text = UU.sub(lambda found: _taken(found, files), text)
    is_encrypted = False
    if 0 < text.count("-----BEGIN PGP ") <= MAX_PGP_BLOCKS:
        is_encrypted = PGP_MESSAGE.search(text) is not None
        text = PGP_NOISE.sub("", PGP_MESSAGE.sub("", PGP_SIGNED.sub(_signed, text)))
    return PlainText(unflowed(text, deletes_space) if is_flowed else text, files, is_encrypted)


def _taken(found: re.Match[str], files: list[tuple[str, bytes]]) -> str:
    lines = found[2].encode("latin-1", "replace").split(b"\n")
    content = uuencoded_lines(lines)
    if not content:
        return found[0]
    files.append((found[1].strip(), content))
    return ""


def _signed(found: re.Match[str]) -> str:
    # A line that begins with a dash was written as "- -" (RFC 9580, 7.2).
    return re.sub(r"^- ", "", found[1], flags=re.M)


def unflowed(text: str, deletes_space: bool) -> str:
    """Join the lines that a program broke (RFC 3676). Quotes are marked by "> " for each level."""
    joined: list[tuple[int, str]] = []
    is_open = False
    for line in text.split("\n"):
        depth, content = _stripped(line)
        is_signature = content in ("-- ", "--")
        if is_open and joined and joined[-1][0] == depth and not is_signature:
            joined[-1] = (depth, joined[-1][1] + content)
        else:
            joined.append((depth, content))
        is_open = content.endswith(" ") and not is_signature
        if is_open and deletes_space:
            joined[-1] = (depth, joined[-1][1][:-1])
    return "\n".join(
        ("> " * depth + content).rstrip(" ") if content != "-- " else "> " * depth + content
        for depth, content in joined
    )


def _stripped(line: str) -> tuple[int, str]:
    marks = len(line) - len(line.lstrip(">"))
    content = line[marks:]
    if marks and content.startswith(" >"):
        # "> > ", which is not the way of RFC 3676.
        found = QUOTE_MARKS.match(line)
        assert found
        marks, content = found[0].count(">"), line[found.end() :]
    return marks, content.removeprefix(" ")


def enriched(text: str) -> str:
    """Read text/enriched (RFC 1896): tags go, single line ends are spaces."""
    text = LINE_END.sub("\n", text)
    text = re.sub(r"\n(\n*)", lambda found: found[1] or " ", text)
    text = re.sub(r"<param>.*?</param>", "", text, flags=re.I | re.S)
    text = text.replace("<<", "\x00")
    return re.sub(r"</?[A-Za-z][\w-]{0,60}>", "", text).replace("\x00", "<")


def richtext(text: str) -> str:
    """Read text/richtext, the older one (RFC 1341)."""
    text = re.sub(r"\s*\n\s*", " ", LINE_END.sub("\n", text))
    text = re.sub(r"<(?:nl|paragraph|np)>", "\n", text, flags=re.I)
    text = re.sub(r"<comment>.*?</comment>", "", text, flags=re.I | re.S)
    text = text.replace("<lt>", "\x00")
    return html.unescape(re.sub(r"</?[A-Za-z][\w-]{0,60}>", "", text)).replace("\x00", "<")

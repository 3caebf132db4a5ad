"""Decode the bytes of an email as a browser would (WHATWG Encoding), and better where it can.

Programs write wrong charsets. No byte is dropped: what does not fit is read as windows-1252.
"""

import codecs
import re

import webencodings

# What WHATWG has no label for, as programs write it.
OTHER_LABELS = {
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "ansi": "windows-1252",
    "winansi": "windows-1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "euc-cn": "gb18030",
    "cn-gb": "gb18030",
    "hz": "hz",
    "hz-gb-2312": "hz",
}
# Codecs of WHATWG that Python has as a superset.
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "iso2022_jp": "iso2022_jp_2"}
WIDER |= {"euc_kr": "cp949", "big5": "big5hkscs", "iso8859_1": "cp1252", "ascii": "cp1252"}
FALLBACK = "windows-1252"
SINGLE_BYTE = ("cp125", "cp4", "cp85", "cp86", "cp87", "iso8859", "koi8", "mac", "windows", "latin")
MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ISO_2022 = re.compile(rb"\x1b(?:\$[@B(]|\([BIJ]|\$\)C)")
# Where UTF-8 was read as windows-1252 and written as UTF-8 again: "Ã©", "â€™", "Â°".
TWICE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
# One of two, or more, of the bytes of a text in UTF-16 are zero.
UTF_16_ZEROS = 0.3


def _byte_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that do not fit as windows-1252; those it has no letter for as controls."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    letters = (bytes([each]).decode("cp1252", "ignore") or chr(each) for each in wrong)
    return "".join(letters), error.end


codecs.register_error("liaison.windows1252", _byte_as_windows_1252)


def decode(content: bytes, label: str = "") -> str:
    """Return bytes as text. `label` is the charset that the email says, or empty.

    The label is not believed if the bytes say otherwise.
    """
    for mark, codec in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    return _once(_decoded(content, codec_of(label)))


def codec_of(label: str) -> str:
    """Return Python's name of the codec of a label; empty if nobody knows it."""
    name = label.strip().strip("\"'").strip().lower().replace("_", "-")
    name = re.split(r"[\s;,]", name, maxsplit=1)[0].removeprefix("cs-").removeprefix("charset=")
    if name in OTHER_LABELS:
        return OTHER_LABELS[name]
    known = webencodings.lookup(name) or webencodings.lookup(name.replace("-", "_"))
    if known is not None and known.name not in ("replacement", "x-user-defined"):
        return _widest(known.codec_info.name)
    return _widest(_of_python(name))


def _widest(codec: str) -> str:
    return WIDER.get(codec.replace("-", "_"), codec)


def _of_python(name: str) -> str:
    for spelled in (name, re.sub(r"^(cp|ibm|windows|win)-?", r"cp", name)):
        try:
            info = codecs.lookup(spelled)
        except (LookupError, ValueError):
            continue
        # Python also calls base64 and rot13 codecs; those of text alone turn bytes into text.
        if getattr(info, "_is_text_encoding", True):
            return info.name
    return ""


def _decoded(content: bytes, codec: str) -> str:
    if codec in ("", "utf-8"):
        return _without_label(content) if codec != "utf-8" else _as_utf_8(content)
    if _is_single_byte(codec) and MULTIBYTE.search(content) and _fits(content, "utf-8"):
        return content.decode()
    if _fits(content, codec):
        return content.decode(codec)
    if codec.startswith("utf-7"):
        return _without_label(content)
    if _is_single_byte(codec):
        return content.decode(codec, "liaison.windows1252")
    return content.decode() if _fits(content, "utf-8") else content.decode(codec, "replace")


def _without_label(content: bytes) -> str:
    if ISO_2022.search(content) and _fits(content, "iso2022_jp_2"):
        return content.decode("iso2022_jp_2")
    for codec, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = content[first::2].count(0)
        if len(content) > 3 and zeros > UTF_16_ZEROS * len(content) and _fits(content, codec):
            return content.decode(codec)
    return _as_utf_8(content)


def _as_utf_8(content: bytes) -> str:
    """Read UTF-8; a byte that does not fit is windows-1252, as if the whole text were."""
    if not _fits(content, "utf-8") and not MULTIBYTE.search(content):
        return content.decode("cp1252", "liaison.windows1252")
    return content.decode("utf-8", "liaison.windows1252")


def _is_single_byte(codec: str) -> bool:
    return codec.replace("-", "").replace("_", "").startswith(SINGLE_BYTE)


def _fits(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except (UnicodeError, ValueError):
        return False
    return True


def _once(text: str) -> str:
    """Mend the lines that were encoded twice."""
    if not TWICE.search(text):
        return text
    return "\n".join(_line_once(line) for line in text.split("\n"))


def _line_once(line: str) -> str:
    if not TWICE.search(line):
        return line
    try:
        return b"".join(map(_byte, line)).decode()
    except UnicodeError:
        return line


def _byte(sign: str) -> bytes:
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1")

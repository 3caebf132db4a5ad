"""Write the links and pictures of a page as words."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

WRITTEN = ("http://", "https://", "ftp://", "mailto:", "tel:", "sms:", "geo:", "webcal://")
SCHEME = re.compile(r"^(?:https?://|mailto:|tel:|sms:)(?:www\.)?", re.IGNORECASE)
MAX_LENGTH = 2_000
# Services that put their own address around the one that was written.
WRAPPERS = {
    "safelinks.protection.outlook.com": "url",
    "www.google.com": "q",
    "l.facebook.com": "u",
}


def address_of(link: str) -> str:
    """Return the address of a link, as a person would write it; empty if it leads nowhere."""
    link = re.sub(r"\s+", "", link)
    if not link.lower().startswith(WRITTEN):
        return f"https://{link}" if link.lower().startswith("www.") else ""
    if link.lower().startswith(("mailto:", "tel:", "sms:")):
        return unquote(link.partition(":")[2].partition("?")[0])
    return unwrapped(link)[:MAX_LENGTH]


def unwrapped(link: str) -> str:
    """Return the address that was written, of one that a filter has wrapped."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return link
    for wrapper, name in WRAPPERS.items():
        is_wrapper = host == wrapper or host.endswith("." + wrapper)
        if is_wrapper and (wrapper != "www.google.com" or parts.path == "/url"):
            inner = parse_qs(parts.query).get(name, [""])[0]
            return inner if inner.startswith(("http://", "https://")) else link
    return link


def after(words: str, address: str) -> str:
    """Return what to write after the words of a link: its address, unless the words say it."""
    shown = words.strip()
    if not address or not re.search(r"\w", shown) or _is_same(shown, address):
        return ""
    return f" ({address})"


def _is_same(words: str, address: str) -> bool:
    if _plain(words) == _plain(address) or _plain(address) in words.lower():
        return True
    digits = [re.sub(r"[^\d]", "", each) for each in (words, address)]
    is_number = re.fullmatch(r"[+\d\s().\-/]+", address) is not None
    # "+33612345678" and "06 12 34 56 78" are one number.
    return is_number and len(digits[0]) >= 6 and digits[0][-9:] == digits[1][-9:]


def _plain(text: str) -> str:
    spelled = SCHEME.sub("", unquote(text).strip().strip("<>").lower())
    return spelled.rstrip("/")


def is_emoji(alt: str) -> bool:
    """Tell whether the words of a picture are an emoji, as programs send those they draw."""
    return 0 < len(alt) <= 12 and not any(sign.isascii() or sign.isalpha() for sign in alt)

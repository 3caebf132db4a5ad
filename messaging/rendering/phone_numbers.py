"""Find phone numbers in a text, as static/messaging/components/phone-numbers.js does.

tests/messaging/links.json holds both to the same examples. JavaScript's `\\d` and `\\b` know ASCII
alone, and its `$` is the end of the text: hence `[0-9]` and `\\Z`.
"""

from collections.abc import Iterator
from itertools import pairwise

import regex

# Spaces of all widths, points, dashes, slashes: at most two between digits.
_GAP = r"[ \u00A0\u2007-\u200A\u202F.·\/\u2010-\u2013-]{0,2}"
_NATIONAL = rf"0[1-9](?:{_GAP}[0-9]{{2}}){{4}}|0 ?8[0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}"
_FROM_ABROAD = rf"\(?(?:\+ ?|00 ?)33\)?{_GAP}(?:\(0\){_GAP}|0)?[1-9](?:{_GAP}[0-9]){{8}}"
_INTERNATIONAL = (
    rf"\(?(?:\+ ?|00 ?)[1-9][0-9]{{0,2}}\)?(?:{_GAP}\([0-9]{{1,4}}\))?"
    rf"(?:{_GAP}[0-9]){{5,14}}(?!\p{{L}})"
)
CANDIDATE = regex.compile(rf"(?:{_FROM_ABROAD}|{_INTERNATIONAL}|{_NATIONAL})(?![0-9])")
_STARTS = regex.compile(rf"(?:{_NATIONAL})(?![0-9])")

# What stands before a number.
_GOES_ON_BEFORE = regex.compile(
    r"(?:[0-9][.,]|[0-9]{2}[ \u00A0\u202F.\/\u2010-\u2013-]|[\p{L}0-9]-|[\p{L}\p{N}_#+])\Z"
)
_IS_CALLED = regex.compile(r"(?:t[ée]l|mob|port|fax)[.-]?\Z", regex.IGNORECASE)
_IS_REFERENCE = regex.compile(
    r"(?:r[ée]f(?:[ée]rence)?|factures?|devis|commandes?|dossiers?|contrats?|s[ée]rie|colis|suivi"
    r"|article|siren|siret|iban|rib|tva|ean)\.?(?: ?n[°o]\.?)?[ \u00A0]?:?[ \u00A0]?\Z",
    regex.IGNORECASE,
)
_IS_LIST = regex.compile(
    r"(?:^|[^\p{L}])(?:du|des|les|jours?|dates?|semaines?|lots?|num[ée]ros|pages?)"
    r"[ \u00A0]?:?[ \u00A0]?\Z",
    regex.IGNORECASE,
)
# What stands after it.
_GOES_ON_AFTER = regex.compile(
    r"(?:[.,·\u2010-\u2013\/-]|[ \u00A0\u202F])[0-9]+(?![ \u00A0]?[\p{L}€%:]|[0-9])"
)
_END = r"(?![A-Za-z0-9_])"
_IS_AMOUNT = regex.compile(
    rf"(?:[.,][0-9]|[ \u00A0\u202F]?(?:[€%$£°]|k?euros?{_END}|eur{_END}|m[²³23]{_END}"
    rf"|kg{_END}|km{_END}))",
    regex.IGNORECASE,
)
_DATE = regex.compile(
    r"[0-9]{2}([./ -])[0-9]{2}\1(?:(?:19|20)[0-9]{2}(?![0-9])|(?<! [0-9]{2} )[0-9]{2} )"
)

# The prefixes that countries have, and those where a 0 is not dialled from abroad.
_COUNTRY = regex.compile(
    r"(?:1|7|2[07]|2[1-689][0-9]|3[0-469]|3[578][0-9]|4[013-9]|42[0-9]|5[1-8]|5[09][0-9]|6[0-6]"
    r"|6[789][0-9]|8[1246]|8[0578][0-9]|9[0-58]|9[679][0-9])"
)
_TRUNK_ZERO = regex.compile(r"^(33|32|31|41|43|44|49|212|213|262|590|594|596)0+")
_NEIGHBOUR = regex.compile(
    r"(?:33|32|352|41|49|39|34|44|31|351|377|376|212|213|216|262|590|594|596)"
)
_NO_DIGIT = regex.compile(r"[^0-9]")
_NOT_DIALLED = regex.compile(r"[^0-9+]")
_SEEN_BEFORE = 24  # characters


def phone_numbers(text: str, *, timeout: float) -> Iterator[tuple[int, str, str]]:
    """Yield the place, the text and the `tel:` address of each number. Raises TimeoutError."""
    end = None
    for match in CANDIDATE.finditer(text, timeout=timeout):
        start, number = match.start(), match[0]
        is_next = end is not None and len(text[end:start].strip()) <= 1
        before, after = text[max(0, start - _SEEN_BEFORE) : start], text[match.end() :]
        if tel := _tel_of(number, before, after, is_next=is_next):
            yield start, number, tel
            end = match.end()


def _tel_of(number: str, before: str, after: str, *, is_next: bool) -> str:
    if not is_next and _GOES_ON_BEFORE.search(before) and not _IS_CALLED.search(before):
        return ""
    if _IS_AMOUNT.match(after) or (_GOES_ON_AFTER.match(after) and not _STARTS.match(after[1:])):
        return ""
    is_abroad = number.removeprefix("(").startswith(("+", "00"))
    return _international(number, before) if is_abroad else _national(number, before)


def _national(number: str, before: str) -> str:
    digits = _NO_DIGIT.sub("", number)
    if _DATE.match(number):
        return ""
    is_other = _IS_REFERENCE.search(before) if digits == number else _are_days(digits, before)
    return "" if is_other else f"tel:{digits}"


def _are_days(digits: str, before: str) -> bool:
    """Tell whether five pairs are days or weeks: «du 01 02 03 04 05», «les 05 12 19 26 02»."""
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits) - 1, 2)]
    is_rising = all(one < two for one, two in pairwise(pairs))
    most = max(pairs)
    return (is_rising and most <= 31) or (bool(_IS_LIST.search(before)) and most <= 53)


def _international(number: str, before: str) -> str:
    dialled = _NOT_DIALLED.sub("", number.replace("(0)", "", 1))
    is_double_zero = not dialled.startswith("+")
    digits = dialled.removeprefix("+") if not is_double_zero else dialled.removeprefix("00")
    digits = _TRUNK_ZERO.sub(r"\1", digits)
    # Without a plus, only a number of a country nearby is likely, rather than a reference.
    if is_double_zero and (not _NEIGHBOUR.match(digits) or _IS_REFERENCE.search(before)):
        return ""
    return f"tel:+{digits}" if _is_length_right(digits, is_strict=is_double_zero) else ""


def _is_length_right(digits: str, *, is_strict: bool) -> bool:
    if digits.startswith("33"):
        return len(digits) == 11
    shortest, longest = (10, 13) if is_strict else (8, 15)
    return bool(_COUNTRY.match(digits)) and shortest <= len(digits) <= longest

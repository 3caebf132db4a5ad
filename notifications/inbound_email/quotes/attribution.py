"""Recognise the line above a quote, "Le … a écrit :", wrapped anywhere and quoted or not."""

import re

from notifications.inbound_email.quotes.headers import ATTRIBUTIONS, ENDS, VERBS, AttributionForm
from notifications.inbound_email.quotes.lines import Line, folded

# A long sender name wraps an attribution over four lines at 72 signs.
MOST_LINES = 6
MOST_LINES_OF_UNKNOWN = 3
MOST_SIGNS = 600
ADDRESS = re.compile(r"[^\s<>]@[^\s<>]")
WITH_ADDRESS = re.compile(
    r"[<(\[]? ?(?:mailto:)?[^\s<>()\[\]]{1,200}@[^\s<>()\[\]]{1,200} ?[>)\]]?"
)
ADDRESS_ALONE = re.compile(r"[^\s<>]+@[^\s<>]+")
YEAR = re.compile(r"(?<![^\W_])(?:19|20)\d\d(?![\da-z])|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b")
CLOCK = re.compile(r"\b\d{1,2} ?[:.h] ?\d\d\b|\b\d{1,2} ?[ap]\.?m\b")
# Two words with capitals, or one in quotes: a name that a program wrote.
NAME = re.compile(r"[A-ZÀ-Þ][\w'’.-]+,? +(?:(?:[a-z]{1,3} )?[A-ZÀ-Þ][\w'’.-]*)")
# The words of an attribution that begin with a capital and are no name (English and German).
DATE_WORDS = re.compile(
    r"\b(?:Le|On|Am|El|Il|Em|Op|No|At|Uhr|UTC|GMT|CES?T|MES?Z|WES?T|[AP]M|"
    r"Mon(?:day|tag)?|Tue(?:s|sday)?|Wed(?:nesday)?|Thu(?:rs|rsday)?|Fri(?:day)?|Sat(?:urday)?|"
    r"Sun(?:day)?|Di(?:enstag)?|Mi(?:ttwoch)?|Do(?:nnerstag)?|Fr(?:eitag)?|Sa(?:mstag)?|Mo|"
    r"So(?:nntag)?|Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|M\u00e4rz?|Apr(?:il)?|May|Mai|"
    r"June?|Juni|July?|Juli|Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|"
    r"De[cz](?:ember)?)\b"
)


class Attribution:
    """Where an attribution ends, and how sure it is that a program wrote it."""

    def __init__(self, text: str, end: int) -> None:
        self.text, self.end = text, end
        plain = WITH_ADDRESS.sub(" ", text)
        self.is_ruled = text.startswith("--") and text.endswith("--")
        self.has_address = ADDRESS.search(text) is not None
        self.has_date = YEAR.search(plain) is not None
        self.has_clock = CLOCK.search(plain.lower()) is not None
        self.has_digits = _has_digit(plain)
        self.has_name = NAME.search(DATE_WORDS.sub(" ", plain)) is not None

    @property
    def is_above_marks(self) -> bool:
        """Tell whether lines marked with ">" below it are its quote."""
        if self.has_address:
            return True
        return self.has_digits and (self.has_date or self.has_clock)

    @property
    def is_above_anything(self) -> bool:
        """Tell whether unmarked lines below it are its quote: a person never writes it so."""
        if self.has_address:
            return self.has_date or self.has_clock or self.is_ruled
        return self.has_date and self.has_clock and self.has_name


def attribution_at(lines: list[Line], start: int) -> Attribution | None:
    """Return the attribution that begins at a line, if one does."""
    window = _window(lines, start)
    if not any(VERBS.search(line.folded) for line in window):
        return None
    for end in range(1, len(window) + 1):
        form = _form_of(window[:end])
        if form is not None:
            if any(_is_nearer(window[later:end], form) for later in range(1, end)):
                # Its last lines alone are one: what stands above is the author's.
                return None
            return Attribution(_text(window[:end]), start + end)
    return None


def unknown_attribution_at(lines: list[Line], start: int) -> Attribution | None:
    """Return what says who wrote, and when, in any language: an address, a date, a time, a colon.

    It counts above marked lines only.
    """
    window = _window(lines, start)[:MOST_LINES_OF_UNKNOWN]
    for end in range(1, len(window) + 1):
        if not window[end - 1].folded.endswith((":", "\uff1a")):
            continue
        if any(_is_complete(window[later:end]) for later in range(1, end)):
            return None
        if _is_complete(window[:end]):
            return Attribution(_text(window[:end]), start + end)
    return None


def _is_complete(window: list[Line]) -> bool:
    text = _text(window)
    if len(text) > MOST_SIGNS or "@" not in text:
        return False
    found = Attribution(text, 0)
    return found.has_address and found.has_date and found.has_clock


def _window(lines: list[Line], start: int) -> list[Line]:
    """Return the lines that one attribution may take: no blank one, all quoted as deep."""
    window: list[Line] = []
    for line in lines[start : start + MOST_LINES]:
        if window and line.depth > lines[start].depth and _is_open(window[-1]):
            # A program broke the line before the ">" that closes an address.
            line = Line(line.raw, lines[start].depth, f"> {line.text}")
        if line.is_blank or line.depth != lines[start].depth:
            break
        window.append(line)
    return window


def _is_open(line: Line) -> bool:
    return (
        line.text.rfind("<") > line.text.rfind(">")
        or ADDRESS_ALONE.fullmatch(line.text.strip()) is not None
    )


def _is_nearer(window: list[Line], form: AttributionForm) -> bool:
    """Tell whether later lines alone are as good an attribution ("Le Goff <…> wrote:" is not)."""
    other = _form_of(window)
    return other is not None and (other.is_dated or not form.is_dated)


def _form_of(window: list[Line]) -> AttributionForm | None:
    if not window[-1].folded.endswith(ENDS):
        return None
    text = _text(window)
    if len(text) > MOST_SIGNS:
        return None
    plain = folded(text)
    form = next((form for form in ATTRIBUTIONS if form.pattern.fullmatch(plain)), None)
    if form is None or (form.is_dated and not _has_digit(WITH_ADDRESS.sub(" ", text))):
        return None
    return form


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _text(window: list[Line]) -> str:
    return " ".join(line.text.strip() for line in window)

"""The fields of a text in WordprocessingML (ISO 29500-1, 17.16)."""

from attachments.decoder import field_codes
from attachments.decoder.office_xml import attribute, in_ascii_letters, parse

MARKS = (b"instrText", b"fldSimple", b"delInstrText")
INSTRUCTIONS = ("instrText", "delInstrText")
TEXTS = (*INSTRUCTIONS, "t", "delText")


class _Field:
    """A field that is being read: its instruction, then what it shows."""

    def __init__(self, instruction: str = "", *, is_shown: bool = False) -> None:
        self.instruction = instruction
        self.shown = ""
        self.is_shown = is_shown

    def add(self, text: str) -> None:
        if self.is_shown:
            self.shown += text
        else:
            self.instruction += text


class _Fields:
    """Follows the fields of a part; one may stand in the instruction of another."""

    def __init__(self) -> None:
        self.open: list[_Field] = []
        # Instructions whose field has no beginning.
        self.stray = _Field()
        self.element = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.element = name
        if name == "fldSimple":
            self.open.append(_Field(attribute(attributes, "instr"), is_shown=True))
        elif name == "fldChar":
            self._mark(attribute(attributes, "fldCharType"))

    def end(self, name: str) -> None:
        self.element = ""
        if name == "fldSimple":
            self._close()

    def say(self, text: str) -> None:
        if self.element in TEXTS and self.open:
            self.open[-1].add(text)
        elif self.element in INSTRUCTIONS:
            self.stray.add(text)

    def finish(self) -> None:
        field_codes.judge(self.stray.instruction)
        while self.open:
            self._close()

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            self.open.append(_Field())
        elif kind == "separate" and self.open:
            self.open[-1].is_shown = True
        elif kind == "end":
            self._close()

    def _close(self) -> None:
        if not self.open:
            return
        field = self.open.pop()
        field_codes.judge(field.instruction)
        if self.open:
            self.open[-1].add(field_codes.value_of(field.instruction, field.shown))


def judge(content: bytes) -> None:
    """Raise Refused when a field in this part starts a program or loads from elsewhere."""
    if not any(mark in in_ascii_letters(content) for mark in MARKS):
        return
    fields = _Fields()
    try:
        parse(content, started=fields.start, ended=fields.end, said=fields.say)
    finally:
        # What stands before an error is judged first.
        fields.finish()

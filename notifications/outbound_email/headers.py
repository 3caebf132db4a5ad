"""Write the headers of an email so that each begins on the line of its name.

The standard library puts a long value on a line of its own: `Subject:`, and the value below. Some
mail servers and filters take such a header for empty.
"""

import re
from email import policy
from email.header import Header, decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import ADDRESS_HEADERS

# Of a line with encoded words (RFC 2047, 2). Others may have 998 (RFC 5322, 2.1.1).
LINE_LENGTH = 76
# Header values that are written as they are: what is folded here is not folded again.
AS_WRITTEN = policy.compat32.clone(max_line_length=None)


class FoldedEmail(EmailMultiAlternatives):
    """An email whose headers have no empty first line."""

    def message(self) -> Message:  # type: ignore[override]
        message: Message = super().message()
        for name, value in message.items():
            message.replace_header(name, folded(name, str(value)))
        message.policy = AS_WRITTEN
        return message


def folded(name: str, value: str) -> str:
    """Return the value of a header over several lines, the first one on that of the name."""
    words = _addresses(name, value) if name.lower() in ADDRESS_HEADERS else _words(name, value)
    lines, line = [], f"{name}:"
    for number, word in enumerate(words):
        # The first word stays beside the name, however long it is.
        if number and len(line) + 1 + len(word) > LINE_LENGTH:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\n".join([*lines, line]).removeprefix(f"{name}: ")


def _words(name: str, value: str) -> list[str]:
    text = _decoded(value)
    return text.split() if text.isascii() else _encoded(name, text)


def _addresses(name: str, value: str) -> list[str]:
    """Return each address as words: the quoted or encoded name, then `<address>`."""
    people = [
        [*_name(name, _decoded(person)), f"<{address}>"] if person else [address]
        for person, address in getaddresses([re.sub(r"\s+", " ", value)])
    ]
    for words in people[:-1]:
        words[-1] += ","
    return [word for words in people for word in words]


def _name(header: str, name: str) -> list[str]:
    if not name.isascii():
        return _encoded(header, name)
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    needs_quotes = re.search(r"[^\w !#$%&'*+\-/=?^`{|}~]", name, re.ASCII) is not None
    return (f'"{escaped}"' if needs_quotes else escaped).split()


def _encoded(name: str, text: str) -> list[str]:
    """Return a text as encoded words, each short enough to stand beside the name."""
    return Header(text, "utf-8", maxlinelen=LINE_LENGTH - len(name) - 2).encode().split()


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value)))

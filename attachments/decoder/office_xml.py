"""Reads XML of strangers by expat: no entity is defined, none from elsewhere is ever fetched."""

from collections.abc import Callable
from xml.parsers import expat

from attachments.decoder.protocol import Refused

# What an element is called without its prefix, and its attributes.
Started = Callable[[str, dict[str, str]], None]
Ended = Callable[[str], None]
Said = Callable[[str], None]


def parse(
    content: bytes, *, started: Started, ended: Ended | None = None, said: Said | None = None
) -> None:
    """Tell what stands in an XML document. Raises Refused when it defines entities or is broken.

    Prefixes are not looked up, since the names after them are enough here, and a document whose
    prefixes are not declared must not pass unread.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = lambda name, attributes: started(local(name), attributes)
    if ended is not None:
        parser.EndElementHandler = lambda name: ended(local(name))
    if said is not None:
        parser.CharacterDataHandler = said
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused("unreadable", f"XML: {error}"[:200]) from error


def local(name: str) -> str:
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str:
    """Return an attribute by its name without a prefix, or an empty text."""
    return next((value for key, value in attributes.items() if local(key) == name), "")


def in_ascii_letters(content: bytes) -> bytes:
    """Return an XML document in an encoding whose ASCII letters are single bytes.

    Names of elements cannot be written by references, so a search finds them in the result.
    """
    head = content[:4]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        is_big = head.startswith((b"\xfe\xff", b"\0"))
        return content.decode("utf-16-be" if is_big else "utf-16-le", "replace").encode()
    return content


def _refuse_entity(*_: object) -> None:
    raise Refused("too_complex", "XML entities")

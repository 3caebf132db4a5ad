"""The location in XMP, a text in RDF whose prefixes can have any name.

A packet that says a place in any of the known vocabularies is overwritten with spaces, whole:
EXIF's, IPTC's, Photoshop's, those of drones.
"""

import re

# Names of properties and of elements, whatever their prefix. `longtitude` is DJI's.
_PLACE = re.compile(
    rb"[:<](?:\w*gps\w*|\w*latitude|\w*longt?itude|location\w*|sub-?location|city|state"
    rb"|province\w*|country\w*|worldregion|geo\w+|lat|long?|coordinates)\b",
    re.IGNORECASE,
)
_PACKET = re.compile(
    rb"<(?:\w+:)?xmpmeta\b.{0,4000000}?</(?:\w+:)?xmpmeta>|<rdf:RDF\b.{0,4000000}?</rdf:RDF>",
    re.DOTALL,
)


def has_place(packet: bytes | bytearray) -> bool:
    """Tell whether a packet, in UTF-8, UTF-16 or UTF-32, says a place."""
    return bool(_PLACE.search(packet) or _PLACE.search(packet.replace(b"\0", b"")))


def blank(content: bytearray, start: int, end: int) -> bool:
    """Overwrite a packet with spaces if it says a place. Return False when it does not."""
    if not has_place(content[start:end]):
        return False
    content[start:end] = b" " * (end - start)
    return True


def blank_anywhere(content: bytearray) -> bool:
    """Blank the packets that begin with their usual element, wherever they are in a file."""
    if b"xmpmeta" not in content and b"<rdf:RDF" not in content:
        return False
    places = [found.span() for found in _PACKET.finditer(content)]
    return True in [blank(content, start, end) for start, end in places]

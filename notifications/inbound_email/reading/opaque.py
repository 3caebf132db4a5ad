"""Open what hides the content of an email: an S/MIME signature around it, and winmail.dat."""

import zlib
from dataclasses import dataclass, field

MAX_BYTES = 64 * 1024 * 1024


def signed_content(content: bytes) -> bytes | None:
    """Return the email inside an S/MIME signature (RFC 8551). None if it is encrypted, or damaged.

    Nobody verifies the signature: the reply address says who writes.
    """
    # Not with the module, as in `calendar`.
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(content)
        kind = info["content_type"].native
        if kind == "signed_data":
            inner = info["content"]["encap_content_info"]["content"]
        elif kind == "compressed_data":
            inner = info["content"]["encap_content_info"]["content"]
            return _decompressed(inner.native)
        else:
            return None
        found = inner.native
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, zlib.error):
        return None
    return found if isinstance(found, bytes) and found else None


def _decompressed(content: bytes) -> bytes | None:
    packed = zlib.decompressobj()
    found = packed.decompress(content, MAX_BYTES)
    return found if not packed.unconsumed_tail else None


@dataclass(frozen=True)
class Winmail:
    """What Outlook packs into winmail.dat when it sends formatted text (TNEF)."""

    text: str = ""
    html: bytes = b""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def winmail(content: bytes) -> Winmail | None:
    """Return what a winmail.dat holds; None if it cannot be read."""
    # Not with the module, as in `calendar`.
    from tnefparse import TNEF

    try:
        tnef = TNEF(content, do_checksum=False)
        files = [(_name(each), bytes(each.data or b"")) for each in tnef.attachments]
        return Winmail(_text(tnef.body), _bytes(tnef.htmlbody), [each for each in files if each[1]])
    # Its reader raises whatever its slices and codecs raise.
    except Exception:
        return None


def _name(attachment: object) -> str:
    name = getattr(attachment, "long_filename", "")
    name = name() if callable(name) else name
    return str(name or getattr(attachment, "name", "") or "").strip("\x00")


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("cp1252", "replace").strip("\x00")
    return str(value or "").strip("\x00")


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode()

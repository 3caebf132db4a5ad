"""Metadata of pictures and films, with and without a place, whole and damaged."""

import io
import struct
import zlib

from PIL import Image

from tests.attachments import samples

XMP_BEGIN = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
)
XMP_END = b'</x:xmpmeta><?xpacket end="w"?>'


def xmp(inside: str, coding: str = "utf-8") -> bytes:
    text = f"<rdf:RDF><rdf:Description {inside}</rdf:Description></rdf:RDF>"
    return (XMP_BEGIN + text.encode() + XMP_END).decode().encode(coding)


PLACES_IN_XMP = {
    "exif attribute": xmp('exif:GPSLatitude="48,51.4N">'),
    "exif element": xmp("><exif:GPSLongitude>2,21E</exif:GPSLongitude>"),
    "another prefix": xmp("><ns1:GPSLatitude>48,51N</ns1:GPSLatitude>"),
    "iptc extension": xmp("><Iptc4xmpExt:LocationCreated>Lyon</Iptc4xmpExt:LocationCreated>"),
    "photoshop city": xmp('photoshop:City="Lyon">'),
    "iptc core": xmp('Iptc4xmpCore:Location="Chantier des Lilas">'),
    "drone": xmp('drone-dji:GpsLongtitude="+2.35">'),
    "utf-16": xmp('exif:GPSLatitude="48,51.4N">', "utf-16-be"),
}


def exif(order: str = "<", *, gps: bool = True) -> bytes:
    """A TIFF structure: orientation, model, GPS directory with a latitude and a longitude."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    entries = [(0x0110, 2, 4, b"Tel\0"), (0x0112, 3, 1, struct.pack(f"{order}HH", 6, 0))]
    if gps:
        entries.append((0x8825, 4, 1, struct.pack(f"{order}I", 8 + 2 + 12 * 3 + 4)))
    first = _directory(order, entries)
    if not gps:
        return head + struct.pack(f"{order}I", 8) + first
    values = 8 + len(first) + 2 + 12 * 4 + 4
    degrees = struct.pack(f"{order}6I", 48, 1, 51, 1, 2450, 100)
    second = _directory(order, [
        (1, 2, 2, b"N\0\0\0"), (2, 5, 3, struct.pack(f"{order}I", values)),
        (3, 2, 2, b"E\0\0\0"), (4, 5, 3, struct.pack(f"{order}I", values + 24)),
    ])  # fmt: skip
    return head + struct.pack(f"{order}I", 8) + first + second + degrees * 2


def _directory(order: str, entries: list[tuple[int, int, int, bytes]]) -> bytes:
    packed = [struct.pack(f"{order}HHI", *entry[:3]) + entry[3] for entry in entries]
    return struct.pack(f"{order}H", len(entries)) + b"".join(packed) + bytes(4)


def iptc(*values: tuple[int, bytes]) -> bytes:
    """An image resource of Photoshop with IPTC."""
    block = b"".join(struct.pack(">BBBH", 0x1C, 2, n, len(text)) + text for n, text in values)
    padded = block + b"\0" * (len(block) % 2)
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + padded


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*segments: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    content = io.BytesIO()
    samples.picture(*size).save(content, "JPEG")
    plain = content.getvalue()
    return plain[:2] + b"".join(segments) + plain[2:]


def jpeg_exif(structure: bytes) -> bytes:
    return jpeg(segment(0xE1, b"Exif\0\0" + structure))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, mode: str = "RGB") -> bytes:
    content = io.BytesIO()
    samples.picture(64, 48).convert(mode).save(content, "PNG")
    plain = content.getvalue()
    return plain[:33] + b"".join(chunks) + plain[33:]


def raw_profile(name: bytes, data: bytes) -> bytes:
    """The text in which ImageMagick keeps a profile."""
    text = b"\n%s\n%8d\n" % (name, len(data)) + data.hex().encode() + b"\n"
    return b"Raw profile type " + name + b"\0\0" + zlib.compress(text)


def tiff(**tags: bytes) -> bytes:
    content = io.BytesIO()
    picture = samples.picture(64, 48)
    exif = Image.Exif()
    if "gps" in tags:
        exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.5)
    picture.save(content, "TIFF", exif=exif, tiffinfo={700: tags["xmp"]} if "xmp" in tags else {})
    return content.getvalue()


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + kind + body


def large_box(kind: bytes, *inside: bytes) -> bytes:
    """A box whose size has 64 bits."""
    body = b"".join(inside)
    return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body


PLACE = b"+48.8566+002.3522/"


def keys(name: bytes, value: bytes) -> bytes:
    """The metadata of QuickTime: a table of names and their values."""
    table = box(b"keys", struct.pack(">II", 0, 1), box(b"mdta", name))
    data = box(b"data", struct.pack(">II", 1, 0), value)
    item = struct.pack(">II", len(data) + 8, 1) + data
    handler = box(b"hdlr", bytes(8), b"mdta", bytes(12))
    return box(b"meta", handler, table, box(b"ilst", item))


def film(*inside_moov: bytes, moov_first: bool = False, brand: bytes = b"mp42") -> bytes:
    begin, data = box(b"ftyp", brand, bytes(4), brand), box(b"mdat", bytes(40))
    moov = box(b"moov", box(b"mvhd", bytes(100)), *inside_moov)
    return begin + (moov + data if moov_first else data + moov)


def gps_track(format: bytes, sample: bytes) -> bytes:
    """A film whose second half of `mdat` is a track of a camera's places."""
    begin = box(b"ftyp", b"mp42", bytes(4), b"mp42")
    data = box(b"mdat", bytes(16), sample)
    at = len(begin) + 8 + 16
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), box(format, bytes(8))),
        box(b"stsz", struct.pack(">III", 0, len(sample), 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
        box(b"stco", struct.pack(">III", 0, 1, at)),
    )
    return begin + data + box(b"moov", box(b"trak", box(b"mdia", box(b"minf", table))))

"""A place is removed from the copy for the other side, wherever a program writes it."""

import io
import re
import struct

import pytest
from PIL import Image

from attachments.decoder import film_location, location, matroska_location
from tests.attachments import metadata, samples
from tests.attachments.metadata import PLACE, box, jpeg, png, png_chunk, segment

XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
LATITUDE = struct.pack("<6I", 48, 1, 51, 1, 2450, 100)
PLACE_LEFT = re.compile(rb"48,51|2,21E|Lyon|Chantier des Lilas|\+2\.35|\+48\.8566|4\x008\x00?,")


def webp(kind: bytes, body: bytes) -> bytes:
    content = io.BytesIO()
    samples.picture(32, 32).save(content, "WEBP")
    chunk = kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    whole = content.getvalue() + chunk
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def cleaned(content: bytes, format: str) -> bytes:
    """Return the copy without location, which must have had one, and has none now."""
    copy = bytearray(content)
    assert location.blank(copy, format), "no place was found"
    location.require_gone(bytearray(copy), format)
    return bytes(copy)


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB").tobytes()


PICTURES = {
    "jpeg exif, Intel": ("jpeg", metadata.jpeg_exif(metadata.exif("<"))),
    "jpeg exif, Motorola": ("jpeg", metadata.jpeg_exif(metadata.exif(">"))),
    "jpeg iptc": ("jpeg", jpeg(segment(0xED, b"Photoshop 3.0\0" + metadata.iptc((90, b"Lyon"))))),
    "jpeg exif in an image resource": (
        "jpeg",
        jpeg(segment(0xED, b"Photoshop 3.0\x008BIM\x04\x22\0\0"
                     + struct.pack(">I", len(metadata.exif())) + metadata.exif())),
    ),
    "jpeg long xmp": (
        "jpeg",
        jpeg(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40)
                     + metadata.PLACES_IN_XMP["exif attribute"])),
    ),
    "jpeg proof of origin": ("jpeg", jpeg(segment(0xEB, b'JP{"exif:GPSLatitude":"48,51N"}'))),
    "jpeg with a second picture": (
        "jpeg", jpeg() + metadata.jpeg_exif(metadata.exif(">")),
    ),
    "jpeg with a film": (
        "jpeg", jpeg() + metadata.film(box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7", PLACE))),
    ),
    "png exif": ("png", png(png_chunk(b"eXIf", metadata.exif(">")))),
    "png xmp": (
        "png",
        png(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0"
                      + metadata.PLACES_IN_XMP["photoshop city"])),
    ),
    "png raw exif": (
        "png", png(png_chunk(b"zTXt", metadata.raw_profile(b"exif", metadata.exif()))),
    ),
    "png raw iptc": (
        "png",
        png(png_chunk(b"zTXt", metadata.raw_profile(b"iptc", metadata.iptc((92, b"Lyon"))))),
    ),
    "png text of ImageMagick": ("png", png(png_chunk(b"tEXt", b"exif:GPSLatitude\x0048,51"))),
    "webp exif": ("webp", webp(b"EXIF", metadata.exif())),
    "webp exif with a head": ("webp", webp(b"EXIF", b"Exif\0\0" + metadata.exif(">"))),
    "webp xmp": ("webp", webp(b"XMP ", metadata.PLACES_IN_XMP["iptc extension"])),
    "tiff gps": ("tiff", metadata.tiff(gps=True)),
    "tiff xmp": ("tiff", metadata.tiff(xmp=metadata.PLACES_IN_XMP["exif element"])),
    "heic": ("heic", samples.HEIC),
}  # fmt: skip


@pytest.mark.parametrize("case", PICTURES)
def test_place_is_removed_and_the_pixels_stay(case: str) -> None:
    format, content = PICTURES[case]

    copy = cleaned(content, format)

    assert LATITUDE not in copy
    assert not PLACE_LEFT.search(copy)
    if format != "heic":
        assert pixels(copy) == pixels(content)


@pytest.mark.parametrize("case", metadata.PLACES_IN_XMP)
def test_place_in_xmp_is_removed_in_every_vocabulary(case: str) -> None:
    content = jpeg(segment(0xE1, XMP_HEAD + metadata.PLACES_IN_XMP[case]))

    assert not PLACE_LEFT.search(cleaned(content, "jpeg"))


DAMAGED = {
    "cut after the latitude": metadata.exif()[:80],
    "cut in the values": metadata.exif()[:130],
    "too few entries": metadata.exif().replace(b"\x03\0\x10\x01", b"\x01\0\x10\x01"),
    "too few entries of gps": metadata.exif().replace(b"\x04\0\x01\0", b"\x01\0\x01\0"),
    "first directory out of reach": b"II*\0\xff\xff\xff\x7f" + metadata.exif()[8:],
    "no header": b"XX" + metadata.exif()[2:],
    "huge count of entries": metadata.exif().replace(b"\x04\0\x01\0", b"\xff\xff\x01\0"),
    "circle": metadata.exif()[:46] + struct.pack("<I", 8) + metadata.exif()[50:],
}


@pytest.mark.parametrize("case", DAMAGED)
def test_place_in_a_damaged_exif_is_removed(case: str) -> None:
    content = metadata.jpeg_exif(DAMAGED[case])

    copy = cleaned(content, "jpeg")

    assert struct.pack("<HHI", 2, 5, 3) not in copy
    assert pixels(copy) == pixels(content)


def test_orientation_stays_when_a_damaged_exif_is_replaced() -> None:
    copy = cleaned(metadata.jpeg_exif(DAMAGED["cut in the values"]), "jpeg")

    with Image.open(io.BytesIO(copy)) as picture:
        assert picture.getexif().get(0x0112) == 6


WITHOUT_PLACE = {
    "plain exif": metadata.jpeg_exif(metadata.exif(gps=False)),
    "exif cut before the place": metadata.jpeg_exif(metadata.exif()[:60]),
    "cut exif": metadata.jpeg_exif(metadata.exif(gps=False)[:30]),
    "address of the photographer": jpeg(
        segment(0xE1, XMP_HEAD + metadata.xmp('Iptc4xmpCore:CiAdrExtadr="Lyon" xmp:Rating="3">'))
    ),
    "title in iptc": jpeg(segment(0xED, b"Photoshop 3.0\0" + metadata.iptc((5, b"Facade")))),
}


@pytest.mark.parametrize("case", WITHOUT_PLACE)
def test_photo_without_a_place_is_left_as_it_is(case: str) -> None:
    copy = bytearray(WITHOUT_PLACE[case])

    assert not location.blank(copy, "jpeg")
    assert bytes(copy) == WITHOUT_PLACE[case]


QUICKTIME = b"com.apple.quicktime.location.ISO6709"
XYZ = box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7), PLACE)
FILMS = {
    "user data": metadata.film(box(b"udta", XYZ)),
    "metadata before the data": metadata.film(box(b"udta", XYZ), moov_first=True),
    "key of QuickTime": metadata.film(metadata.keys(QUICKTIME, PLACE), brand=b"qt  "),
    "key in the user data": metadata.film(box(b"udta", metadata.keys(QUICKTIME, PLACE))),
    "3GPP": metadata.film(box(b"udta", box(b"loci", bytes(6), b"Lyon\0", PLACE)), brand=b"3gp4"),
    "of a track": metadata.film(box(b"trak", box(b"udta", XYZ))),
    "wide boxes": metadata.film(metadata.large_box(b"udta", metadata.large_box(b"loci", PLACE))),
    "xmp": metadata.film(
        box(b"udta", box(b"XMP_", metadata.PLACES_IN_XMP["exif attribute"]))
    ),
    "in fragments": metadata.film(box(b"mvex", bytes(8)), box(b"udta", XYZ)) + box(b"moof"),
    "sports camera": metadata.gps_track(b"gpmd", PLACE),
    "drone": metadata.gps_track(b"text", b"GPS(" + PLACE + b")"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILMS)
def test_place_in_a_film_is_removed_in_place(case: str) -> None:
    copy = bytearray(FILMS[case])

    assert film_location.blank(copy)

    assert not PLACE_LEFT.search(copy)
    assert len(copy) == len(FILMS[case])
    assert not film_location.blank(copy), "a second look still finds a place"


def test_film_without_a_place_is_left_as_it_is() -> None:
    content = metadata.film(metadata.keys(b"com.apple.quicktime.model", b"iPhone"))
    copy = bytearray(content)

    assert not film_location.blank(copy)
    assert bytes(copy) == content


def test_place_in_a_tag_of_matroska_is_removed() -> None:
    name, value = b"LOCATION", PLACE
    tag = b"\x45\xa3" + bytes([0x80 | len(name)]) + name
    copy = bytearray(b"\x1aE\xdf\xa3" + tag + b"\x44\x87" + bytes([0x80 | len(value)]) + value)

    assert matroska_location.blank(copy)
    assert not PLACE_LEFT.search(copy)

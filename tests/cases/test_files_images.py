"""Photos and pictures that programs and phones really send, line by line."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from attachments.decoder import png_bands, png_chunks
from attachments.decoder.protocol import Report
from attachments.scanning.sandbox import decoding
from attachments.uploads.formats import UNKNOWN, extension_of, format_of
from tests.attachments import metadata, samples
from tests.attachments.metadata import png_chunk, segment

MIB = 1024 * 1024


class Shown:
    """The report on a file and its larger preview."""

    def __init__(self, name: str, content: bytes, folder: Path) -> None:
        (folder / "file").write_bytes(content)
        with (
            (folder / "file").open("rb") as file,
            decoding(
                file,
                format_of(name) or UNKNOWN,
                extension=extension_of(name),
                keeps_location=False,
            ) as decoded,
        ):
            self.report: Report = decoded.report
            large = decoded.previews[1280]
            large.seek(0)
            self.preview = Image.open(large).copy() if decoded.report.has_preview else None

    def require(self) -> Image.Image:
        assert (self.report.reason, self.report.detail) == ("", "")
        assert self.preview is not None
        return self.preview


def photo(*, size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    content = io.BytesIO()
    samples.picture(*size).save(content, str(options.pop("format", "JPEG")), **options)
    return content.getvalue()


def saved(picture: Image.Image, format: str, **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, format, **options)
    return content.getvalue()


EXIF = metadata.exif()
PLAIN = photo()
JPEGS = {
    "EXIF cut at 90 %": metadata.jpeg_exif(EXIF[: len(EXIF) * 9 // 10]),
    "EXIF cut at 60 %": metadata.jpeg_exif(EXIF[: len(EXIF) * 6 // 10]),
    "EXIF cut at 30 %": metadata.jpeg_exif(EXIF[: len(EXIF) * 3 // 10]),
    "a bad offset": metadata.jpeg_exif(EXIF[:4] + b"\xff\xff\xff\x7f" + EXIF[8:]),
    "a circle": metadata.jpeg_exif(EXIF[:46] + struct.pack("<I", 8) + EXIF[50:]),
    "a broken profile": metadata.jpeg(segment(0xE2, b"ICC_PROFILE\0\1\1" + samples.noise(300))),
    "broken image resources": metadata.jpeg(
        segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\xff\xff")
    ),
    "a broken index of pictures": metadata.jpeg(segment(0xE2, b"MPF\0II*\0" + b"\xff" * 40)),
    "last two bytes missing": PLAIN[:-2],
    "last hundredth missing": PLAIN[: len(PLAIN) * 99 // 100],
    "last half missing": PLAIN[: len(PLAIN) // 2 + 300],
    "a film behind": PLAIN + metadata.film(),
    "progressive": photo(progressive=True),
    "CMYK": saved(samples.picture(64, 48).convert("CMYK"), "JPEG"),
    "one pixel": photo(size=(1, 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", JPEGS)
def test_jpeg_with_damaged_or_odd_parts_is_shown(case: str, tmp_path: Path) -> None:
    shown = Shown("photo.jpg", JPEGS[case], tmp_path).require()

    with Image.open(io.BytesIO(JPEGS[case])) as original:
        assert shown.size == original.size or original.getexif().get(0x0112) == 6


def test_jpeg_of_which_nearly_all_is_missing_is_unreadable(tmp_path: Path) -> None:
    head = PLAIN.index(b"\xff\xda") + 40

    assert Shown("photo.jpg", PLAIN[:head], tmp_path).report.reason == "unreadable"


def test_lossless_jpeg_is_kept_without_a_preview(tmp_path: Path) -> None:
    lossless = PLAIN.replace(b"\xff\xc0\x00\x11", b"\xff\xc3\x00\x11")

    report = Shown("radio.jpg", lossless, tmp_path).report

    assert (report.reason, report.has_preview, report.width) == ("", False, 320)


PLAIN_PNG = metadata.png()
BAD_CHECKSUM = png_chunk(b"tEXt", b"Title\0Facade")[:-1] + b"\x99"
PNGS = {
    "a text of 1.5 MB": metadata.png(png_chunk(b"tEXt", b"Comment\0" + b"x" * 1_500_000)),
    "a deflated text of 200 MB": metadata.png(
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    ),
    "a wrong checksum of a text": metadata.png(BAD_CHECKSUM),
    "a broken profile": metadata.png(png_chunk(b"iCCP", b"x\0\0" + b"\xff" * 50)),
    "odd animation control": metadata.png(png_chunk(b"acTL", b"\0\0")),
    "animation without frames": metadata.png(png_chunk(b"acTL", struct.pack(">II", 0, 0))),
    "a frame outside the picture": metadata.png(
        png_chunk(b"acTL", struct.pack(">II", 2, 0)),
        png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 7, 9999, 9999, 5, 5, 1, 1, 0, 0)),
    ),
    "the end missing": PLAIN_PNG[:-16],
    "interlaced with a palette": metadata.png(mode="P"),
    "16-bit grey": saved(Image.new("I;16", (40, 30), 65535), "PNG"),
}


@pytest.mark.parametrize("case", PNGS)
def test_png_with_odd_chunks_is_shown(case: str, tmp_path: Path) -> None:
    Shown("plan.png", PNGS[case], tmp_path).require()


def ramp(mode: str, top: float, *, lowest: float = 0) -> Image.Image:
    line = [lowest + (top - lowest) * at / 255 for at in range(256)]
    values = line if mode == "F" else [round(value) for value in line]
    picture = Image.new(mode if mode == "F" else "I", (256, 1))
    picture.putdata(values)
    if mode == "I;16":
        picture = picture.convert("I;16")
    return picture.resize((256, 40), Image.Resampling.NEAREST)


RAMPS = {
    "16-bit grey PNG": ("plan.png", saved(ramp("I;16", 65535), "PNG")),
    "12 bits in 16, PNG": ("plan.png", saved(ramp("I;16", 4095), "PNG")),
    "16-bit TIFF": ("plan.tif", saved(ramp("I;16", 65535), "TIFF")),
    "float TIFF": ("plan.tif", saved(ramp("F", 1), "TIFF")),
    "signed TIFF": ("plan.tif", saved(ramp("I", 500, lowest=-500), "TIFF")),
}


@pytest.mark.parametrize("case", RAMPS)
def test_deep_picture_is_scaled_to_black_and_white(case: str, tmp_path: Path) -> None:
    shown = Shown(*RAMPS[case], tmp_path).require().convert("L")

    assert shown.getpixel((0, 20)) in range(4)
    assert shown.getpixel((255, 20)) in range(252, 256)
    assert shown.getpixel((128, 20)) in range(120, 137)


NEW_FORMATS = {
    "photo.avif": photo(format="AVIF", speed=10),
    "plan.bmp": photo(format="BMP"),
    "ortho.jp2": photo(format="JPEG2000"),
    "photo.heic": samples.HEIC,
    "animation.gif": saved(
        samples.picture(64, 48), "GIF", save_all=True,
        append_images=[ImageOps.invert(samples.picture(64, 48))],
    ),
    "sans perte.webp": photo(format="WEBP", lossless=True),
    "fax.tif": saved(samples.picture(64, 48).convert("1"), "TIFF", compression="group4"),
    "fax3.tif": saved(samples.picture(64, 48).convert("1"), "TIFF", compression="group3"),
    "lzw.tif": photo(format="TIFF", compression="tiff_lzw"),
    "jpeg.tif": photo(format="TIFF", compression="jpeg"),
    "grand.tif": photo(format="TIFF", big_tiff=True),
    "cmjn.tif": saved(samples.picture(64, 48).convert("CMYK"), "TIFF"),
    "lab.tif": saved(Image.new("LAB", (40, 30), (128, 0, 0)), "TIFF"),
}  # fmt: skip


@pytest.mark.parametrize("name", NEW_FORMATS)
def test_picture_that_viewers_open_is_shown(name: str, tmp_path: Path) -> None:
    Shown(name, NEW_FORMATS[name], tmp_path).require()


def turned(orientation: int, format: str) -> bytes:
    """A blue picture whose upper left quarter is red, to be turned by its EXIF."""
    picture = Image.new("RGB", (80, 60), "blue")
    picture.paste("red", (0, 0, 40, 30))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, format, exif=exif)


# Where the red quarter is in the middle of an upright picture of 80 by 60, or 60 by 80.
RED = {1: (20, 15), 3: (60, 45), 6: (45, 20), 8: (15, 60)}


@pytest.mark.parametrize("format", ["JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", RED)
def test_photo_is_upright_once(orientation: int, format: str, tmp_path: Path) -> None:
    shown = Shown(f"photo.{format.lower()}", turned(orientation, format), tmp_path)

    size = (60, 80) if orientation in (6, 8) else (80, 60)
    assert shown.require().size == size
    assert (shown.report.width, shown.report.height) == size
    red, _green, blue = shown.require().convert("RGB").split()
    at = RED[orientation]
    assert (red.getpixel(at), blue.getpixel(at)) == pytest.approx((255, 0), abs=60)


def scanned(width: int, height: int, mode: str, format: str, **options: object) -> bytes:
    small = samples.picture(400, 300).convert("L")
    large = small.resize((width, height), Image.Resampling.NEAREST)
    return saved(large.convert(mode, dither=Image.Dither.NONE), format, **options)


LARGE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "photo of 50 megapixels": ("photo.jpg", lambda: scanned(8160, 6144, "RGB", "JPEG")),
    "panorama": ("panorama.jpg", lambda: scanned(16000, 3700, "L", "JPEG")),
    "A1 scan in black and white": (
        "a1.tif", lambda: scanned(7016, 9933, "1", "TIFF", compression="group4"),
    ),
    "108 megapixels": ("plan.png", lambda: scanned(12000, 9000, "L", "PNG", compress_level=1)),
}  # fmt: skip


@pytest.mark.parametrize("case", LARGE)
def test_large_picture_is_shown_within_600_mib(case: str, tmp_path: Path) -> None:
    name, make = LARGE[case]

    shown = Shown(name, make(), tmp_path)

    assert max(shown.require().size) == 1280
    assert shown.report.peak_bytes < 600 * MIB


def test_large_png_is_the_same_picture_in_bands() -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        picture = samples.picture(900, 700).convert(mode)
        content = saved(picture, "PNG")
        parts = png_chunks.parts(content, list(png_chunks.chunks(content)))

        reduced = png_bands.reduced(content, parts, 200)

        expected = picture.convert(reduced.mode).reduce(2)
        assert reduced.tobytes() == expected.tobytes(), mode


def test_webp_of_49_megapixels_is_kept_without_a_preview(tmp_path: Path) -> None:
    content = saved(Image.new("RGB", (7000, 7000), "grey"), "WEBP", method=0)

    report = Shown("plan.webp", content, tmp_path).report

    assert (report.reason, report.has_preview, report.width) == ("", False, 7000)
    assert report.peak_bytes < 600 * MIB


def test_progressive_jpeg_of_200_megapixels_is_kept_without_a_preview(tmp_path: Path) -> None:
    content = photo(progressive=True)
    large = content.replace(struct.pack(">HH", 240, 320), struct.pack(">HH", 12240, 16320), 1)

    report = Shown("photo.jpg", large, tmp_path).report

    assert (report.reason, report.has_preview, report.width) == ("", False, 16320)


def test_bomb_that_no_viewer_opens_is_too_complex(tmp_path: Path) -> None:
    report = Shown("plan.png", samples.decompression_bomb(65_000, 65_000), tmp_path).report

    assert report.reason == "too_complex"

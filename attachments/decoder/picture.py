"""A picture of any format as the larger preview: decoded, plain, in sRGB, upright."""

from collections.abc import Iterator
from importlib import import_module

from PIL import Image, ImageChops, ImageFile

from attachments.decoder.protocol import LARGE_PX, Refused
from attachments.decoder.source import Source, TooLarge

# The memory of a pixel in Pillow. Of the others it is 4.
PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
# The bits of a pixel in a file.
PIXEL_BITS = {"1": 1, "L": 8, "P": 8, "I;16": 16, "LA": 16, "RGB": 24}
# A picture that no phone and no browser opens: its pixels take more than 2 GiB. The largest photo
# of a phone (200 megapixels) takes 0.8.
OPENED_MAX_BITS = 8 * 2 * 1024**3
# Of a damaged picture, at least this part of its rows must be there.
SHOWN_MIN = 1 / 8
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def large(source: Source, max_pixels: int) -> Image.Image:
    """Return a picture that fits the larger preview.

    At most `max_pixels` of three colours are decoded at once: a larger picture is reduced while
    it is decoded. Raises TooLarge if that is not possible.
    """
    decoded = _decoded(source, max_pixels)
    fitting = _fitting(_plain(_nearer(decoded), source.format))
    return _upright(_in_srgb(fitting, source.profile), source.orientation)


def _opened(source: Source) -> Image.Image:
    source.stream.seek(0)
    opened = Image.open(source.stream, formats=[source.format])
    if opened.width * opened.height * PIXEL_BITS.get(opened.mode, 32) > OPENED_MAX_BITS:
        raise Refused("too_complex", f"{opened.width} by {opened.height}")
    # Before any pixel is decoded: libjpeg then decodes at the next size that is large enough.
    opened.draft("RGB", (LARGE_PX, LARGE_PX))
    return opened


def _decoded(source: Source, max_pixels: int) -> Image.Image:
    opened = _opened(source)
    pixel_bytes = PIXEL_BYTES.get(opened.mode, 4) * source.weight
    if opened.width * opened.height * pixel_bytes <= max_pixels * 4:
        return _loaded(opened, source)
    if source.in_parts is None:
        raise TooLarge
    return source.in_parts(LARGE_PX)


def _loaded(opened: Image.Image, source: Source) -> Image.Image:
    """Decode a picture. Of a damaged one, return what is there."""
    try:
        return _detached(opened)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError):
        partial = _partial(source)
        if _shown_part(partial) < SHOWN_MIN:
            raise Refused("unreadable", "most of the picture is missing") from None
        return partial


def _partial(source: Source) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _detached(_opened(source))
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise Refused("unreadable", f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _detached(opened: Image.Image) -> Image.Image:
    """Return the pixels without their file: HEIC reads a file of several pictures again."""
    opened.load()
    detached = Image.Image()._new(opened.im)  # no copy of the pixels
    if opened.mode == "P":
        detached.palette = opened.palette
    if "transparency" in opened.info:
        detached.info["transparency"] = opened.info["transparency"]
    return detached


def _shown_part(partial: Image.Image) -> float:
    """Return the part of the rows down to the last one that differs from the bottom row.

    Decoders fill what is missing with one colour, or repeat the last one.
    """
    size = min(partial.width, 256), min(partial.height, 1024)
    grey = partial.resize(size, Image.Resampling.NEAREST)
    if grey.mode.startswith(("I", "F")):
        grey = grey.convert("I").convert("F")
    grey = grey.convert("L") if grey.mode != "P" else grey.convert("RGB")
    bottom = grey.crop((0, grey.height - 1, grey.width, grey.height)).resize(grey.size)
    differing = ImageChops.difference(grey, bottom).getbbox()
    return differing[3] / grey.height if differing else 0


def _nearer(decoded: Image.Image) -> Image.Image:
    """Reduce a large picture of a palette in bands: in colours it takes four times the memory."""
    factor = max(decoded.size) // (2 * LARGE_PX)
    if decoded.mode not in ("P", "PA") or factor < 2:
        return decoded
    bands = [_coloured(band).reduce(factor) for band in _bands(decoded, 64 * factor)]
    nearer = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for index, band in enumerate(bands):
        nearer.paste(band, (0, 64 * index))
    return nearer


def _bands(decoded: Image.Image, rows: int) -> Iterator[Image.Image]:
    for top in range(0, decoded.height, rows):
        band = decoded.crop((0, top, decoded.width, min(top + rows, decoded.height)))
        band.info.update(decoded.info)
        yield band


def _coloured(decoded: Image.Image) -> Image.Image:
    is_clear = decoded.mode in ("LA", "PA", "La", "RGBa") or "transparency" in decoded.info
    return decoded.convert("RGBA" if is_clear else "L" if decoded.mode == "1" else "RGB")


def _plain(decoded: Image.Image, format: str) -> Image.Image:
    """Return a picture in grey, in colours with or without transparency, or in CMYK."""
    if decoded.mode in ("RGB", "RGBA", "L", "CMYK"):
        return _with_transparency(decoded)
    if decoded.mode.startswith(("I", "F")):
        levels = import_module("attachments.decoder.levels")
        plain: Image.Image = levels.eight_bits(decoded, is_photo=format != "TIFF")
        return plain
    if decoded.mode == "LAB":
        in_colours: Image.Image = import_module("attachments.decoder.icc").lab_in_srgb(decoded)
        return in_colours
    return _coloured(decoded)


def _with_transparency(decoded: Image.Image) -> Image.Image:
    is_one_colour = decoded.mode in ("RGB", "L") and "transparency" in decoded.info
    return decoded.convert("RGBA") if is_one_colour else decoded


def _fitting(plain: Image.Image) -> Image.Image:
    fitting = plain.copy() if plain.readonly else plain
    fitting.thumbnail((LARGE_PX, LARGE_PX))
    return fitting


def _in_srgb(fitting: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the colours of a phone (Display P3), since the previews carry no profile."""
    converted = fitting
    if profile and b"sRGB" not in profile:
        # Loaded for these photos only.
        converted = import_module("attachments.decoder.icc").in_srgb(fitting, profile)
    return converted.convert("RGB") if converted.mode == "CMYK" else converted


def _upright(fitting: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return fitting if turn is None else fitting.transpose(turn)

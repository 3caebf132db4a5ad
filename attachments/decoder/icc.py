"""Conversion of colours to sRGB, which a picture without a profile is shown in."""

import io

from PIL import Image, ImageCms

# The colour spaces of profiles (ICC.1, table 19) by the mode of a picture. A profile of another
# space than the picture's is ignored, as viewers do.
_SPACES = {"RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK", "L": "GRAY"}


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture converted from its profile, or unchanged when the profile is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES.get(picture.mode):
            return picture
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=_output(picture.mode)
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return converted or picture


def _output(mode: str) -> str:
    return "RGB" if mode == "CMYK" else mode


def lab_in_srgb(picture: Image.Image) -> Image.Image:
    """Return a picture in CIE L*a*b* as RGB."""
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    assert converted is not None
    return converted

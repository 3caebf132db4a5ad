"""Conversion of colours to sRGB, which a picture without a profile is shown in."""

import io

from PIL import Image, ImageCms


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture converted from its profile, or unchanged when the profile is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=picture.mode
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture

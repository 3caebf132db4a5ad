"""What colours mean without a profile."""

import io

from PIL import Image, ImageCms


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture converted from its profile; as it is when that is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=picture.mode
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture

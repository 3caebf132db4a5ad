"""HEIC, the photos of iPhones: decoded like any photo, after libheif is loaded."""

from typing import IO

import pi_heif

from attachments.decoder import image
from attachments.decoder.protocol import DecodeRequest, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    pi_heif.register_heif_opener(thumbnails=False)
    return image.decode(file, request)

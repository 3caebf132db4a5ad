"""The type of a file by libmagic, on the library that `pylibmagic` carries."""

import ctypes.util
import os
from glob import glob
from importlib.util import find_spec
from typing import IO

from attachments.decoder.protocol import DecodeRequest, Refused

# Only its folder is needed. Importing it takes 40 ms more than finding it (measured).
_CARRIER = find_spec("pylibmagic")
CARRIED = os.path.dirname((_CARRIER and _CARRIER.origin) or "")


def _carried_library(name: str) -> str | None:
    return next(iter(sorted(glob(f"{CARRIED}/lib{name}.*[0-9b]"))), None)


# python-magic looks for libmagic by `ldconfig` and a C compiler, which do not know this copy. The
# function is replaced for the whole process, which ends with its file.
ctypes.util.find_library = _carried_library

import magic  # noqa: E402

# What libmagic calls an OLE container with a stream `EncryptedPackage` ([MS-OFFCRYPTO]), in which
# Office wraps a document that has a password.
LOCKED_OFFICE = "application/encrypted"


def require(file: IO[bytes], request: DecodeRequest) -> None:
    """Raise Refused when the bytes are not of a type that the file's name announces."""
    found = sniffed(file)
    if found in request.sniffed:
        return
    if request.family in ("zip", "ole") and found == LOCKED_OFFICE:
        raise Refused("encrypted", found)
    raise Refused("name_and_type_differ", found)


def sniffed(file: IO[bytes]) -> str:
    """Return the media type of an open file, such as `image/jpeg`."""
    file.seek(0)
    libmagic = magic.Magic(mime=True, magic_file=f"{CARRIED}/magic.mgc")
    return libmagic.from_descriptor(file.fileno())

"""The app on a person's phone that shows six digits (RFC 6238), written without our code."""

import hashlib
import hmac
import time
from base64 import b32decode
from struct import pack, unpack

STEP_SECONDS = 30


def code_of(secret: str, *, steps_later: int = 0) -> str:
    """Return the code that the app shows now, or some steps of half a minute later."""
    counter = int(time.time()) // STEP_SECONDS + steps_later
    key = b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, pack(">Q", counter), hashlib.sha1)
    start = digest[-1] & 0xF
    (number,) = unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"

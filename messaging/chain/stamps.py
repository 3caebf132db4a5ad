"""Ask an authority for the time stamp of a daily root (RFC 3161), and check what it answers.

The root's hash is what is stamped: the authority learns nothing else. Nothing is kept that does not
answer our own question.
"""

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from django.conf import settings

from core import installation
from core.version import VERSION

if TYPE_CHECKING:
    from rfc3161_client import PKIStatus, TimeStampRequest, TimeStampResponse

TIMEOUT_SECONDS = 10
# Answers have some 6 kB, with the certificates of the authority.
ANSWER_BYTES_MAX = 256 * 1024
WORDS_LENGTH = 300


class NotStamped(Exception):
    """No good time stamp came; the text says why, in the words of the authority if it has any."""


@dataclass(frozen=True)
class Stamp:
    """`answer` is the whole answer of the authority, DER; `at` the time that it gives."""

    answer: bytes
    at: datetime


def ask(stamped: bytes) -> Stamp:
    """Have bytes stamped by `TIMESTAMP_AUTHORITY_URL`. Raises NotStamped, HeldBack on a copy."""
    # Not imported with the module: 2 MB in every process, for one question a day.
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    installation.require_original()
    request = TimestampRequestBuilder().data(stamped).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _post(settings.TIMESTAMP_AUTHORITY_URL, request.as_bytes())
    return Stamp(answer, checked(answer, stamped, request))


def checked(answer: bytes, stamped: bytes, request: "TimeStampRequest | None" = None) -> datetime:
    """Check an answer, and return the time in it. Raises NotStamped.

    Without the request its nonce is not compared: that of a stamp which was kept is not known any
    more. The signature is checked if `TIMESTAMP_AUTHORITY_CERTIFICATES` names roots.
    """
    from rfc3161_client import PKIStatus, VerificationError, decode_timestamp_response

    try:
        response = decode_timestamp_response(answer)
        status = PKIStatus(response.status)
        if status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
            raise NotStamped(_refusal(status, response.status_string))
        told = response.tst_info
        if request is not None and told.nonce != request.nonce:
            raise NotStamped("the answer is to another question: its nonce differs")
        if told.message_imprint.message != hashlib.sha256(stamped).digest():
            raise NotStamped("the time stamp is of something else: its hash differs")
        _check_signature(response, stamped)
    except (ValueError, VerificationError) as error:
        raise NotStamped(_line(f"no valid time stamp: {error}")) from error
    return told.gen_time


def _check_signature(response: "TimeStampResponse", stamped: bytes) -> None:
    from rfc3161_client import VerifierBuilder

    roots = _roots()
    if not roots:
        return
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    builder.build().verify_message(response, stamped)


def _roots() -> list[x509.Certificate]:
    path = settings.TIMESTAMP_AUTHORITY_CERTIFICATES
    if not path:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except OSError as error:
        raise NotStamped(_line(f"TIMESTAMP_AUTHORITY_CERTIFICATES: {error}")) from error


def _post(url: str, body: bytes) -> bytes:
    headers = {
        "Content-Type": "application/timestamp-query",
        "Accept": "application/timestamp-reply",
        "User-Agent": f"Liaison/{VERSION}",
    }
    if not url.startswith(("http://", "https://")):
        raise NotStamped("TIMESTAMP_AUTHORITY_URL is no http:// or https:// address")
    # The address is a setting of the operator, as that of the mail server.
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        text = error.read(1_000).decode(errors="replace")
        raise NotStamped(_line(f"HTTP {error.code}: {text or error.reason}")) from error
    except OSError as error:
        raise NotStamped(_line(str(error))) from error


def _refusal(status: "PKIStatus", reasons: list[str]) -> str:
    words = "; ".join(reasons) or "no reason given"
    return _line(f"refused ({status.name.lower()}): {words}")


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:WORDS_LENGTH]

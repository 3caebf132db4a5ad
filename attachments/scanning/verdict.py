"""The verdict on a file: what it is, what it holds, and whether anyone may open it.

In this order, so that what is known to be hostile never reaches a decoder: our own rules on the
raw bytes, the antivirus, the decoder, our rules on what the decoder found inside.
"""

from dataclasses import dataclass
from typing import IO

from django.conf import settings

from attachments.models import Attachment
from attachments.scanning import clamd, policy
from attachments.scanning.clamd import AntivirusAway, ClamdStatus
from attachments.scanning.sandbox import Decoded
from attachments.uploads.formats import Format

Status = Attachment.Status
Verdict = Attachment.Verdict

# What each reason makes of a file; the others are refused.
_BLOCKED = frozenset({"infected"})
_UNREADABLE = frozenset({"unreadable", "changed", "never_received", "cancelled", "analysis_failed"})


@dataclass(frozen=True)
class ScanVerdict:
    """How a file is to be shown; `reason` is a code of `scanning.reasons`, empty when fine."""

    status: Status
    verdict: Verdict
    reason: str = ""
    detail: str = ""


def rejected(reason: str, detail: str = "") -> ScanVerdict:
    """Return the scan_verdict that a reason leads to."""
    if reason in _BLOCKED:
        return ScanVerdict(Status.BLOCKED, Verdict.INFECTED, reason, detail)
    if reason in _UNREADABLE:
        return ScanVerdict(Status.UNREADABLE, Verdict.UNREADABLE, reason, detail)
    return ScanVerdict(Status.REFUSED, Verdict.REFUSED, reason, detail)


def accepted() -> ScanVerdict:
    verdict = Verdict.CLEAN if settings.CLAMD_URL else Verdict.CHECKED_BASIC
    return ScanVerdict(Status.READY, verdict)


def objection_to_bytes(file: IO[bytes], format: Format) -> ScanVerdict | None:
    """Return what speaks against a file as it was sent, if anything does.

    Raises AntivirusAway while the antivirus that must look at it does not answer.
    """
    if match := policy.broken_rule(file, family=format.family, view="file"):
        return rejected(match.reason, match.rule)
    return _objection_of_antivirus(file)


def objection_to_contents(decoded: Decoded, format: Format) -> ScanVerdict | None:
    """Return what speaks against a file that has been opened, if anything does."""
    if decoded.report.reason:
        return rejected(decoded.report.reason, decoded.report.detail)
    if match := policy.broken_rule(decoded.contents, family=format.family, view="contents"):
        return rejected(match.reason, match.rule)
    return None


def _objection_of_antivirus(file: IO[bytes]) -> ScanVerdict | None:
    if not settings.CLAMD_URL:
        if settings.ATTACHMENTS_REQUIRE_AV:
            raise AntivirusAway("ATTACHMENTS_REQUIRE_AV is set without CLAMD_URL")
        return None
    answer = clamd.scan(settings.CLAMD_URL, file)
    match answer.status:
        case ClamdStatus.VIRUS:
            return rejected("infected", answer.signature)
        case ClamdStatus.TOO_COMPLEX:
            return rejected("too_complex", answer.signature)
        case ClamdStatus.ENCRYPTED:
            return rejected("encrypted", answer.signature)
    return None

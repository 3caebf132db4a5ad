"""The verdict on a file: whether it may be opened, and if not, why.

The checks run in this order: the antivirus, the decoder, which finds what the file is, then our
rules on its bytes and on the contents that the decoder found.
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

# Counts the generations of the checks. Raise it when they refuse what they let pass before;
# `manage.py rescan` then checks again what is older.
GATE = 2

# The reasons for which a file that people could open is taken back.
DANGEROUS = frozenset({"infected", "executable", "script", "macro", "active_pdf", "active"})
# The reasons that lead to each status. All others lead to REFUSED.
_BLOCKED = frozenset({"infected"})
_UNREADABLE = frozenset({"unreadable", "changed", "never_received", "cancelled", "analysis_failed"})


@dataclass(frozen=True)
class ScanVerdict:
    """The outcome of the checks. `reason` is a code of `scanning.reasons`, empty for READY."""

    status: Status
    verdict: Verdict
    reason: str = ""
    detail: str = ""


def rejected(reason: str, detail: str = "") -> ScanVerdict:
    """Return the verdict that a reason leads to."""
    if reason in _BLOCKED:
        return ScanVerdict(Status.BLOCKED, Verdict.INFECTED, reason, detail)
    if reason in _UNREADABLE:
        return ScanVerdict(Status.UNREADABLE, Verdict.UNREADABLE, reason, detail)
    return ScanVerdict(Status.REFUSED, Verdict.REFUSED, reason, detail)


def accepted() -> ScanVerdict:
    verdict = Verdict.CLEAN if settings.CLAMD_URL else Verdict.CHECKED_BASIC
    return ScanVerdict(Status.READY, verdict)


def objection_to_bytes(file: IO[bytes], *, within: float | None = None) -> ScanVerdict | None:
    """Ask the antivirus about a file as it was sent; return the verdict against it, or None.

    It has the time of `clamd.scan`, or `within` seconds if they are fewer. Raises AntivirusAway
    when the antivirus is configured or required and does not answer.
    """
    if not settings.CLAMD_URL:
        if settings.ATTACHMENTS_REQUIRE_AV:
            raise AntivirusAway("ATTACHMENTS_REQUIRE_AV is set without CLAMD_URL")
        return None
    answer = clamd.scan(settings.CLAMD_URL, file, within=within)
    match answer.status:
        case ClamdStatus.VIRUS:
            return rejected("infected", answer.signature)
        case ClamdStatus.TOO_COMPLEX:
            return rejected("too_complex", answer.signature)
        case ClamdStatus.ENCRYPTED:
            return rejected("encrypted", answer.signature)
    return None


def objection_to_contents(file: IO[bytes], decoded: Decoded, format: Format) -> ScanVerdict | None:
    """Check a file and what the decoder found in it; return the verdict against it, or None.

    `format` is what its bytes are, because the rules differ between families. What our rules say
    of the bytes counts more than why the decoder refused them: a program is called a program.
    """
    if match := policy.broken_rule(file, family=format.family, view="file"):
        return rejected(match.reason, match.rule)
    if decoded.report.reason:
        return rejected(decoded.report.reason, decoded.report.detail)
    if match := policy.broken_rule(decoded.contents, family=format.family, view="contents"):
        return rejected(match.reason, match.rule)
    return None

"""Judge why an email was refused: by its status code (RFC 3463), then by the words.

Mail servers agree on few codes. Where a code is generic, as 5.0.0 or 550, the words decide.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
BASIC = re.compile(r"(?:^|[\s:;(<\"'#])([45][0-5]\d)(?=[\s\-:])")


class Cause(StrEnum):
    """Why an email did not arrive, as the pages say it in words."""

    UNKNOWN_ADDRESS = "unknown_address"
    UNKNOWN_DOMAIN = "unknown_domain"
    DISABLED = "disabled"
    MAILBOX_FULL = "mailbox_full"
    TOO_LARGE = "too_large"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    COMPLAINT = "complaint"
    REFUSED = "refused"


@dataclass(frozen=True)
class Refusal:
    cause: Cause
    # The address itself is wrong, so that later emails would be refused as well.
    is_of_address: bool = False


# Codes by subject and detail; then by subject alone.
BY_CODE = {
    "1.2": Cause.UNKNOWN_DOMAIN,
    # 5.1.7 and 5.1.8 refuse the sender.
    "1.7": Cause.BLOCKED,
    "1.8": Cause.BLOCKED,
    "2.1": Cause.DISABLED,
    "2.2": Cause.MAILBOX_FULL,
    "2.3": Cause.TOO_LARGE,
    "3.4": Cause.TOO_LARGE,
    # Exchange Online: the directory does not have this recipient.
    "4.1": Cause.UNKNOWN_ADDRESS,
    "4.4": Cause.UNKNOWN_DOMAIN,
    "4.7": Cause.EXPIRED,
    "4.310": Cause.UNKNOWN_DOMAIN,
    "7.13": Cause.DISABLED,
}
BY_SUBJECT = {"1": Cause.UNKNOWN_ADDRESS, "4": Cause.EXPIRED, "7": Cause.BLOCKED}
# Answers to RCPT that refuse a mailbox (RFC 5321, 4.2.3). 554 mostly refuses the email.
OF_MAILBOX = ("550", "551", "553")
OF_ADDRESS = frozenset({Cause.UNKNOWN_ADDRESS, Cause.UNKNOWN_DOMAIN, Cause.DISABLED})

WORDS = (
    (
        Cause.MAILBOX_FULL,
        r"quota|(?:mail)?box (?:is )?full|insufficient (?:system )?storage|bo[iî]te[^.\n]{0,60}"
        r"(?:pleine|satur)|espace[^.\n]{0,40}insuffisant",
    ),
    (
        Cause.UNKNOWN_DOMAIN,
        r"(?:domain|host)(?: name)?[^.\n]{0,40}(?:not found|does ?n.t exist|does not exist|unknown)"
        r"|no such domain|unrouteable|domaine[^.\n]{0,60}(?:inconnu|introuvable|n.existe)",
    ),
    (
        Cause.DISABLED,
        r"(?:account|mailbox|user)[^.\n]{0,40}(?:disabled|inactive|suspended|closed)"
        r"|(?:compte|bo[iî]te|adresse)[^.\n]{0,40}(?:désactiv|desactiv|inacti|suspendu|fermé)",
    ),
    (
        Cause.UNKNOWN_ADDRESS,
        r"(?:user|address|recipient|mailbox|account|addressee)[^\n]{0,80}"
        r"(?:unknown|not (?:be )?found|does ?n.t exist|does not exist|invalid|unavailable)"
        r"|(?:no such|unknown|invalid|bad)[^.\n]{0,20}"
        r"(?:user|mailbox|recipient|address|person|account)"
        r"|does ?n.t have an?[^.\n]{0,30}account|no mailbox here"
        r"|(?:adresse|destinataire|utilisateur|bo[iî]te|compte)[^\n]{0,80}"
        r"(?:inconnue?s?\b|n.existe|introuvable|invalide)",
    ),
    (
        Cause.BLOCKED,
        r"\bspam|black ?list|block(?:ed|list)|reputation|réputation|\bdmarc\b|\bspf\b|\bdkim\b"
        r"|policy|politique|mail rej|message rej|indésirable",
    ),
)


def judge(text: str, status: str = "") -> Refusal:
    """Return why an email was refused, from a server's words and the status of its report."""
    code = _code(status, text)
    if code.startswith("5"):
        return _permanent(code, text)
    if code:
        cause = BY_CODE.get(_detail(code), Cause.EXPIRED)
        return Refusal(Cause.MAILBOX_FULL if cause == Cause.MAILBOX_FULL else Cause.EXPIRED)
    basic = BASIC.search(text)
    said = _said(text)
    if basic is None:
        return Refusal(said or Cause.REFUSED, is_of_address=said in OF_ADDRESS)
    if basic[1].startswith("4"):
        return Refusal(Cause.MAILBOX_FULL if said == Cause.MAILBOX_FULL else Cause.EXPIRED)
    return Refusal(
        said or Cause.REFUSED,
        is_of_address=said in OF_ADDRESS or (said is None and basic[1] in OF_MAILBOX),
    )


def _permanent(code: str, text: str) -> Refusal:
    said = _said(text)
    if code == "5.0.0":
        return Refusal(said or Cause.REFUSED, is_of_address=said is None or said in OF_ADDRESS)
    cause = BY_CODE.get(_detail(code))
    if cause is None:
        # The last figure 0 says nothing more than the subject: Orange answers 5.2.0 to spam.
        is_generic = code.endswith(".0") or code[2] in "35"
        by_code = BY_SUBJECT.get(code.split(".")[1], Cause.REFUSED)
        cause = (said or by_code) if is_generic else by_code
    return Refusal(cause, is_of_address=cause in OF_ADDRESS)


def _code(status: str, text: str) -> str:
    """Return the enhanced status code: the report's, unless that of the text says more."""
    codes = [".".join(found.groups()) for found in map(ENHANCED.search, (status, text)) if found]
    precise = [code for code in codes if not code.endswith(".0.0")]
    return next(iter(precise or codes), "")


def _detail(code: str) -> str:
    return code.partition(".")[2]


def _said(text: str) -> Cause | None:
    return next((cause for cause, words in WORDS if re.search(words, text, re.IGNORECASE)), None)

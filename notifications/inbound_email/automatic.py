"""Tell what a machine sent from what a person sent.

A person's email may look like a machine's: it comes by way of a mailing list, or through the ticket
system of a company. So a header that such ways add counts only against a sender whom we do not
know. A program that answers for an absent person often says so in its subject and text alone: two
hints are needed then, since a person may write of an absence too.
"""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from enum import StrEnum

from notifications.inbound_email import absence


class Nature(StrEnum):
    """What sent an email."""

    PERSON = "person"
    # An out-of-office message, or another answer of a program.
    AUTO_REPLY = "auto_reply"
    # An email was displayed, or delivered.
    RECEIPT = "receipt"
    # Newsletters, notices of a system, and the like.
    MACHINE = "machine"


# A header that is there with one of these values says no.
NO = frozenset({"", "no", "none", "false", "0", "auto-forwarded"})
# Headers of programs that answer by themselves, beside RFC 3834.
ANSWERING_HEADERS = (
    "X-Autoreply", "X-Auto-Reply", "X-Autoreply-From", "X-Auto-Reply-From", "X-Mail-Autoreply",
    "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Vacation", "X-Out-Of-Office",
)  # fmt: skip
ANSWERING_PROGRAM = re.compile(r"\bvacation\b|auto-?(?:reply|respon)|out[- ]of[- ]office", re.I)
PRECEDENCE_OF_ANSWERS = frozenset({"auto_reply", "auto-reply", "autoreply"})
BULK = frozenset({"bulk", "junk", "list"})
# Also added to what a person writes to a list, or from a ticket system.
LIST_HEADERS = (
    "List-Id", "List-Post", "List-Unsubscribe", "List-Help", "Mailing-List", "X-Mailing-List",
    "X-BeenThere", "X-Google-Group-Id", "X-Loop", "Feedback-ID", "X-Campaign-Id", "X-MC-User",
    "X-FC-MachineGenerated", "X-Cron-Env",
)  # fmt: skip
SERVERS = re.compile(r"^(?:mailer-?daemon|postmaster)@", re.IGNORECASE)
NO_REPLY = re.compile(
    r"^(?:no-?_?reply|do-?_?not-?_?reply|ne-?_?pas-?_?repondre|noreponse|nepasrepondre"
    r"|notifications?|newsletter|bounces?)\b",
    re.IGNORECASE,
)
CALENDAR_METHODS = frozenset({"request", "reply", "cancel", "counter", "publish", "declinecounter"})
READ_SUBJECT = re.compile(
    r"^\s*(?:Lu|Non lu|Read|Not read|Gelesen|Ungelesen|Leído|Letto|Gelezen|Lida)\s*:", re.I
)
READ_WORDS = re.compile(
    r"a été lu|a été affiché|was read|was displayed|has been (?:read|displayed|opened)"
    r"|deleted without being read|supprimé sans (?:avoir été|être) lu|wurde gelesen|se ha leído"
    r"|fue leído|è stato letto|is gelezen|foi lida",
    re.IGNORECASE,
)
REACTION_TYPE = "text/vnd.google.email-reaction+json"
# Where the quote of a reaction begins.
QUOTE = re.compile(r"^\s*(?:[_-]{5,}|>|(?:De|From|Von|Da|Van)\s*:)", re.IGNORECASE | re.MULTILINE)
EMOJI = re.compile(
    "(?:[\u2600-\u27bf\u2b50\u2b55\u203c\u2049\u231a-\u23ff\U0001f300-\U0001faff]"
    "[\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff]*)+"
)
# "Camille Morel a réagi à votre message :", "👍 Camille Morel reacted via Gmail".
REACTED = re.compile(
    r"\W*[^.!?;]{1,80}?\s(?:a réagi|reacted|hat [^.!?]{0,80}reagiert|ha reaccionado|reaccionó"
    r"|ha reagito|heeft [^.!?]{0,80}gereageerd|reagiu)\b[^.!?,;]{0,80}\W*",
    re.IGNORECASE,
)
# A line that stands for a picture.
PICTURE = re.compile(r"\[[^\]\n]*\]|[^\w\n]*")
# The text of a picture, or the code point that its file is named after ("1f44d.png").
HTML_PICTURE = re.compile(
    r"<img\b[^>]{0,2000}?(?:\balt=[\"']([^\"'<>]{1,40})|\b(1f[0-9a-f]{3})\b)", re.IGNORECASE
)
HTML_LOOKED_AT = 20_000
LONGEST_REACTION = 400
# Outlook's six reactions, as the text of the picture names them.
NAMED_EMOJI = {
    "👍": r"thumbs ?up|like|j[’']aime|pouce|gefällt mir|me gusta|mi piace|vind ik leuk|curtir",
    "❤️": r"heart|love|c[œo]+e?ur|j[’']adore|herz|coraz[oó]n|cuore|hart|coração",
    "🎉": r"celebrat\w*|party|célébr\w*|fête|feier\w*|celebra\w*|festeggia\w*",
    "😆": r"laugh\w*|haha|rire|rigol\w*|lach\w*|risa|risata|riso",
    "😮": r"surpris\w*|wow|étonn\w*|überrascht|sorpr\w*|verrast",
    "😢": r"sad|triste|cry|traurig|verdrietig",
}

LOOKED_AT = 128 * 1024


def parsed(raw: bytes) -> Message:
    """Read the headers of an email and its first parts, which say what sent it.

    Python's parser takes 12 s for a megabyte of tiny parts (measured).
    """
    return email.message_from_bytes(raw[:LOOKED_AT], policy=email.policy.compat32)


def nature_of(
    message: Message, *, sender: str, text: str, is_known: bool, is_of_a_user: bool
) -> Nature:
    """Return what sent an email, given what its author wrote in it.

    `is_known`: a reply address or the sender's says who writes. `is_of_a_user`: the sender's does.
    """
    if SERVERS.match(sender):
        return Nature.MACHINE
    if _is_receipt(message, text):
        return Nature.RECEIPT
    if _has_calendar(message) and (is_known or not _is_bulk(message)):
        # Google sends it with `Auto-Submitted`, but a person has invited or accepted.
        return Nature.PERSON
    if _answers_by_itself(message) or _looks_absent(message, text):
        return Nature.AUTO_REPLY
    if _value(message, "Auto-Submitted") not in NO or message.get_content_type() == REPORT:
        return Nature.MACHINE
    if is_known:
        return Nature.MACHINE if not is_of_a_user and _is_newsletter(message) else Nature.PERSON
    is_of_a_program = NO_REPLY.match(sender) or _has_null_path(message)
    return Nature.MACHINE if is_of_a_program or _is_bulk(message) else Nature.PERSON


def may_be_answered(message: Message, sender: str) -> bool:
    """Tell if a letter to the sender can start no loop, and reaches one person only."""
    return not (
        SERVERS.match(sender)
        or NO_REPLY.match(sender)
        or _has_null_path(message)
        or _is_bulk(message)
        or _value(message, "Auto-Submitted") not in NO
    )


def reaction_of(message: Message, text: str) -> str:
    """Return the emoji of an email that only says "reacted with 👍"; empty for any other.

    Gmail sends a part of its own. Outlook sends a line, with a picture or its name, and a quote.
    """
    said = QUOTE.split(text, maxsplit=1)[0].strip()
    for part in parts_of(message):
        if part.get_content_type() == REACTION_TYPE:
            return _emoji_of_gmail(part) or _emoji_in(said) or "👍"
    if len(said) > LONGEST_REACTION:
        return ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reacted = [line for line in lines if REACTED.fullmatch(line)]
    is_alone = len(reacted) == 1 and all(line in reacted or _is_a_sign(line) for line in lines)
    return (_emoji_in(said) or _emoji_in_picture(message)) if is_alone else ""


def parts_of(message: Message) -> Iterator[Message]:
    """Yield an email and its parts, and none of an email that is attached to it."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from parts_of(part)


def subject_of(message: Message) -> str:
    text = str(message.get("Subject", ""))
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        return text


REPORT = "multipart/report"


def _value(message: Message, name: str) -> str:
    """Return a header's value in lower case, without its parameters and comments."""
    return re.split(r"[;(]", str(message.get(name, "")))[0].strip().lower()


def _is_receipt(message: Message, text: str) -> bool:
    if message.get_content_type() == REPORT:
        return any("notification" in part or "status" in part for part in _types(message))
    return bool(READ_SUBJECT.match(subject_of(message)) and READ_WORDS.search(text))


def _types(message: Message) -> Iterator[str]:
    return (part.get_content_type() for part in parts_of(message))


def _has_calendar(message: Message) -> bool:
    return any(
        part.get_content_type() == "text/calendar"
        and str(part.get_param("method", "")).lower() in CALENDAR_METHODS
        for part in parts_of(message)
    )


def _answers_by_itself(message: Message) -> bool:
    return (
        _value(message, "Auto-Submitted").startswith("auto-replied")
        or any(_value(message, name) not in NO for name in ANSWERING_HEADERS)
        or _value(message, "Precedence") in PRECEDENCE_OF_ANSWERS
        or _value(message, "X-Precedence") in PRECEDENCE_OF_ANSWERS
        or _value(message, "X-Autogenerated") == "reply"
        or "autoresponder" in str(message.get("X-POST-MessageClass", "")).lower()
        or "autoresponder"
        in [str(to).strip().lower() for to in message.get_all("Delivered-To", [])]
        or ANSWERING_PROGRAM.search(f"{message.get('X-Mailer')} {message.get('User-Agent')}")
        is not None
    )


def _looks_absent(message: Message, text: str) -> bool:
    """Tell if subject, text and headers together say that a program answered for someone absent.

    What the text says is no hint alone, and neither is a header that Exchange adds to every email.
    """
    said = absence.weight_of_subject(subject_of(message))
    shown = int(
        _has_null_path(message)
        or _value(message, "Precedence") in ("bulk", "junk")
        or "rules agent" in _value(message, "X-MS-Exchange-Generated-Message-Source")
        or _value(message, "Auto-Submitted") not in NO
        or (said > 0 and _value(message, "X-Auto-Response-Suppress") not in NO)
    )
    return said + shown > 0 and said + shown + absence.weight_of_text(text) >= 2


def _has_null_path(message: Message) -> bool:
    return str(message.get("Return-Path", "")).strip() == "<>"


def _is_bulk(message: Message) -> bool:
    return _value(message, "Precedence") in BULK or any(message.get(name) for name in LIST_HEADERS)


def _is_newsletter(message: Message) -> bool:
    """Tell if an email is one of many: nobody writes such a one in answer to us."""
    is_answer = bool(message.get("In-Reply-To") or message.get("References"))
    is_discussion = bool(message.get("List-Post") or message.get("X-BeenThere"))
    is_mass = bool(
        message.get("List-Unsubscribe-Post")
        or message.get("Feedback-ID")
        or _value(message, "Precedence") == "bulk"
    )
    return bool(message.get("List-Unsubscribe")) and is_mass and not (is_answer or is_discussion)


def _emoji_of_gmail(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        said = json.loads(payload) if isinstance(payload, bytes) else {}
        emoji = said.get("emoji", "") if isinstance(said, dict) else ""
    except (ValueError, RecursionError):
        return ""
    return emoji if isinstance(emoji, str) and EMOJI.fullmatch(emoji.strip()) else ""


def _emoji_in(text: str) -> str:
    if found := EMOJI.search(text):
        return found[0]
    for emoji, names in NAMED_EMOJI.items():
        # As the text of a picture: "[Like]", or alone on its line.
        if re.search(rf"(?:\[\s*|^\s*)(?:{names})(?:\s*\]|\s*$)", text, re.IGNORECASE | re.M):
            return emoji
    return ""


def _is_a_sign(line: str) -> bool:
    """Tell if a line is an emoji or stands for a picture: "[Like]", "[cid:…]"."""
    return bool(PICTURE.fullmatch(line)) or (len(line) <= 40 and bool(_emoji_in(line)))


def _emoji_in_picture(message: Message) -> str:
    """Return the emoji of the first picture in the HTML, by its text or the name of its file."""
    for part in parts_of(message):
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            html = payload[:HTML_LOOKED_AT].decode("utf-8", "replace")
            for alt, code in HTML_PICTURE.findall(html):
                if emoji := _emoji_in(alt) if alt else _of_code(code):
                    return emoji
    return ""


def _of_code(code: str) -> str:
    return "".join(EMOJI.findall(chr(int(code, 16)))[:1])

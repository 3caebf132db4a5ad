"""Read a mail by the real sequence, and say what is wrong with the message."""

import re
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import unquote

from django.utils.translation import override

from attachments.models import Attachment
from notifications.inbound_email import automatic, intake, parser
from notifications.inbound_email import draft as drafts
from notifications.outbound_email import reply_address
from tests.mails.case import Case
from tests.mails.letter import Letter

# A key is given away by a part of it that is long enough to look for.
PIECE = 20


@dataclass(frozen=True)
class Read:
    text: str
    files: list[str]


def read(raw: bytes) -> Read:
    """Return the text and the files of the message that a mail becomes. Its files are uploaded.

    Of a mail whose reply address is damaged, only what its author says.
    """
    incoming, said = said_in(raw)
    holder = next(filter(None, map(reply_address.holder_of, incoming.tokens)), None)
    if holder is None:
        return Read(text=said, files=[])
    with override(holder.user.locale):
        draft = drafts.of(incoming, said, holder)
    names = Attachment.objects.in_bulk(draft.attachment_ids)
    return Read(text=draft.body, files=[names[each].name for each in draft.attachment_ids])


def said_in(raw: bytes) -> tuple[parser.Incoming, str]:
    """Return what is read of a mail, and what its author says."""
    incoming = parser.read(raw)
    if emoji := automatic.reaction_of(automatic.parsed(raw), incoming.text):
        return replace(incoming, files=[], left_out=[], events=[], forwarded=[]), emoji
    return incoming, intake.said_in(incoming)


def lines_of(text: str) -> list[str]:
    """Return the lines without blank ones, no-break spaces and repeated spaces."""
    lines = [
        re.sub(r"[\s\u00a0\u202f\ufeff\u200b]+", " ", line).strip()
        for line in unicodedata.normalize("NFC", text).split("\n")
    ]
    return [line for line in lines if line]


def problems(case: Case, letter: Letter, got: Read) -> list[str]:
    """Return what is wrong, in words; nothing if the message is as it should be."""
    return [
        *_wrong_text(case, got),
        *_wrong_files(case, got),
        *[f"not in it: {each!r}" for each in case.contains if not _holds(got.text, each)],
        *[f"still in it: {each!r}" for each in case.absent if _holds(got.text, each)],
        *secrets_in(letter, got.text),
        *([] if case.letter_may_stay else letter_in(letter, got.text, case.quotes_may_stay)),
    ]


def _holds(text: str, words: str) -> bool:
    return " ".join(lines_of(words)) in " ".join(lines_of(text))


def _wrong_text(case: Case, got: Read) -> list[str]:
    if case.text is None:
        return []
    lines = lines_of(got.text)
    if case.quotes_may_stay:
        lines = [line for line in lines if not line.startswith(">")]
    wanted = lines_of(case.text)
    return [] if lines == wanted else [f"text {lines!r}, expected {wanted!r}"]


def _wrong_files(case: Case, got: Read) -> list[str]:
    if case.files is None:
        return []
    fits = len(got.files) == len(case.files) and all(map(_is_named, got.files, case.files))
    return [] if fits else [f"files {got.files!r}, expected {list(case.files)!r}"]


def _is_named(name: str, wanted: str) -> bool:
    if wanted.startswith("*"):
        return name.endswith(wanted[1:])
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted


def secrets_in(letter: Letter, text: str) -> list[str]:
    """Say which keys of the letter a text gives away, written in one piece or over lines."""
    joined = re.sub(r"[\s>]+", "", unquote(text))
    leaked = [
        secret
        for secret in letter.secrets
        if any(
            secret[start : start + PIECE].lower() in joined.lower()
            for start in range(max(1, len(secret) - PIECE + 1))
        )
    ]
    return [f"gives away {secret[:12]}…" for secret in leaked]


def letter_in(letter: Letter, text: str, quotes_may_stay: bool = False) -> list[str]:
    """Say which sentences of the letter are repeated."""
    lines = lines_of(text)
    if quotes_may_stay:
        lines = [line for line in lines if not line.startswith(">")]
    joined = " ".join(lines)
    sentences = [
        line
        for body in letter.messages
        for line in lines_of(body)
        if len(line) > len("Bonne journée")
    ]
    sentences += ["Se désabonner", "/unsubscribe/", "joins the conversation"]
    return [f"repeats {each!r}" for each in sentences if each in joined]

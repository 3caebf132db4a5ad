"""Make the message of an email: its text, its files, and a sentence about what was left out."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext as _

from attachments.models import Attachment
from attachments.uploads.server_side import store_bytes
from core.models import User
from core.text import cleaned, is_blank, one_line
from core.web.errors import Refusal, TooMany
from messaging.actions import attachments
from messaging.conversation.idempotency import Draft
from messaging.models import BODY_LENGTH
from notifications.inbound_email import wording
from notifications.inbound_email.own_files import own_files
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.quotes import tokens
from notifications.inbound_email.reading.content import File
from notifications.inbound_email.reading.names import extension_of, has_extension, is_image
from notifications.models import ReplyAddress
from notifications.outbound_email import reply_address

# The ids of a message and of its files are made from the email's id, so a repeat has the same ones.
EMAILS = UUID("5b0c1f5e-7d3f-4c0b-9a52-6d2b0e5a4f11")
# How programs begin the subject of an answer, and of an email that is passed on.
ANSWERED = re.compile(
    r"^\s*(?:(?:re|ré|rép|aw|antw|sv|vs|ref|odp|rif|res|tr|fw|fwd|wg|rv|enc|i)\s*"
    r"(?:\[\d+\]|\(\d+\))?[\s\xa0]*:|\[?(?:fwd|réf)\b)",
    re.IGNORECASE,
)
# The last word of what is kept is looked for in so many signs.
LONGEST_WORD = 200
# A file that is the rest of a text takes the place of another one.
REST_ID = "rest"


@dataclass
class _Files:
    """The files of an email: what is kept, and what is said of the others."""

    kept: list[UUID] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)


def is_empty(incoming: Incoming, said: str) -> bool:
    """Tell whether an email would make an empty message. `said` is its author's text."""
    return (
        is_blank(_text_of(incoming, said))
        and not own_files(incoming.files, said, lambda _: False)
        and not incoming.left_out
    )


def of(incoming: Incoming, said: str, holder: ReplyAddress) -> Draft:
    """Return the message of an email, in the language that is active. Its files are uploaded."""
    author = holder.user
    draft_id = uuid5(EMAILS, incoming.digest.hex())
    text = _text_of(incoming, said)
    has_rest = len(text) > BODY_LENGTH
    at_most = settings.ATTACHMENTS_PER_MESSAGE - has_rest
    files = _uploaded(_own(incoming, said, author, draft_id), author, draft_id, at_most)
    notes = list(_notes(incoming, files))
    body = "\n\n".join(filter(None, [text, "\n".join(notes)]))
    if len(body) > BODY_LENGTH:
        body = _cut(text, notes, files, author, draft_id)
    return Draft(id=draft_id, body=body, attachment_ids=tuple(files.kept), by_email=True)


# --- Text ---------------------------------------------------------------------------------------


def _text_of(incoming: Incoming, said: str) -> str:
    """Return all that the author says: the text, or else the subject; invitations, other emails."""
    own = "" if is_blank(said) else cleaned(said)
    if not own and not incoming.events and not incoming.forwarded:
        own = cleaned(_own_subject(incoming))
    pieces = [own, *_events(incoming, own), *map(wording.quote_of, incoming.forwarded)]
    return "\n\n".join(filter(None, (tokens.masked(cleaned(piece)) for piece in pieces)))


def _events(incoming: Incoming, own: str) -> Iterator[str]:
    letters = re.sub(r"\W+", "", incoming.text)
    for event in incoming.events:
        yield wording.event_line(event)
        described = re.sub(r"\W+", "", event.description)
        if described and described not in letters and event.description != event.summary:
            yield event.description


def _own_subject(incoming: Incoming) -> str:
    """Return the subject if the author wrote it, not a program that answers for them."""
    subject = one_line(incoming.subject)
    if ANSWERED.match(subject):
        return ""
    ours = (
        holder.conversation for holder in map(reply_address.holder_of, incoming.tokens) if holder
    )
    is_ours = any(one_line(each.subject).lower() in subject.lower() for each in ours)
    return "" if is_ours else subject


def _notes(incoming: Incoming, files: _Files) -> Iterator[str]:
    """Yield what is said of what the message does not have."""
    if files.refused:
        yield _("Files of the email that were refused:") + "\n" + "\n".join(files.refused)
    if files.beyond:
        yield wording.too_many_files(len(files.kept), files.beyond)
    yield from filter(None, map(wording.sentence_of, incoming.left_out))


def _cut(text: str, notes: list[str], files: _Files, author: User, draft_id: UUID) -> str:
    """Return as much of a long text as fits, and keep the rest as a file. The notes stay whole."""
    notes = ["\n".join(notes)[: BODY_LENGTH // 2]] if notes else []
    name = _("rest.txt")
    note = _("The text of this email is longer: its rest is in the file %(name)s.") % {"name": name}
    lost = _("The text of this email is longer than a message: its rest was not kept.")
    room = BODY_LENGTH - len("\n\n".join([*notes, max(note, lost, key=len)])) - len("…\n\n\n")
    end = _end_of_a_word(text, room)
    rest = File(name, text[end:].strip().encode(), "text/plain")
    try:
        files.kept.append(_upload(uuid5(draft_id, REST_ID), rest, name, author))
    except (Refusal, TooMany):
        note = lost
    return "\n\n".join([text[:end].rstrip() + "…", "\n".join([note, *notes])])


def _end_of_a_word(text: str, room: int) -> int:
    space = max(text.rfind(" ", 0, room), text.rfind("\n", 0, room))
    return space if space > room - LONGEST_WORD else room


# --- Files --------------------------------------------------------------------------------------


def _own(incoming: Incoming, said: str, author: User, draft_id: UUID) -> list[tuple[UUID, File]]:
    """Return the files that the author sends, each with its id."""
    ids = {id(file): uuid5(draft_id, str(number)) for number, file in enumerate(incoming.files)}

    def is_known(file: File) -> bool:
        own_id, digest = ids[id(file)], hashlib.sha256(file.content).digest()
        same = Attachment.objects.filter(uploader=author, sha256=digest)
        # One that an earlier attempt at this email has stored is no other one.
        return not same.filter(pk=own_id).exists() and same.exists()

    own = own_files(incoming.files, said, is_known)
    return [(ids[id(file)], file) for file in own]


def _uploaded(own: list[tuple[UUID, File]], author: User, draft_id: UUID, at_most: int) -> _Files:
    files = _Files()
    numbers = {True: 0, False: 0}
    for file_id, file in own:
        is_photo = is_image(file.content, file.content_type)
        numbers[is_photo] += not file.name
        name = _name(file, numbers[is_photo], is_photo=is_photo)
        if len(files.kept) >= at_most:
            files.beyond.append(name)
            continue
        try:
            files.kept.append(_upload(file_id, file, name, author))
        except (Refusal, TooMany) as refusal:
            files.refused.append(f"{name} : {refusal.detail}")
    return files


def _name(file: File, number: int, *, is_photo: bool) -> str:
    """Return the name of a file; one that has none is a photo or a file, with its number."""
    extension = extension_of(file.content, file.content_type)
    if file.name:
        is_bare = not has_extension(file.name) and extension
        return f"{file.name}.{extension}" if is_bare else file.name
    made_up = _("Photo %(number)d") if is_photo else _("File %(number)d")
    name = made_up % {"number": number}
    return f"{name}.{extension}" if extension else name


def _upload(file_id: UUID, file: File, name: str, author: User) -> UUID:
    """Send a file through everybody's door: quarantine, analysis, and only then seen."""
    attachment = store_bytes(uploader=author, name=name, content=file.content, id=file_id)
    return attachments.complete(attachment).pk

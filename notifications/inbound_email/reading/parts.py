"""Walk through the parts of an email in the order in which a person reads them.

All parts of a multipart are read, but of a multipart/alternative one text: the fuller of the plain
one and the HTML. Files are taken from everywhere, each once.
"""

import re
from dataclasses import dataclass, field, replace

from notifications.inbound_email.reading import (
    alternatives,
    calendar,
    html_text,
    opaque,
    pictures,
    plain_text,
    text_parts,
)
from notifications.inbound_email.reading.content import (
    Content,
    File,
    Forwarded,
    LeftOut,
    Place,
    Reason,
)
from notifications.inbound_email.reading.mime import Limits, Part, parsed

# What signs an email, and the keys beside it: nothing that a person sends.
SIGNATURE_TYPES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pgp-encrypted",
        "application/x-pkcs7-certificates",
    }
)
SIGNATURE_NAMES = re.compile(
    r"(?:smime\.p7[sc]|signature\.asc|(?:open)?pgp[_-]?(?:signature|0x[0-9a-f]+).*\.asc)", re.I
)
SIGNED_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
WINMAIL_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
EMAIL_TYPES = frozenset({"message/rfc822", "message/global", "message/rfc2822"})
CALENDAR_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
# What machines say of an email: no text, and no file.
REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/global-delivery-status",
    }
)
MAX_FORWARDED_LEVELS = 5
MAX_TEXT = 1_000_000
AROUND = 3_000


@dataclass
class Walk:
    """What was read so far. One for the email, one for each alternative and each email in it."""

    limits: Limits
    level: int = 0
    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    events: list[calendar.Event] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    has_html: bool = False

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)

    def inner(self, *, deeper: bool = False) -> "Walk":
        return Walk(self.limits, self.level + deeper)

    # --- Parts ----------------------------------------------------------------------------------

    def read(self, part: Part) -> None:
        kind = part.content_type
        if kind in SIGNATURE_TYPES or SIGNATURE_NAMES.fullmatch(part.file_name):
            return
        if kind == "multipart/encrypted":
            self._leave_out(Reason.ENCRYPTED)
        elif kind == "multipart/alternative" and part.parts:
            self._read_alternatives(part.parts)
        elif part.parts:
            for child in _root_first(part):
                self.read(child)
        elif kind.startswith("multipart/") and self.limits.is_too_deep:
            # Its parts stand in it, unread.
            return
        elif kind.startswith("multipart/"):
            self._read_text(Part(part.fields, part.body), "text/plain")
        else:
            self._read_leaf(part, kind)

    def _read_leaf(self, part: Part, kind: str) -> None:
        if kind in SIGNED_TYPES or part.file_name.lower() == "smime.p7m":
            self._read_signed(part)
        elif kind in WINMAIL_TYPES or part.file_name.lower() == "winmail.dat":
            self._read_winmail(part)
        elif kind in EMAIL_TYPES or part.file_name.lower().endswith(".eml"):
            self._read_email(part)
        elif kind in CALENDAR_TYPES or part.file_name.lower().endswith(".ics"):
            self._read_calendar(part)
        elif kind == "message/external-body":
            self._read_external(part)
        elif kind in REPORT_TYPES:
            return
        elif text_parts.is_text(part, is_first=not self.texts):
            self._read_text(part, kind)
        elif kind not in text_parts.IGNORED:
            self._add_file(part)

    def _read_text(self, part: Part, kind: str) -> None:
        read = text_parts.read(part, kind)
        for file in read.files:
            self._keep(file)
        if read.is_encrypted:
            self._leave_out(Reason.ENCRYPTED)
        if read.is_cut:
            self._leave_out(Reason.TOO_LONG)
        self.has_html = self.has_html or read.is_html
        self.addresses += read.addresses
        self._add_text(read.text, read.pictures)

    def _add_text(self, text: str, shown: list[html_text.Picture]) -> None:
        before = self.text
        for picture in shown:
            place = Place(
                before=f"{before}\n{text[: picture.offset]}"[-AROUND:],
                after=text[picture.offset :][:AROUND],
                is_quoted=picture.is_quoted,
                is_signature=picture.is_signature,
                width=picture.width,
                height=picture.height,
            )
            self.places.setdefault(pictures.key_of(picture.source), place)
        room = MAX_TEXT - len(before)
        if len(text) > room:
            self._leave_out(Reason.TOO_LONG)
        if text.strip() and room > 0:
            self.texts.append(text.strip("\n")[:room])

    def _read_alternatives(self, parts: list[Part]) -> None:
        walks = []
        for part in parts:
            walk = self.inner()
            walk.read(part)
            walks.append(walk)
        chosen = alternatives.chosen(walks)
        for walk in walks:
            self._take_all_but_text(walk)
        if chosen is not None:
            self.texts += chosen.texts
            self.addresses += chosen.addresses
            self.has_html = self.has_html or chosen.has_html

    def _take_all_but_text(self, walk: "Walk") -> None:
        for file in walk.files:
            self._keep(file)
        self.left_out += [each for each in walk.left_out if each not in self.left_out]
        known = {(event.uid, event.method) for event in self.events if event.uid}
        self.events += [each for each in walk.events if (each.uid, each.method) not in known]
        self.forwarded += walk.forwarded
        self.places = walk.places | self.places

    # --- What hides its content -----------------------------------------------------------------

    def _read_signed(self, part: Part) -> None:
        said = part.parameters.get("smime-type", "").lower()
        if said == "certs-only":
            return
        inner = opaque.signed_content(part.content)
        if inner is None:
            self._leave_out(Reason.ENCRYPTED)
        elif self._may_go_deeper():
            self._read_inside(parsed(inner, self.limits))

    def _read_inside(self, part: Part) -> None:
        self.level += 1
        self.read(part)
        self.level -= 1

    def _read_winmail(self, part: Part) -> None:
        winmail = opaque.winmail(part.content)
        # Beside a text, it often holds only the looks of that text.
        is_bare = winmail is None or not (winmail.text.strip() or winmail.html or winmail.files)
        if winmail is None or (is_bare and not self.texts):
            self._leave_out(Reason.UNREADABLE, part.file_name or "winmail.dat")
            return
        if not self.texts and winmail.text.strip():
            self._add_text(plain_text.read(winmail.text).text, [])
        elif not self.texts and winmail.html:
            inside = Part([("content-type", b"text/html")], winmail.html)
            self._read_text(inside, "text/html")
        for name, content in winmail.files:
            self._keep(File(name, content))

    def _read_email(self, part: Part) -> None:
        if not self._may_go_deeper():
            return
        email = parsed(part.content, self.limits)
        if not email.fields:
            self._add_file(part)
            return
        walk = self.inner(deeper=True)
        walk.read(email)
        said = walk.finished()
        self.forwarded.append(
            Forwarded(
                sender=email.header("from"),
                date=email.header("date"),
                subject=email.header("subject"),
                text=said.text,
                events=tuple(said.events),
                level=self.level,
            )
        )
        self.forwarded += said.forwarded
        for file in said.files:
            self._keep(replace(file, is_forwarded=True))
        self.left_out += [each for each in said.left_out if each not in self.left_out]

    def _may_go_deeper(self) -> bool:
        if self.level < MAX_FORWARDED_LEVELS:
            return True
        self._leave_out(Reason.TOO_DEEP)
        return False

    def _read_calendar(self, part: Part) -> None:
        content = text_parts.decoded(part)
        events = calendar.events_in(content, part.parameters.get("method", ""))
        known = {(event.uid, event.method) for event in self.events if event.uid}
        self.events += [each for each in events if (each.uid, each.method) not in known]
        if not events:
            self._add_file(part)

    def _read_external(self, part: Part) -> None:
        inside = parsed(part.content, self.limits)
        name = part.file_name or inside.file_name or inside.header("content-description")
        address = part.parameters.get("url", "")
        if address.startswith(("http://", "https://")):
            self._add_text(f"{name} ({address})" if name else address, [])
        else:
            self._leave_out(Reason.EXTERNAL, name)

    # --- Files ----------------------------------------------------------------------------------

    def _add_file(self, part: Part) -> None:
        content = part.content
        if not content and not part.file_name:
            return
        file = File(
            name=part.file_name,
            content=content,
            content_type=part.content_type,
            content_id=part.content_id,
            location=part.header("content-location"),
            is_inline=part.disposition != "attachment",
        )
        self._keep(file)

    def _keep(self, file: File) -> None:
        """Keep a file, unless another part has it under the same name."""
        if not any((file.name, file.content) == (each.name, each.content) for each in self.files):
            self.files.append(file)

    def _leave_out(self, reason: Reason, name: str = "") -> None:
        if (left_out := LeftOut(reason, name)) not in self.left_out:
            self.left_out.append(left_out)

    def finished(self) -> Content:
        if self.limits.has_too_many_parts:
            self._leave_out(Reason.TOO_MANY_PARTS)
        if self.limits.is_too_deep:
            self._leave_out(Reason.TOO_DEEP)
        text, files = pictures.placed(self.text, self.files, self.places)
        return Content(text, files, self.left_out, self.events, self.forwarded)


def read(email: Part, limits: Limits) -> Content:
    """Return the content of an email. Raises nothing, whatever it is made of."""
    walk = Walk(limits)
    walk.read(email)
    return walk.finished()


def _root_first(part: Part) -> list[Part]:
    """Return the parts, the one that a multipart/related begins with (RFC 2387) first."""
    start = part.parameters.get("start", "").strip("<>")
    if part.content_type != "multipart/related" or not start:
        return part.parts
    return sorted(part.parts, key=lambda child: child.content_id != start)

"""What stands above and below the messages of a page or a PDF, in the active language."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.models import User
from messaging.exporting.rows import moment
from messaging.models import Conversation, Participant


@dataclass(frozen=True)
class Head:
    """What stands above the messages: a title, a warning or "", and pairs of a name and words."""

    title: str
    warning: str
    facts: list[tuple[str, str]]
    # What the last line says.
    end: str
    language: str


def head_of(
    conversation: Conversation,
    reader: User,
    at: datetime,
    *,
    with_notes: bool,
    part: int = 1,
    parts: int = 1,
    count: int | None = None,
) -> Head:
    """Return what a part of a conversation says of itself. `count`: messages of this part."""
    shown = conversation.last_seq if count is None else count
    is_last = part == parts
    return Head(
        title=conversation.subject,
        warning=internal_warning() if with_notes else "",
        facts=[
            *_places(conversation),
            (_("Participants"), ", ".join(_people(conversation))),
            (_("Opened on"), moment(conversation.created_at)),
            (_("Made on"), printed(at, reader)),
            *([(_("Part"), _("%(n)s of %(all)s") % {"n": part, "all": parts})] * (parts > 1)),
        ],
        end=end_of_conversation(shown) if is_last and parts == 1 else end_of_part(part, parts),
        language=(get_language() or "fr")[:2],
    )


def internal_warning() -> str:
    return _("Internal document: it holds notes that the client does not see.")


def printed(at: datetime, reader: User) -> str:
    return _("%(moment)s, by %(name)s") % {"moment": moment(at), "name": reader.name}


def end_of_conversation(count: int) -> str:
    return ngettext(
        "End of the conversation: %(count)s message.",
        "End of the conversation: %(count)s messages.",
        count,
    ) % {"count": count}


def end_of_part(part: int, parts: int) -> str:
    return _("End of part %(n)s of %(all)s.") % {"n": part, "all": parts}


def _places(conversation: Conversation) -> list[tuple[str, str]]:
    client, chantier = (_("Client"), conversation.client.name), conversation.chantier
    if chantier is None:
        return [client]
    name = f"{chantier.name} ({chantier.reference})" if chantier.reference else chantier.name
    return [(_("Building site"), name), client]


def _people(conversation: Conversation) -> list[str]:
    """Return who takes part: the client's people first."""
    rows = Participant.objects.filter(conversation=conversation, left_at=None)
    people = sorted((row.user for row in rows.select_related("user")), key=_order)
    return [f"{each.name} ({_('company') if each.is_company else _('client')})" for each in people]


def _order(person: User) -> tuple[bool, str]:
    return person.is_company, person.name

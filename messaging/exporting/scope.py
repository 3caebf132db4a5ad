"""What a person may export: a conversation, a chantier, a client, or a person's own data.

As everywhere, what is not theirs is not found. All of a client is for managers and for the client's
own people; all of a person for managers and that person.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from core.models import User
from core.queries import chantiers_for, client_for
from core.web.errors import NotAllowed
from messaging.models import Conversation, Export, Message, Note
from messaging.queries.conversations import conversation_for, visible_to

Kind = Export.Kind


@dataclass(frozen=True)
class Scope:
    kind: str
    subject: UUID
    # The name of what is exported.
    label: str
    conversations: QuerySet[Conversation]
    # Only what this person wrote: the words of the others are theirs.
    author: User | None = None


def scope_for(reader: User, kind: str, subject: UUID) -> Scope:
    """Return what somebody wants to export. Raises Http404, or NotAllowed for staff."""
    match kind:
        case Kind.CONVERSATION:
            found = conversation_for(reader, subject)
            mine = visible_to(reader).filter(pk=found.pk)
            return Scope(kind, subject, found.subject, mine)
        case Kind.CHANTIER:
            chantier = get_object_or_404(chantiers_for(reader), pk=subject)
            mine = visible_to(reader).filter(chantier=chantier)
            return Scope(kind, subject, chantier.name, mine)
        case Kind.CLIENT:
            if reader.is_company and reader.role != User.Role.MANAGER:
                raise NotAllowed
            client = client_for(reader, subject)
            return Scope(kind, subject, client.name, visible_to(reader).filter(client=client))
    return _of_person(reader, subject)


def _of_person(reader: User, subject: UUID) -> Scope:
    if subject != reader.pk and reader.role != User.Role.MANAGER:
        raise NotAllowed if reader.is_company else Http404
    person = get_object_or_404(User, pk=subject)
    written = Message.objects.filter(author=person).values("conversation")
    noted = Note.objects.filter(author=person, deleted_at=None).values("conversation")
    # Of a client's user not what is another client's by now: its names are not theirs to see.
    mine = visible_to(reader).filter(Q(pk__in=written) | Q(pk__in=noted))
    return Scope(Kind.PERSON, subject, person.name, mine, author=person)

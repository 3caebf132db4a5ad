"""What is known of a person, for their right of access. The apps above add what is theirs."""

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Subquery

from attachments.models import Attachment
from core.models import User
from messaging.chain.hashes import written
from messaging.models import Mention, Message, Note, Participant, ReadTime
from messaging.queries.conversations import visible_to

Json = dict[str, Any]
# Each returns what an app above knows of a person, under a name.
PARTS: dict[str, Callable[[User], Any]] = {}


def data_of(person: User, reader: User) -> Json:
    """Return all that the rows say of a person beside what they wrote, which is in its place.

    A conversation that the reader may not see any more is there without its subject.
    """
    return {
        "id": str(person.pk),
        "external_id": person.external_id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "role": person.role,
        "language": person.locale,
        "client": person.client.name if person.client else None,
        "is_active": person.is_active,
        "created_at": written(person.created_at),
        "last_login": written(person.last_login) if person.last_login else None,
        "access_ended_at": written(person.access_ended_at) if person.access_ended_at else None,
        "conversations": [_participation(each) for each in _participations(person, reader)],
        "messages": Message.objects.filter(author=person).count(),
        "notes": Note.objects.filter(author=person, deleted_at=None).count(),
        "mentions": Mention.objects.filter(user=person).count(),
        "readings": ReadTime.objects.filter(participant__user=person).count(),
        "files": [_file(each) for each in Attachment.objects.filter(uploader=person)],
        **{name: read(person) for name, read in PARTS.items()},
    }


def _participations(person: User, reader: User) -> Any:
    seen = visible_to(reader).filter(pk=OuterRef("conversation"))
    rows = Participant.objects.filter(user=person).annotate(
        subject=Subquery(seen.values("subject"))
    )
    return rows.order_by("conversation__created_at").iterator(chunk_size=500)


def _participation(row: Any) -> Json:
    return {
        "id": str(row.conversation_id),
        "subject": row.subject,
        "read_up_to_seq": row.last_read_seq,
        "left_at": written(row.left_at) if row.left_at else None,
    }


def _file(file: Attachment) -> Json:
    return {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size,
        "sent_at": written(file.created_at),
        "status": file.status,
    }

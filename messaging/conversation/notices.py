"""Order notices to the company's people, in the transaction of what they tell of."""

from collections.abc import Iterable
from uuid import UUID

from core.jobs.enqueue import Job, enqueue
from core.models import User
from messaging.models import Conversation, HistoryLine, Notice

Kind = Notice.Kind


def tell(
    people: Iterable[User],
    kind: Notice.Kind,
    conversation: Conversation,
    *,
    about: UUID,
    by: User | None = None,
    text: str = "",
) -> None:
    """Order a notice to each of these people, once for what it is `about`; not to who did it."""
    wanted = {each.pk: each for each in people if each.is_active and each != by}
    notices = Notice.objects.bulk_create(
        (
            Notice(
                recipient=each, kind=kind, conversation=conversation, by=by, about=about, text=text
            )
            for each in wanted.values()
        ),
        ignore_conflicts=True,
    )
    for notice in notices:
        # One that was ordered before has another id, and the job finds no row.
        enqueue(Job.SEND_NOTICE, notice_id=notice.pk)


def tell_of_owners(
    line: HistoryLine, conversation: Conversation, *, owner: User | None, former: User | None
) -> None:
    """Tell who gets a conversation, and whom it was taken from."""
    if owner is not None:
        kind = Kind.ESCALATED if line.kind == HistoryLine.Kind.ESCALATED else Kind.ASSIGNED
        tell([owner], kind, conversation, about=line.pk, by=line.by)
    if former is not None and former != owner:
        tell([former], Kind.TAKEN_OVER, conversation, about=line.pk, by=line.by)

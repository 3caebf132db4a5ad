"""Take a conversation, follow it or not: one transaction each."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import User
from core.web.errors import NotAllowed, Refusal
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging.actions.conversations import change_conversation
from messaging.conversation import history, participants
from messaging.conversation.lock import lock
from messaging.conversation.versions import bump
from messaging.models import Conversation


class FollowedByAnother(Refusal):
    """Somebody else has it. The same request with `confirmed` takes it from them."""

    default_code = "followed_by_another"
    attr = "confirmed"

    def __init__(self, owner: User) -> None:
        super().__init__(
            _("%(name)s follows this conversation. Confirm to take it over.") % {"name": owner.name}
        )


class OwnerFollows(Refusal):
    default_code = "owner_follows"
    default_detail = gettext_lazy(
        "You own this conversation. Give it to somebody else first, then stop following it."
    )


@transaction.atomic
def take(
    *,
    taker: User,
    conversation: Conversation,
    confirmed: bool = False,
    only_if: Preconditions = NO_PRECONDITIONS,
) -> None:
    """Make a conversation one's own, and tell the person it is taken from.

    Raises NotAllowed for a client's user, FollowedByAnother unless `confirmed`, or
    PreconditionFailed.
    """
    if not taker.is_company:
        raise NotAllowed
    locked = lock(conversation.pk)
    only_if.check(locked.conversation.version)
    owner = locked.conversation.assigned_to
    if owner is not None and owner.is_active and owner != taker and not confirmed:
        raise FollowedByAnother(owner)
    change_conversation(
        editor=taker, conversation=conversation, changes={"assigned_to_id": taker.pk}
    )


@transaction.atomic
def follow(*, follower: User, conversation: Conversation) -> None:
    """Take part in a conversation: be counted and told. Raises NotAllowed for a client's user."""
    _choose(follower, conversation, follows=True)


@transaction.atomic
def unfollow(*, follower: User, conversation: Conversation) -> None:
    """Take part no longer, until one writes there again.

    Raises NotAllowed for a client's user, OwnerFollows for the owner.
    """
    _choose(follower, conversation, follows=False)


def _choose(person: User, conversation: Conversation, *, follows: bool) -> None:
    if not person.is_company:
        raise NotAllowed
    locked = lock(conversation.pk)
    if not follows and locked.conversation.assigned_to_id == person.pk:
        raise OwnerFollows
    participants.choose(locked, [person], follows=follows)
    if participants.reconcile(locked, read_up_to=locked.conversation.last_seq):
        bump(locked)
        history.show_changed(locked)

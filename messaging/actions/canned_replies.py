"""Keep the replies that people of the company reuse: one transaction each."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.models import User
from core.web.errors import Refusal
from messaging.actions.sharing import check_may_change
from messaging.models import CannedReply
from messaging.queries.canned_replies import replies_for

AT_MOST = 200


class TooManyReplies(Refusal):
    default_code = "too_many_replies"
    default_detail = _("You have 200 canned replies. Delete one first.")


class ShortcutTaken(Refusal):
    default_code = "shortcut_taken"
    attr = "shortcut"
    default_detail = _("Another reply has this shortcut: choose another word.")


class NoText(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "required"
    attr = "text_fr"
    default_detail = _("Write the text in French, in English, or in both.")


def save_reply(owner: User, *, reply_id: UUID, values: dict[str, Any]) -> CannedReply:
    """Keep a reply. The same id again replaces it.

    Raises NotAllowed if the id is of a reply that one may not change, TooManyReplies, NoText or
    ShortcutTaken.
    """
    known = CannedReply.objects.filter(pk=reply_id).first()
    if known is not None:
        return change_reply(known, owner, values)
    if CannedReply.objects.filter(owner=owner).count() >= AT_MOST:
        raise TooManyReplies
    return _saved(CannedReply(pk=reply_id, owner=owner, **values))


def change_reply(reply: CannedReply, editor: User, changes: dict[str, Any]) -> CannedReply:
    """Change a reply: one's own, or a shared one as a manager.

    Raises NotAllowed, NoText or ShortcutTaken.
    """
    check_may_change(reply, editor)
    for name, value in changes.items():
        setattr(reply, name, value)
    return _saved(reply, only=list(changes))


def delete_reply(reply: CannedReply, remover: User) -> None:
    """Delete a reply: one's own, or a shared one as a manager. Raises NotAllowed."""
    check_may_change(reply, remover)
    reply.delete()


def count_uses(author: User, reply_ids: Iterable[UUID]) -> None:
    """Count a message that was written with these replies, in the message's own transaction.

    One that is deleted by now, or a colleague's own, is not counted: the message is sent.
    """
    used = replies_for(author).filter(pk__in=list(reply_ids))
    # In one order, so that two messages with the same replies do not wait for each other for ever.
    rows = used.select_for_update(no_key=True).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    changed = CannedReply.objects.filter(pk__in=keys)
    changed.update(use_count=F("use_count") + 1, last_used_at=timezone.now())


def _saved(reply: CannedReply, only: list[str] | None = None) -> CannedReply:
    if not reply.text_fr and not reply.text_en:
        raise NoText
    if only == []:
        return reply
    try:
        with transaction.atomic():
            reply.save(update_fields=only)
    except IntegrityError as error:
        raise ShortcutTaken from error
    return reply

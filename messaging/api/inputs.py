"""Turn validated JSON into what actions take: ids become rows that the caller may use."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError

from core.ids import new_id
from core.models import Chantier, User
from core.queries import chantiers_for, clients_for, staff_for
from messaging.actions.messages import Then
from messaging.conversation.idempotency import Draft, Opening
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation
from messaging.queries.conversations import visible_to


def draft_of(asked: dict[str, Any]) -> Draft:
    return Draft(
        id=asked.get("id") or new_id(),
        body=asked["body"],
        reply_to=asked.get("reply_to"),
        attachment_ids=tuple(asked.get("attachments", ())),
    )


def then_of(asked: dict[str, Any]) -> Then:
    return Then(
        close=asked["close"],
        snooze_until=asked.get("snooze_until"),
        seen_seq=asked.get("seen_seq"),
        reply_ids=tuple(asked.get("canned_replies", ())),
    )


def opening_of(opener: User, asked: dict[str, Any]) -> Opening:
    """Return the conversation to open.

    Raises ValidationError for a client, a chantier or a person that the opener may not use,
    PermissionDenied when a client's user assigns somebody.
    """
    chantier = _chantier(opener, asked.get("chantier"))
    owner = asked.get("assigned_to")
    message = asked.get("message")
    return Opening(
        id=asked.get("id") or new_id(),
        subject=asked["subject"],
        client=_client(opener, asked.get("client"), chantier),
        chantier=chantier.pk if chantier else None,
        message=draft_of(message) if message else None,
        assigned_to=_colleague(opener, owner) if owner else None,
    )


def changes_of(
    editor: User, conversation: Conversation, asked: dict[str, Any]
) -> ConversationChanges:
    """Return the columns to change.

    Raises ValidationError for a chantier or a person that does not fit, PermissionDenied when a
    client's user assigns somebody.
    """
    changes = ConversationChanges()
    if "subject" in asked:
        changes["subject"] = asked["subject"]
    if "status" in asked:
        changes["status"] = asked["status"]
    if "chantier" in asked:
        chantier = _chantier(editor, asked["chantier"])
        _check_same_client(chantier, conversation.client_id)
        changes["chantier_id"] = chantier.pk if chantier else None
    if "assigned_to" in asked:
        changes["assigned_to_id"] = _colleague(editor, asked["assigned_to"])
    return changes


def bulk_changes_of(editor: User, asked: dict[str, Any]) -> ConversationChanges:
    """Return the columns to change in many conversations, whatever their client."""
    if "status" in asked:
        return ConversationChanges(status=asked["status"])
    return ConversationChanges(assigned_to_id=_colleague(editor, asked["assigned_to"]))


def conversation_of(reader: User, conversation_id: UUID) -> Conversation:
    """Return a conversation that a body names; raises ValidationError for another's."""
    found = visible_to(reader).filter(pk=conversation_id).first()
    if found is None:
        raise ValidationError({"into": _("There is no such conversation.")}, "unknown_conversation")
    return found


def chantier_of_client(reader: User, chantier_id: UUID | None, client_id: UUID) -> Chantier | None:
    """Return a chantier of this client, if one is named; raises ValidationError for another."""
    chantier = _chantier(reader, chantier_id)
    _check_same_client(chantier, client_id)
    return chantier


def _client(opener: User, asked: UUID | None, chantier: Chantier | None) -> UUID:
    if not opener.is_company:
        if asked not in (None, opener.client_id):
            raise ValidationError({"client": _("Choose one of your own.")}, "unknown_client")
        client_id = opener.own_client_id
    elif asked is not None:
        if not clients_for(opener).filter(pk=asked).exists():
            raise ValidationError({"client": _("This client does not exist.")}, "unknown_client")
        client_id = asked
    elif chantier is not None:
        client_id = chantier.client_id
    else:
        raise ValidationError({"client": _("Say which client you write to.")}, "required")
    _check_same_client(chantier, client_id)
    return client_id


def _check_same_client(chantier: Chantier | None, client_id: UUID) -> None:
    if chantier is not None and chantier.client_id != client_id:
        raise ValidationError(
            {"chantier": _("This chantier belongs to another client.")}, "unknown_chantier"
        )


def _chantier(reader: User, chantier_id: UUID | None) -> Chantier | None:
    if chantier_id is None:
        return None
    chantier = chantiers_for(reader).filter(pk=chantier_id).first()
    if chantier is None:
        raise ValidationError({"chantier": _("Choose one of the list.")}, "unknown_chantier")
    return chantier


def _colleague(editor: User, user_id: UUID | None) -> UUID | None:
    if not editor.is_company:
        raise PermissionDenied
    if user_id is not None and not staff_for(editor).filter(pk=user_id).exists():
        raise ValidationError(
            {"assigned_to": _("Nobody of the company has this id.")}, "unknown_person"
        )
    return user_id

"""Escalate a question that nobody answers, and give an owner to what has none."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from core.company_hours import can_answer, company_hours, is_absent
from core.jobs.lease import reset_attempts
from core.models import User
from messaging.conversation import clock, history, notices, participant_events, participants, unread
from messaging.conversation.history import Kind, NewLine, named
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.ownership import Reason, deputy_of, managers_by_load, owner_for
from messaging.conversation.versions import ConversationChanges, bump
from messaging.models import Conversation, Escalation, HistoryLine

TO_DEPUTY, TO_MANAGERS = 1, 2
# Somebody who gives a conversation back may give it to a colleague next.
UNOWNED_FOR = timedelta(minutes=15)
AT_ONCE = 100
# Reasons that give many conversations at once.
QUIET = {Reason.UNOWNED, Reason.RESPONSIBLE, Reason.CLIENT_RESPONSIBLE}


@transaction.atomic
def escalate(conversation_id: UUID) -> None:
    """Take the next step for a question whose escalation is due.

    An absent owner is replaced at once. After `ANSWER_WITHIN` in working hours the deputy gets it,
    after as much again the managers are told and one of them gets it. Each step is a line in the
    thread and a notice. Does nothing if it is not due any more.
    """
    locked = lock(conversation_id)
    conversation, now = locked.conversation, timezone.now()
    row = Escalation.objects.filter(pk=conversation_id, due_at__lte=now).first()
    if row is None or conversation.answer_due_at is None:
        return
    if conversation.snoozed_until and conversation.snoozed_until > now:
        # Put off by a person, who has seen it.
        _due_next(row, at=conversation.snoozed_until)
    elif now < conversation.answer_due_at:
        _replace_absent_owner(locked)
        _due_next(row, at=conversation.answer_due_at)
    elif conversation.escalation_step < TO_DEPUTY and _give_to_deputy(locked):
        _due_next(row, at=company_hours().after(now, settings.ANSWER_WITHIN))
    else:
        _tell_managers(locked)
        row.delete()


@transaction.atomic
def give_owner(conversation_id: UUID) -> bool:
    """Give an owner to an open conversation that has none, or whose owner has left the company.

    Return False if it has one by now, or if nobody works here.
    """
    locked = lock(conversation_id)
    conversation = locked.conversation
    former = conversation.assigned_to
    if conversation.status == Conversation.Status.CLOSED or (former and former.is_active):
        return False
    owner = owner_for(conversation)
    if owner is None:
        return False
    _assign(locked, owner.person, Kind.ASSIGNED, reason=Reason.UNOWNED)
    return True


@transaction.atomic
def start_clock(conversation_id: UUID) -> None:
    """Start the clock of a question of before there were clocks: now, not when it was asked."""
    conversation = lock(conversation_id).conversation
    if conversation.awaiting_reply_since and conversation.answer_due_at is None:
        started = clock.clock_since(timezone.now())
        Conversation.objects.filter(pk=conversation.pk).update(**started)
        conversation.answer_due_at = started["answer_due_at"]
        clock.order_escalation(conversation)


def keep_owned() -> int:
    """Give owners and clocks to what lacks them; return how many. For a periodic task."""
    unowned = unowned_conversations().values_list("pk", flat=True)[:AT_ONCE]
    given = sum(give_owner(each) for each in unowned)
    of_former = conversations_of_former_responsibles().values_list("pk", flat=True)[:AT_ONCE]
    given += sum(give_to_responsible(each) for each in of_former)
    waiting = Conversation.objects.filter(
        awaiting_reply_since__isnull=False, answer_due_at=None, archived_at=None
    )
    for each in waiting.order_by("awaiting_reply_since").values_list("pk", flat=True)[:AT_ONCE]:
        start_clock(each)
    return given


def unowned_conversations() -> QuerySet[Conversation]:
    """Return the open conversations that nobody here has followed for a while, oldest first."""
    nobody = Q(assigned_to=None, changed_at__lt=timezone.now() - UNOWNED_FOR)
    return (
        Conversation.objects.filter(status=Conversation.Status.OPEN, archived_at=None)
        .filter(nobody | Q(assigned_to__is_active=False))
        .order_by("changed_at")
    )


@transaction.atomic
def give_to_responsible(conversation_id: UUID) -> bool:
    """Give a conversation that a rule gave to a responsible person to the one of today.

    Return False if it is no longer one of `conversations_of_former_responsibles`.
    """
    locked = lock(conversation_id)
    conversation = locked.conversation
    if not conversations_of_former_responsibles().filter(pk=conversation_id).exists():
        return False
    chantier = conversation.chantier
    responsible = (chantier or conversation.client).responsible
    reason = Reason.RESPONSIBLE if chantier else Reason.CLIENT_RESPONSIBLE
    _assign(locked, responsible, Kind.ASSIGNED, reason=reason)
    if responsible is not None and is_absent(responsible):
        hand_over_from(responsible)
    return True


def conversations_of_former_responsibles() -> QuerySet[Conversation]:
    """Return the open conversations that follow a change of the responsible person.

    Those whose owner has them because the person was responsible: a rule gave them, and nobody has
    assigned, taken or escalated them since.
    """
    given = HistoryLine.objects.filter(
        conversation=OuterRef("pk"), kind__in=(Kind.ASSIGNED, Kind.TAKEN_OVER, Kind.ESCALATED)
    ).order_by("-version", "-id")
    reason = Subquery(given.values(text=KeyTextTransform("reason", "details"))[:1])
    of_chantier = Q(reason=Reason.RESPONSIBLE, chantier__responsible__is_active=True)
    of_client = Q(reason=Reason.CLIENT_RESPONSIBLE, client__responsible__is_active=True)
    return (
        Conversation.objects.filter(status=Conversation.Status.OPEN, archived_at=None)
        .exclude(assigned_to=None)
        .annotate(reason=reason)
        .filter(
            (of_chantier & ~Q(assigned_to=F("chantier__responsible")))
            | (of_client & Q(chantier=None) & ~Q(assigned_to=F("client__responsible")))
        )
        .order_by("changed_at")
    )


def hand_over_from(person: User) -> None:
    """Make due at once what waits for a person who is away from now on."""
    waiting = Conversation.objects.filter(assigned_to=person, answer_due_at__gt=timezone.now())
    rows = Escalation.objects.filter(conversation__in=waiting, due_at__isnull=False)
    rows.update(**reset_attempts())


def _due_next(row: Escalation, *, at: datetime) -> None:
    Escalation.objects.filter(pk=row.pk).update(**reset_attempts(at))


def _replace_absent_owner(locked: LockedConversation) -> None:
    conversation = locked.conversation
    former = conversation.assigned_to
    if former is not None and not is_absent(former):
        return
    owner = owner_for(conversation, without=former.pk if former else None)
    if owner is not None and can_answer(owner.person):
        _assign(locked, owner.person, Kind.ASSIGNED, reason=Reason.ABSENT)


def _give_to_deputy(locked: LockedConversation) -> bool:
    """Give a late question to the deputy; False if there is none, or if they have it already."""
    conversation = locked.conversation
    deputy = deputy_of(conversation)
    if deputy is None or deputy == conversation.assigned_to or not can_answer(deputy):
        return False
    _assign(locked, deputy, Kind.ESCALATED, step=TO_DEPUTY)
    return True


def _tell_managers(locked: LockedConversation) -> None:
    """Tell every manager of a late question, and give it to one of them who can answer."""
    conversation = locked.conversation
    managers = list(managers_by_load())
    owner = conversation.assigned_to
    if owner not in managers or (owner and not can_answer(owner)):
        owner = next((each for each in managers if can_answer(each)), owner)
    _assign(locked, owner, Kind.ESCALATED, step=TO_MANAGERS, told=managers)


def _assign(
    locked: LockedConversation,
    owner: User | None,
    kind: Kind,
    *,
    reason: str = "",
    step: int = 0,
    told: list[User] | None = None,
) -> None:
    """Change the owner, with a line of Liaison's own and notices."""
    conversation = locked.conversation
    former = conversation.assigned_to
    changes: ConversationChanges = {"assigned_to_id": owner.pk if owner else None}
    details: dict[str, Any] = {"to": named(owner), "from": named(former)}
    if step:
        changes["escalation_step"] = step
        details["step"] = step
        details["waiting_since"] = history.written(conversation.awaiting_reply_since)
    if reason:
        details["reason"] = str(reason)
    bump(locked, **changes)
    is_joined = participants.reconcile(locked, read_up_to=_read_by_newcomers(conversation))
    [line] = history.show_changed(locked, [NewLine(kind, None, details)])
    if is_joined:
        # After the conversation, by which a screen takes all as read for a person who joins.
        participant_events.publish_counters(locked, unread.recount(locked))
    is_away = reason == Reason.ABSENT
    # Of what waits for nobody the next message tells: an update may give owners to thousands, and a
    # chantier has dozens.
    if reason not in QUIET or conversation.awaiting_reply_since:
        notices.tell_of_owners(line, conversation, owner=owner, former=None if is_away else former)
    if told:
        notices.tell(told, notices.Kind.ESCALATED, conversation, about=line.pk)


def _read_by_newcomers(conversation: Conversation) -> int:
    """Return up to where a new owner has nothing to read: before the question that waits."""
    if conversation.awaiting_reply_since is None:
        return conversation.last_seq
    waiting = conversation.messages.filter(
        created_at__gte=conversation.awaiting_reply_since, author__role=User.Role.CLIENT
    )
    first = waiting.order_by("seq").values_list("seq", flat=True).first()
    return conversation.last_seq if first is None else first - 1

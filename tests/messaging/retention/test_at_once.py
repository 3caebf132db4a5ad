"""Purges, holds, exports and anonymisation while people write: nothing is lost without a word."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.http import Http404
from django.utils import timezone

from core.leaving import anonymise
from core.models import Client, User
from messaging.actions import exports
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.exporting.scope import scope_for
from messaging.models import (
    ChainEntry,
    Conversation,
    Export,
    Forgetting,
    HistoryLine,
    LegalHold,
    Message,
    PurgeOrder,
)
from messaging.queries import chain
from messaging.retention import holds, orders, purge, rules, traces
from messaging.retention.rules import Scope
from tests.at_once import at_once
from tests.cast import Call, Say
from tests.messaging.exporting.making import finish, unpacked, verified
from tests.messaging.retention.conftest import LONG_AGO, work
from workers.engine.execute import execute
from workers.registry import EXPORTS

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(4)


@pytest.fixture
def ordered(bucket: str, morel: Client, camille: User, odile: User, marc: User) -> PurgeOrder:
    """The purge of a closed free subject whose time is over."""
    opening = Opening(subject="Facture", client=morel.pk, message=Draft("La facture ?"))
    free = open_conversation(opener=camille, opening=opening).conversation
    change_conversation(editor=odile, conversation=free, changes={"status": "closed"})
    past = timezone.now() - LONG_AGO
    Conversation.objects.filter(pk=free.pk).update(last_activity_at=past)
    HistoryLine.objects.filter(conversation=free).update(at=past)
    rules.set_rule(marc, Scope.FREE, 10)
    assert orders.order_what_is_over() == 1
    return PurgeOrder.objects.get(conversation=free)


def outcome(deed: Callable[[], object]) -> Callable[[], str]:
    """Return a function that does a deed and says what became of it."""

    def done() -> str:
        try:
            deed()
        except (Http404, holds.NothingToHold) as refusal:
            return type(refusal).__name__
        return "done"

    return done


def is_whole(conversation_id: UUID) -> bool:
    return not list(chain.faults_of(Conversation.objects.get(pk=conversation_id)))


@pytest.mark.parametrize("_round", ROUNDS)
def test_message_sent_while_its_conversation_is_purged_is_kept_or_refused(
    ordered: PurgeOrder, camille: User, _round: int
) -> None:
    draft, where = Draft("Toujours pas reçue"), ordered.conversation_id

    sent, _purged = at_once(
        outcome(lambda: send_message(author=camille, conversation_id=where, draft=draft)),
        outcome(lambda: purge.perform(ordered.pk)),
    )
    work()

    conversation = Conversation.objects.get(pk=ordered.conversation_id)
    kept = Message.objects.filter(pk=draft.id, body=draft.body).exists()
    assert (sent, kept, conversation.purged_at is None) in (
        ("done", True, True),
        ("Http404", False, False),
    )
    assert is_whole(conversation.pk)


@pytest.mark.parametrize("_round", ROUNDS)
def test_hold_placed_while_a_purge_runs_keeps_what_is_left_or_says_that_nothing_is(
    ordered: PurgeOrder, marc: User, _round: int
) -> None:
    conversation = Conversation.objects.get(pk=ordered.conversation_id)

    held, _purged = at_once(
        outcome(lambda: holds.place(marc, conversation, "Litige")),
        outcome(lambda: purge.perform(ordered.pk)),
    )
    work()

    conversation.refresh_from_db()
    is_gone = conversation.purged_at is not None
    messages = Message.objects.filter(conversation=conversation).count()
    assert LegalHold.objects.exists() == (held == "done")
    if held == "NothingToHold":
        assert is_gone
    # A hold that came after the last message was emptied has nothing to stop any more.
    assert (messages == 0) == is_gone
    assert is_whole(conversation.pk)


@pytest.mark.parametrize("_round", ROUNDS)
def test_message_of_a_person_who_is_anonymised_just_then_is_kept_without_their_name_or_refused(
    conversation: Conversation, bruno: User, marc: User, say: Say, _round: int
) -> None:
    say(bruno, "Bonjour")
    draft = Draft("Et le carrelage ?")

    def leave() -> None:
        anonymise(bruno, by=marc, confirm=bruno.email)
        traces.forget(bruno.pk)

    sent, _left = at_once(
        outcome(lambda: send_message(author=bruno, conversation_id=conversation.pk, draft=draft)),
        outcome(leave),
    )
    for key in Forgetting.objects.values_list("pk", flat=True):
        traces.forget(key)

    assert Message.objects.filter(pk=draft.id).exists() == (sent == "done")
    assert not ChainEntry.objects.filter(content__contains="Bruno Morel").exists()
    assert is_whole(conversation.pk)


def test_message_of_a_request_that_began_before_its_author_was_anonymised_is_refused(
    conversation: Conversation, bruno: User, marc: User
) -> None:
    anonymise(bruno, by=marc, confirm=bruno.email)

    with pytest.raises(Http404):
        send_message(author=bruno, conversation_id=conversation.pk, draft=Draft("Bonjour"))


def test_export_during_which_people_write_is_verified(
    conversation: Conversation, camille: User, odile: User, marc: User, say: Say, tmp_path: Path
) -> None:
    say(camille, "Bonjour")
    scope = scope_for(marc, "conversation", conversation.pk)

    def export() -> UUID:
        ordered = exports.ask_export(marc, scope, with_notes=True, with_files=True).export
        return finish(ordered).pk

    def write(author: User) -> Callable[[], UUID]:
        return lambda: [say(author, f"{author.name} {number}").pk for number in range(15)][-1]

    key, *_written = at_once(export, write(camille), write(odile))

    code, said = verified(unpacked(Export.objects.get(pk=key), tmp_path))
    assert code == 0, said


@pytest.mark.parametrize("_round", ROUNDS)
def test_export_cancelled_while_it_is_made_is_ready_or_leaves_nothing(
    conversation: Conversation, marc: User, camille: User, say: Say, _round: int
) -> None:
    say(camille, "Bonjour")
    scope = scope_for(marc, "conversation", conversation.pk)
    export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export

    at_once(
        outcome(lambda: execute(EXPORTS, export.pk)),
        outcome(lambda: exports.cancel_export(export, by=marc)),
    )
    exports.clean()

    export.refresh_from_db()
    assert export.status in ("cancelled", "ready", "expired")
    if export.status != "ready":
        with pytest.raises(exports.ExportNotReady):
            exports.download_url(export, marc)
        assert (export.upload_id, export.state) == ("", None)


def test_export_of_a_person_who_loses_access_meanwhile_is_not_finished_or_given_out(
    conversation: Conversation, bruno: User, yanis: User, say: Say, api: Call,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    say(bruno, "Bonjour")
    monkeypatch.setattr("messaging.exporting.build.SLICE_SECONDS", -1.0)
    scope = scope_for(bruno, "conversation", conversation.pk)
    export = exports.ask_export(bruno, scope, with_notes=False, with_files=True).export
    execute(EXPORTS, export.pk)
    User.objects.filter(pk=bruno.pk).update(client=yanis.client)

    with pytest.raises(Http404):
        execute(EXPORTS, export.pk)

    export.refresh_from_db()
    fresh = User.objects.get(pk=bruno.pk)
    assert export.status == "running"
    assert api(fresh).get(f"/api/v1/exports/{export.pk}/content").status_code in (404, 409)


def test_purge_waits_for_an_export_that_is_made_of_it(
    ordered: PurgeOrder, marc: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.exporting.build.SLICE_SECONDS", -1.0)
    scope = scope_for(marc, "conversation", ordered.conversation_id)
    export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
    execute(EXPORTS, export.pk)

    purge.perform(ordered.pk)

    ordered.refresh_from_db()
    assert ordered.done_at is None
    assert ordered.due_at is not None
    assert ordered.due_at > timezone.now() + timedelta(minutes=1)
    exports.cancel_export(export, by=marc)
    PurgeOrder.objects.filter(pk=ordered.pk).update(due_at=timezone.now())
    work()
    ordered.refresh_from_db()
    assert orders.state_of(ordered) == "done"
    assert not Export.objects.filter(pk=export.pk).exists()

"""What may have happened in a conversation before it is exported, a function for each history."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core import merging
from core.leaving import anonymise
from core.models import Chantier, User
from messaging.actions import moving
from messaging.actions.chain import catch_up
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.notes import write_note
from messaging.actions.reads import read_up_to
from messaging.conversation.attachment_change import attachment_change
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Forgetting, LegalHold, Message, PurgeOrder
from messaging.retention import holds, orders, purge, traces
from messaging.retention.rules import Because
from tests.messaging.chain.conftest import unchained
from tests.messaging.exporting.making import ready_file
from tests.messaging.retention.conftest import work


@dataclass(frozen=True)
class Place:
    """A conversation of the Morels with everything in it, and another one of theirs."""

    camille: User
    bruno: User
    odile: User
    marc: User
    garage: Chantier
    conversation: Conversation
    other: Conversation

    def fresh(self) -> "Place":
        """Return the same with the people as they are now."""
        people = (self.camille, self.bruno, self.odile, self.marc)
        camille, bruno, odile, marc = (User.objects.get(pk=each.pk) for each in people)
        return replace(self, camille=camille, bruno=bruno, odile=odile, marc=marc)

    def say(self, author: User, body: str, **draft: object) -> Message:
        return self.say_in(self.conversation, author, body, **draft)

    def say_in(
        self, conversation: Conversation, author: User, body: str, **draft: object
    ) -> Message:
        sent = Draft(body=body, **draft)  # type: ignore[arg-type]
        return send_message(author=author, conversation_id=conversation.pk, draft=sent).message

    def message(self, seq: int) -> Message:
        return Message.objects.get(conversation=self.conversation, seq=seq)

    def live(self) -> None:
        """Seven messages: one edited twice, one deleted, one with a file; notes and readings."""
        first = self.say(self.camille, "Le carreau est fendu")
        answer = self.say(self.odile, "Nous passons mardi", reply_to=first.pk)
        for body in ("Nous passons jeudi", "Nous passons vendredi"):
            edit_message(editor=self.odile, message=answer, body=body)
        delete_message(remover=self.odile, message=self.say(self.odile, "Pour un autre chantier"))
        plan = ready_file(self.bruno, "plan.pdf", b"%PDF-1.7 plan")
        self.say(self.bruno, "Voici le plan", attachment_ids=(plan.pk,))
        write_note(author=self.odile, conversation=self.conversation, body="Lot 3", note_id=uuid4())
        read_up_to(reader=self.odile, conversation=self.conversation, seq=3)
        read_up_to(reader=self.bruno, conversation=self.conversation, seq=4)
        read_up_to(reader=self.camille, conversation=self.conversation, seq=4)
        self.say(self.odile, "Bien reçu", reply_to=self.message(4).pk)
        edit_message(editor=self.odile, message=self.message(5), body="Bien reçu, merci")
        delete_message(remover=self.odile, message=self.message(5))
        self.say(self.camille, "À vendredi")
        self.say(self.odile, "À vendredi !", reply_to=first.pk)


def nothing_special(_place: Place) -> None:
    """What every history begins with."""


def manager_deleted_what_others_wrote(place: Place) -> None:
    delete_message(remover=place.marc, message=place.message(6))
    delete_message(remover=place.marc, message=place.message(7))


def older_than_its_chain(place: Place) -> None:
    unchained(place.conversation)
    catch_up()


def older_and_changed_since(place: Place) -> None:
    older_than_its_chain(place)
    edit_message(editor=place.odile, message=place.message(2), body="Nous passons lundi")
    edit_message(editor=place.odile, message=place.message(7), body="À lundi !")
    delete_message(remover=place.camille, message=place.message(1))
    write_note(author=place.odile, conversation=place.conversation, body="x", note_id=uuid4())
    read_up_to(reader=place.bruno, conversation=place.conversation, seq=7)
    place.say(place.bruno, "Lundi, alors")


def older_and_written_in_before_it_began(place: Place) -> None:
    unchained(place.conversation)
    edit_message(editor=place.odile, message=place.message(7), body="À lundi !")
    delete_message(remover=place.camille, message=place.message(6))
    place.say(place.bruno, "Lundi, alors")
    catch_up()


def people_merged(place: Place) -> None:
    merging.merge(kept=place.camille, gone=place.bruno)
    place.say(place.camille, "Toujours moi")
    edit_message(editor=place.camille, message=place.message(4), body="Voici le plan signé")


def colleagues_merged(place: Place) -> None:
    merging.merge(kept=place.marc, gone=place.odile)
    place.say(place.marc, "Je reprends")


def older_and_people_merged(place: Place) -> None:
    older_than_its_chain(place)
    people_merged(place)


def people_merged_and_older(place: Place) -> None:
    people_merged(place)
    older_than_its_chain(place)


def moved_to_another_chantier(place: Place) -> None:
    changes = {"chantier": place.garage}
    change_conversation(editor=place.odile, conversation=place.conversation, changes=changes)  # type: ignore[arg-type]
    place.say(place.camille, "Pour le garage")


def merged_into_another(place: Place) -> None:
    place.say_in(place.other, place.camille, "La facture ?")
    moving.merge(editor=place.odile, source=place.conversation, target=place.other)


def took_another_in(place: Place) -> None:
    asked = place.say_in(place.other, place.camille, "La facture ?")
    answer = place.say_in(place.other, place.odile, "Demain", reply_to=asked.pk)
    edit_message(editor=place.odile, message=answer, body="Ce soir")
    write_note(author=place.odile, conversation=place.other, body="Impayé", note_id=uuid4())
    moving.merge(editor=place.odile, source=place.other, target=place.conversation)
    moved = Message.objects.get(conversation=place.conversation, body="Ce soir")
    edit_message(editor=place.odile, message=moved, body="Ce matin")
    delete_message(remover=place.camille, message=place.message(8))


def older_and_took_another_in(place: Place) -> None:
    older_than_its_chain(place)
    took_another_in(place)


def merged_and_older(place: Place) -> None:
    took_another_in(place)
    for each in (place.conversation, place.other):
        unchained(each)
    catch_up()


def split_off(place: Place) -> None:
    moving.split(
        editor=place.odile, source=place.conversation, subject="Le plan",
        message_ids=[place.message(seq).pk for seq in (2, 4)], chantier=None,
        new_conversation_id=uuid4(),
    )  # fmt: skip
    place.say(place.camille, "Et le carreau ?")


def older_and_split_off(place: Place) -> None:
    older_than_its_chain(place)
    split_off(place)


def author_anonymised(place: Place) -> None:
    anonymise(place.bruno, by=place.marc, confirm=place.bruno.email)
    forget()


def colleague_anonymised(place: Place) -> None:
    anonymise(place.odile, by=place.marc, confirm=place.odile.email)
    forget()
    place.say(place.marc, "Je reprends le dossier")


def older_and_author_anonymised(place: Place) -> None:
    older_than_its_chain(place)
    author_anonymised(place)


def forget() -> None:
    for key in Forgetting.objects.values_list("pk", flat=True):
        traces.forget(key)


def moved_messages_were_purged(place: Place) -> None:
    """Two messages went to a neighbour, which was purged."""
    opening = Opening(subject="Le plan", client=place.garage.client_id, chantier=place.garage.pk)
    neighbour = open_conversation(opener=place.camille, opening=opening).conversation
    ids = [place.message(seq).pk for seq in (2, 4)]
    moved = moving.split(
        editor=place.odile, source=place.conversation, subject="Le plan", message_ids=ids,
        chantier=place.garage, new_conversation_id=uuid4(),
    ).conversation  # fmt: skip
    end(place, neighbour, moved)
    orders.order_by_hand(place.marc, orders.of_chantier(place.garage.pk), "Demande du client")
    work()
    assert Conversation.objects.get(pk=moved.pk).last_message is None


def older_and_moved_messages_were_purged(place: Place) -> None:
    older_than_its_chain(place)
    moved_messages_were_purged(place)


def end(place: Place, *conversations: Conversation) -> None:
    place.garage.status = Chantier.Status.ARCHIVED
    place.garage.save()
    Chantier.objects.filter(pk=place.garage.pk).update(archived_at="2010-01-01T00:00:00Z")
    ids = [each.pk for each in conversations]
    Conversation.objects.filter(pk__in=ids).update(last_activity_at="2010-01-01T00:00:00Z")


def purge_was_stopped_by_a_hold(place: Place) -> None:
    """The first two messages were emptied before the hold."""
    because = Because("chantier", 10, "")
    order = PurgeOrder.objects.create(
        conversation=place.conversation, scope=because.scope, years=because.years
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(purge, "is_still_over", lambda *_asked: True)
        patch.setattr(purge, "ROWS_AT_ONCE", 2)
        whole = purge._empty

        def then_a_hold(row: PurgeOrder) -> bool:
            done = whole(row)
            if not LegalHold.objects.exists():
                holds.place(place.marc, place.conversation, "Assignation reçue ce matin")
            return done

        patch.setattr(purge, "_empty", then_a_hold)
        purge.perform(order.pk)
    assert [place.message(seq).body for seq in (1, 2, 7)] == ["", "", "À vendredi !"]


def older_and_purge_was_stopped(place: Place) -> None:
    older_than_its_chain(place)
    purge_was_stopped_by_a_hold(place)


def file_was_refused_by_the_antivirus(place: Place) -> None:
    bad = ready_file(place.camille, "facture.pdf", b"%PDF-1.7 bad")
    good = ready_file(place.camille, "devis.pdf", b"%PDF-1.7 good")
    ids = [bad.pk, good.pk]
    Attachment.objects.filter(pk__in=ids).update(status="scanning", verdict="", settled_at=None)
    place.say(place.camille, "Deux fichiers", attachment_ids=tuple(ids))
    for file, status, verdict in ((bad, "blocked", "infected"), (good, "ready", "clean")):
        with attachment_change(file.pk) as change:
            Attachment.objects.filter(pk=file.pk).update(status=status, verdict=verdict)
            change.attachment = Attachment.objects.get(pk=file.pk)


def file_was_withdrawn_with_its_message(place: Place) -> None:
    delete_message(remover=place.bruno, message=place.message(4))


History = Callable[[Place], None]
HISTORIES: list[History] = [
    nothing_special,
    manager_deleted_what_others_wrote,
    older_than_its_chain,
    older_and_changed_since,
    older_and_written_in_before_it_began,
    people_merged,
    colleagues_merged,
    older_and_people_merged,
    people_merged_and_older,
    moved_to_another_chantier,
    merged_into_another,
    took_another_in,
    older_and_took_another_in,
    merged_and_older,
    split_off,
    older_and_split_off,
    author_anonymised,
    colleague_anonymised,
    older_and_author_anonymised,
    moved_messages_were_purged,
    older_and_moved_messages_were_purged,
    purge_was_stopped_by_a_hold,
    older_and_purge_was_stopped,
    file_was_refused_by_the_antivirus,
    file_was_withdrawn_with_its_message,
]


def rename_everything(place: Place) -> None:
    User.objects.filter(pk=place.odile.pk).update(name="Odile Martin")
    changes = {"subject": "Carrelage et plinthes"}
    change_conversation(editor=place.odile, conversation=place.conversation, changes=changes)  # type: ignore[arg-type]

"""A conversation that is older than its chain: what it held then is hashed, and watched since."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.utils import timezone

from core.ids import new_id
from core.merging import merge as merge_people
from core.models import User
from messaging.actions import moving, take_over
from messaging.actions.chain import catch_up, chain_old
from messaging.actions.messages import delete_message, edit_message
from messaging.actions.notes import write_note
from messaging.actions.reads import read_up_to
from messaging.chain.rebuilding import kept_by
from messaging.conversation import chaining
from messaging.conversation.lock import lock
from messaging.conversation.versions import bump
from messaging.models import ChainEntry, Conversation, Message, MessageRevision
from tests.cast import Say
from tests.messaging.chain.conftest import by_sql, message, unchained, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(lived: Conversation) -> Conversation:
    """As the version before has left it: everything happened, and nothing is chained."""
    unchained(lived)
    return lived


def start_of(conversation: Conversation) -> ChainEntry:
    return ChainEntry.objects.get(conversation=conversation, kind="start")


class TestBeginning:
    def test_worker_chains_what_there_is_in_one_entry(self, old: Conversation) -> None:
        assert catch_up() == 1
        assert catch_up() == 0

        old.refresh_from_db()
        assert (old.chain_length, old.chained_seq) == (1, 5)
        kept = kept_by(start_of(old))
        assert (kept["up_to_seq"], kept["messages"], kept["notes"]) == (5, 5, 1)
        assert verify()[0] == 0

    def test_message_that_comes_first_waits_for_nothing(
        self, old: Conversation, camille: User, say: Say
    ) -> None:
        say(camille, "Toujours là ?")
        catch_up()

        kinds = ChainEntry.objects.filter(conversation=old).values_list("kind", flat=True)
        assert list(kinds.order_by("position")) == ["message", "start"]
        assert kept_by(start_of(old))["up_to_seq"] == 5
        old.refresh_from_db()
        assert old.chained_seq == 6
        assert verify()[0] == 0

    def test_what_happens_later_alters_nothing(
        self, old: Conversation, camille: User, bruno: User, odile: User, marc: User,
        other_conversation: Conversation,
    ) -> None:  # fmt: skip
        catch_up()
        edit_message(editor=odile, message=message(old, 2), body="Nous passons lundi")
        delete_message(remover=marc, message=message(old, 1))
        read_up_to(reader=bruno, conversation=old, seq=5)
        write_note(author=odile, conversation=old, body="Lot 4", note_id=new_id())
        merge_people(kept=bruno, gone=camille)
        assert verify()[1].startswith("All is as it was")

        moving.merge(editor=odile, source=old, target=other_conversation)

        assert verify()[1].startswith("All is as it was")

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            ("UPDATE messaging_message SET body = 'Rien' WHERE seq = 1", "altered"),
            (
                "UPDATE messaging_messagerevision SET body = 'x' WHERE body LIKE '%%di'",
                "altered",
            ),
            ("UPDATE messaging_message SET deleted_at = now() WHERE seq = 1", "altered"),
            ("UPDATE attachments_attachment SET size = 1", "altered"),
            ("DELETE FROM messaging_note", "missing"),
        ],
        ids=["text", "earlier-text", "deletion", "file", "note"],
    )
    def test_alteration_of_what_is_older_is_named(
        self, old: Conversation, statement: str, sentence: str
    ) -> None:
        catch_up()
        by_sql(statement)

        code, said = verify()

        assert said.startswith(f"what is older than the chain {sentence}: conversation {old.pk}")
        assert code == 1

    def test_conversation_in_which_somebody_writes_just_then_is_left_to_the_next_run(
        self, old: Conversation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lock_after_another(conversation_id: object) -> object:
            bump(lock(old.pk), subject="Autre")
            return lock(old.pk)

        with monkeypatch.context() as patched:
            patched.setattr("messaging.actions.chain.lock", lock_after_another)
            assert not chain_old(old.pk)

        assert chain_old(old.pk)


class TestOlderVersionBeside:
    def test_message_that_it_sent_is_chained_late(
        self, lived: Conversation, camille: User, say: Say
    ) -> None:
        sent = say(camille, "Par une ancienne version")
        as_the_older_version_sends(sent)
        say(camille, "Par la nouvelle")
        lived.refresh_from_db()
        assert lived.chained_seq == 5

        assert catch_up() == 1

        lived.refresh_from_db()
        assert lived.chained_seq == 7
        numbers = ChainEntry.objects.filter(kind="message").order_by("position")
        assert list(numbers.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 7, 6]
        assert verify()[0] == 0

    @pytest.mark.parametrize("is_old", [False, True], ids=["chained", "older-than-its-chain"])
    def test_what_else_it_wrote_is_a_fault_until_it_is_taken_over(
        self, lived: Conversation, camille: User, bruno: User, odile: User, marc: User, is_old: bool
    ) -> None:
        if is_old:
            unchained(lived)
            catch_up()
        with older_version():
            began = timezone.now()
            edit_message(editor=odile, message=message(lived, 2), body="Nous passons samedi")
            edit_message(editor=camille, message=message(lived, 5), body="Merci !")
            # Older versions took this time after that of the edit.
            now = MessageRevision.objects.filter(replaced_at__gte=began)
            assert now.update(replaced_at=F("replaced_at") + timedelta(microseconds=7)) == 2
            delete_message(remover=marc, message=message(lived, 5))
            delete_message(remover=marc, message=message(lived, 1))
            write_note(author=odile, conversation=lived, body="Lot 4", note_id=new_id())
            read_up_to(reader=bruno, conversation=lived, seq=5)
        assert verify()[0] == 1

        said = call("take_over_chain")

        assert said == "Taken over: 6 entries in 1 conversations.\n"
        assert verify()[0] == 0, verify("--json")[1]
        assert call("take_over_chain") == "Taken over: 0 entries in 0 conversations.\n"
        edit_message(editor=odile, message=message(lived, 2), body="Nous passons dimanche")
        assert verify()[0] == 0, verify("--json")[1]
        by_sql("UPDATE messaging_message SET body = 'Rien' WHERE seq = 2")
        assert verify()[0] == 1

    def test_nothing_is_taken_over_long_after_the_upgrade(self, lived: Conversation) -> None:
        with older_version():
            write_note(
                author=User.objects.get(email="odile@demo.test"), conversation=lived, body="x",
                note_id=new_id(),
            )  # fmt: skip
        MigrationRecorder.Migration.objects.filter(app="messaging", name="0021_chain").update(
            applied=timezone.now() - take_over.WINDOW - timedelta(days=1)
        )

        with pytest.raises(CommandError, match="what has no entry by now is a fault"):
            call("take_over_chain")
        assert verify()[0] == 1


@contextmanager
def older_version() -> Iterator[None]:
    """Do as a version without the chain, in a database that has just been upgraded."""
    MigrationRecorder.Migration.objects.filter(app="messaging", name="0021_chain").update(
        applied=timezone.now()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chaining, "record", lambda *_asked, **_at: None)
        yield


def call(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def as_the_older_version_sends(sent: Message) -> None:
    """Take the last entry away, and the columns that an older version does not know."""
    entry = ChainEntry.objects.get(subject=sent.pk)
    before = ChainEntry.objects.get(conversation=entry.conversation_id, position=entry.position - 1)
    by_sql("DELETE FROM messaging_chainentry WHERE position = %(last)s", last=entry.position)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_conversation SET chain_length = %s, chain_head = %s,"
            " chained_seq = chained_seq - 1 WHERE id = %s",
            [before.position, bytes(before.hash), entry.conversation_id],
        )

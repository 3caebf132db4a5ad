"""Each thing that happens leaves one entry, in the order in which it happened."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.merging import merge as merge_people
from core.models import User
from messaging.actions import moving
from messaging.actions.messages import edit_message
from messaging.actions.notes import write_note
from messaging.chain.contents import purged
from messaging.chain.hashes import NOTHING, content_hash, entry_hash, written
from messaging.conversation import chaining
from messaging.conversation.lock import lock
from messaging.models import ChainEntry, Conversation, Message, ReadTime
from messaging.queries.chain import faults_of, with_contents
from tests.cast import Say
from tests.messaging.chain.conftest import message, verify

pytestmark = pytest.mark.django_db


def kinds(conversation: Conversation) -> list[str]:
    entries = ChainEntry.objects.filter(conversation=conversation).order_by("position")
    return list(entries.values_list("kind", flat=True))


class TestEntries:
    def test_all_that_happens_is_chained_in_its_order(self, lived: Conversation) -> None:
        assert kinds(lived) == [
            "message", "message", "edit", "edit", "message", "delete", "message", "file", "note",
            "read", "read", "message",
        ]  # fmt: skip

    def test_contents_tell_what_happened(
        self, lived: Conversation, camille: User, odile: User
    ) -> None:
        first, answer, photo = (message(lived, seq) for seq in (1, 2, 4))
        [file] = photo.attachments
        reading = ReadTime.objects.get(up_to_seq=2)
        contents = [content for _entry, content in with_contents(lived.pk)]

        assert contents[0] == {
            "kind": "message",
            "at": written(first.created_at),
            "id": str(first.pk),
            "seq": 1,
            "author": str(camille.pk),
            "author_name": "Camille Morel",
            "text": "Le carreau est fendu",
            "created_at": written(first.created_at),
            "by_email": 0,
            "reply_to": None,
            "files": [],
        }
        assert answer.edited_at
        assert contents[3] == {
            "kind": "edit",
            "at": written(answer.edited_at),
            "id": str(answer.pk),
            "text": "Nous passons vendredi",
            "previous": "Nous passons jeudi",
            "edits": 2,
            "by": str(odile.pk),
        }
        sent = contents[6]
        assert sent is not None
        assert sent["reply_to"] == str(answer.pk)
        described = {"id": str(file.pk), "sha256": bytes(file.sha256).hex(), "size": file.size}
        assert sent["files"] == [{**described, "name": "joint.jpg"}]
        settled = contents[7]
        assert settled is not None
        assert {**described, "status": "ready"}.items() <= settled.items()
        assert contents[9] == {
            "kind": "read", "at": written(reading.at), "user": str(camille.pk), "up_to_seq": 2,
        }  # fmt: skip

    def test_hashes_follow_from_each_other(self, lived: Conversation) -> None:
        previous = NOTHING
        for position, (entry, content) in enumerate(with_contents(lived.pk), start=1):
            assert content is not None
            assert entry.salt is not None
            hashed = content_hash(bytes(entry.salt), content)
            previous = entry_hash(lived.pk, position, previous, hashed)
            assert (entry.position, bytes(entry.hash)) == (position, previous)
        assert lived.chain_head is not None
        assert (lived.chain_length, bytes(lived.chain_head)) == (12, previous)

    def test_texts_are_in_no_entry(self, lived: Conversation) -> None:
        stored = ChainEntry.objects.values_list("content", flat=True)

        assert not [each for each in stored if each and ("carreau" in each or "mardi" in each)]

    def test_message_is_chained_in_its_own_statement(
        self, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Un")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            say(odile, "Deux")

        chaining_ones = [each for each in queries if "messaging_chainentry" in each["sql"]]
        assert len(chaining_ones) == 1
        assert "INSERT INTO messaging_message " in chaining_ones[0]["sql"]


class TestMoving:
    def test_merged_conversations_are_both_whole(
        self, camille: User, odile: User, lived: Conversation, other_conversation: Conversation
    ) -> None:
        moving.merge(editor=odile, source=lived, target=other_conversation)
        moved = message(other_conversation, 2)
        edit_message(editor=odile, message=moved, body="Nous passons samedi")

        assert verify()[0] == 0
        came = [content for entry, content in with_contents(other_conversation.pk)]
        assert came[1] is not None
        assert came[1]["text"] == "Nous passons vendredi"
        assert came[1]["from"] == {
            "conversation": str(lived.pk), "message": str(message(lived, 2).pk),
        }  # fmt: skip
        assert kinds(lived)[12:] == ["move"] * 5

    def test_split_and_merged_back_is_whole(self, odile: User, lived: Conversation) -> None:
        chosen = [message(lived, seq).pk for seq in (2, 4)]
        into = moving.split(
            editor=odile, source=lived, message_ids=chosen, subject="Photo", chantier=None,
            new_conversation_id=uuid4(),
        ).conversation  # fmt: skip
        write_note(author=odile, conversation=into, body="À part", note_id=uuid4())
        moving.merge(editor=odile, source=into, target=lived)

        assert verify()[1].startswith("All is as it was recorded: 2 conversations")

    def test_move_that_was_altered_is_named(
        self, odile: User, lived: Conversation, other_conversation: Conversation
    ) -> None:
        moving.merge(editor=odile, source=lived, target=other_conversation)
        Message.objects.filter(conversation=lived, seq=1).update(moved_into=lived)

        assert verify()[1].startswith(f"move altered: conversation {lived.pk}, position 13")


class TestPeople:
    def test_new_name_of_an_author_alters_nothing(self, camille: User, lived: Conversation) -> None:
        camille.name = "Camille Morel-Petit"
        camille.save()

        assert verify()[0] == 0

    def test_two_people_that_were_one_alter_nothing(
        self, camille: User, bruno: User, lived: Conversation, say: Say
    ) -> None:
        say(bruno, "Moi aussi")
        merge_people(kept=bruno, gone=camille)

        assert verify()[0] == 0
        assert kinds(lived)[-1] == "merge"


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE messaging_chainentry SET hash = content_hash",
            "UPDATE messaging_chainentry SET salt = NULL, content = NULL",
            "DELETE FROM messaging_chainentry",
            "TRUNCATE messaging_chainentry",
            "DELETE FROM messaging_chainroot",
            "TRUNCATE messaging_chainroot, messaging_chainleaf",
            "UPDATE messaging_chainroot SET hash = tree_hash",
            "UPDATE messaging_chainleaf SET length = 1",
            "DELETE FROM messaging_chainleaf",
        ],
    )
    def test_database_refuses_every_change(self, closed: Conversation, statement: str) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError, match="append only"):
            run(statement)

    def test_purge_takes_away_the_content_alone(self, closed: Conversation) -> None:
        with transaction.atomic():
            run("SET LOCAL liaison.purge = 'on'")
            run("UPDATE messaging_chainentry SET salt = NULL, content = NULL WHERE position = 1")
            with pytest.raises(IntegrityError, match="append only"):
                run("UPDATE messaging_chainentry SET salt = NULL, content = NULL, number = 7")
            with pytest.raises(IntegrityError, match="append only"):
                run("DELETE FROM messaging_chainentry")
            entry = purged("text", count=1, why="10 years", positions=[1])
            chaining.record(lock(closed.pk), [entry])
        closed.refresh_from_db()

        assert list(faults_of(closed)) == []
        assert next(with_contents(closed.pk))[1] is None

    def test_stamp_is_added_once(self, closed: Conversation) -> None:
        run("UPDATE messaging_chainroot SET stamp = 'one', stamped_at = now()")

        with pytest.raises(IntegrityError, match="append only"):
            run("UPDATE messaging_chainroot SET stamp = 'two'")


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

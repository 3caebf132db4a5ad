"""Whatever is altered, taken away or inserted by SQL is named by `manage.py verify_chain`."""

# ruff: noqa: S608 (of our own words)
import json
from datetime import UTC, datetime, timedelta

import pytest

from messaging.actions.chain import close_day
from messaging.models import ChainEntry, ChainRoot, Conversation
from tests.messaging.chain.conftest import by_sql, verify

pytestmark = pytest.mark.django_db

OF_MESSAGE = "WHERE conversation_id = %(conversation)s AND seq = {}"
# What is done, and the beginning of the sentence that tells of it.
ALTERATIONS = {
    "text": (
        f"UPDATE messaging_message SET body = 'Tout va bien' {OF_MESSAGE.format(1)}",
        "text altered: conversation {id}, position 1, message 1",
    ),
    "text that was edited": (
        f"UPDATE messaging_message SET body = 'Nous passons lundi' {OF_MESSAGE.format(2)}",
        "text altered: conversation {id}, position 4, message 2",
    ),
    "earlier text": (
        "UPDATE messaging_messagerevision SET body = 'Nous passons lundi'"
        " WHERE body = 'Nous passons mardi'",
        "text altered: conversation {id}, position 2, message 2",
    ),
    "earlier text taken away": (
        "DELETE FROM messaging_messagerevision WHERE body = 'Nous passons mardi'",
        "text altered: conversation {id}, position 2, message 2",
    ),
    "earlier text inserted": (
        "INSERT INTO messaging_messagerevision (message_id, body, replaced_at)"
        f" SELECT id, 'Jamais', now() FROM messaging_message {OF_MESSAGE.format(1)}",
        "text altered: conversation {id}, position 1, message 1",
    ),
    "text of what was deleted": (
        "UPDATE messaging_messagerevision SET body = 'Rien' WHERE body = 'Pour un autre chantier'",
        "text altered: conversation {id}, position 5, message 3",
    ),
    "author": (
        "UPDATE messaging_message SET author_id = (SELECT id FROM core_user WHERE email ="
        f" 'bruno@demo.test') {OF_MESSAGE.format(1)}",
        "author altered: conversation {id}, position 1, message 1",
    ),
    "time": (
        "UPDATE messaging_message SET created_at = created_at - interval '1 day'"
        f" {OF_MESSAGE.format(5)}",
        "time altered: conversation {id}, position 12, message 5",
    ),
    "time of an edit": (
        "UPDATE messaging_messagerevision SET replaced_at = replaced_at - interval '1 day'"
        " WHERE body = 'Nous passons mardi'",
        "time altered: conversation {id}, position 3, message 2",
    ),
    "time of the last edit": (
        "UPDATE messaging_message SET edited_at = edited_at - interval '1 day'"
        f" {OF_MESSAGE.format(2)}",
        "time altered: conversation {id}, position 4, message 2",
    ),
    "order": (
        "UPDATE messaging_message SET seq = CASE seq WHEN 1 THEN 92 ELSE 91 END"
        " WHERE conversation_id = %(conversation)s AND seq IN (1, 2)",
        "order altered: conversation {id}, position 1, message 1",
    ),
    "which message it answers": (
        f"UPDATE messaging_message SET reply_to_id = NULL {OF_MESSAGE.format(4)}",
        "answered message altered: conversation {id}, position 7, message 4",
    ),
    "message taken away": (
        "UPDATE messaging_conversation SET last_message_id = NULL;"
        f"DELETE FROM messaging_message {OF_MESSAGE.format(5)}",
        "message missing: conversation {id}, position 12, message 5",
    ),
    "message inserted": (
        "INSERT INTO messaging_message (id, conversation_id, seq, version, author_id, body,"
        " by_email, attachment_count, draft_digest, created_at, attempts, last_error)"
        " SELECT gen_random_uuid(), conversation_id, 6, 99, author_id, 'Jamais dit', false, 0,"
        f" '', now(), 0, '' FROM messaging_message {OF_MESSAGE.format(1)};"
        "UPDATE messaging_conversation SET last_seq = 6, chained_seq = 6"
        " WHERE id = %(conversation)s",
        "message inserted: conversation {id}, message 6",
    ),
    "deletion": (
        f"UPDATE messaging_message SET deleted_at = NULL {OF_MESSAGE.format(3)}",
        "deletion altered: conversation {id}, position 6, message 3",
    ),
    "deletion that nobody did": (
        f"UPDATE messaging_message SET deleted_at = now() {OF_MESSAGE.format(5)}",
        "deletion inserted: conversation {id}, message 5",
    ),
    "bytes of a file": (
        "UPDATE attachments_attachment SET sha256 = decode(repeat('00', 32), 'hex')",
        "file altered: conversation {id}, position 7, message 4",
    ),
    "name of a file": (
        "UPDATE attachments_attachment SET name = 'autre.jpg'",
        "file altered: conversation {id}, position 7, message 4",
    ),
    "file taken away": (
        "DELETE FROM messaging_messageattachment WHERE conversation_id = %(conversation)s",
        "file altered: conversation {id}, position 7, message 4",
    ),
    "hour of a reading": (
        "UPDATE messaging_readtime SET at = at - interval '1 day' WHERE up_to_seq = 2",
        "reading altered: conversation {id}, position 10",
    ),
    "reading taken away": (
        "DELETE FROM messaging_readtime WHERE up_to_seq = 2",
        "reading missing: conversation {id}, position 10",
    ),
    "reading that nobody did": (
        "INSERT INTO messaging_readtime (participant_id, up_to_seq, at)"
        " SELECT participant_id, 3, '2026-01-01' FROM messaging_readtime WHERE up_to_seq = 2",
        "reading inserted: conversation {id}, message 3",
    ),
    "author of a note": (
        "UPDATE messaging_note SET author_id = (SELECT id FROM core_user WHERE email ="
        " 'marc@demo.test')",
        "note altered: conversation {id}, position 9",
    ),
    "note taken away": (
        "DELETE FROM messaging_note",
        "note missing: conversation {id}, position 9",
    ),
    "note inserted": (
        "INSERT INTO messaging_note (id, conversation_id, author_id, body, created_at)"
        " SELECT gen_random_uuid(), conversation_id, author_id, 'Jamais', clock_timestamp()"
        " FROM messaging_note",
        "note inserted: conversation {id}",
    ),
    "name in an entry": (
        "UPDATE messaging_chainentry SET content = replace(content, 'Camille', 'Carole')"
        " WHERE position = 1",
        "text altered: conversation {id}, position 1, message 1",
    ),
    "reader in an entry": (
        "UPDATE messaging_chainentry SET person = (SELECT id FROM core_user WHERE email ="
        " 'bruno@demo.test') WHERE position = 10",
        "entry of the chain altered: conversation {id}, position 10",
    ),
    "hash of an entry": (
        "UPDATE messaging_chainentry SET hash = content_hash WHERE position = 3",
        "entry of the chain altered: conversation {id}, position 3, message 2",
    ),
    "entry taken away": (
        "DELETE FROM messaging_chainentry WHERE position = 3",
        "entry of the chain missing: conversation {id}, position 3",
    ),
    "last entry taken away": (
        "DELETE FROM messaging_chainentry WHERE position = 12",
        "entry of the chain missing: conversation {id}, position 12",
    ),
    "entry inserted": (
        "INSERT INTO messaging_chainentry (conversation_id, position, kind, recorded_at,"
        " content_hash, hash) SELECT conversation_id, 13, 'purge', now(), content_hash, hash"
        " FROM messaging_chainentry WHERE position = 12",
        "entry of the chain altered: conversation {id}, position 13",
    ),
    "content taken away without a purge": (
        "UPDATE messaging_chainentry SET salt = NULL, content = NULL WHERE position = 1",
        "entry of the chain altered: conversation {id}, position 1, message 1",
    ),
    "head of the conversation": (
        "UPDATE messaging_conversation SET chain_head = decode(repeat('00', 32), 'hex')"
        " WHERE id = %(conversation)s",
        "entry of the chain altered: conversation {id}, position 12",
    ),
}


class TestOneConversation:
    def test_all_is_well_where_nobody_altered_anything(self, lived: Conversation) -> None:
        code, said = verify("--conversation", str(lived.pk))

        assert (code, said) == (
            0,
            "All is as it was recorded: 1 conversations, 12 entries, 0 roots.\n",
        )

    @pytest.mark.parametrize("what", ALTERATIONS)
    def test_what_was_done_is_named(self, lived: Conversation, what: str) -> None:
        statement, sentence = ALTERATIONS[what]
        by_sql(statement, conversation=lived.pk)

        code, said = verify("--conversation", str(lived.pk))

        assert said.startswith(sentence.format(id=lived.pk)), said
        assert code == 1

    def test_faults_can_be_read_by_a_program(self, lived: Conversation) -> None:
        by_sql(ALTERATIONS["text"][0], conversation=lived.pk)

        code, said = verify("--json")

        [fault] = json.loads(said)["faults"]
        assert code == 1
        assert fault["thing"] == "text"
        assert fault["conversation"] == str(lived.pk)
        assert (fault["how"], fault["seq"], fault["position"]) == ("altered", 1, 1)


class TestRoots:
    """Who alters a chain from end to end, its head included, still has the roots against them."""

    def test_all_is_well(self, closed: Conversation) -> None:
        assert verify()[0] == 0

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            (
                "UPDATE messaging_chainroot SET tree_hash = hash",
                "daily root altered: {day} (1 conversations, 1 were hashed)",
            ),
            ("UPDATE messaging_chainroot SET leaves = 2", "daily root altered: {day}"),
            (
                "UPDATE messaging_chainroot SET hash = tree_hash",
                "daily root altered: {day} (its hash",
            ),
            ("UPDATE messaging_chainroot SET day = day - 1", "daily root altered: "),
            (
                "UPDATE messaging_chainroot SET stamp = 'no stamp'",
                "time stamp altered: {day} (no valid",
            ),
            (
                "UPDATE messaging_chainleaf SET head = decode(repeat('00', 32), 'hex')",
                "entry of the chain altered: conversation {id}, position 12, {day}",
            ),
            ("DELETE FROM messaging_chainleaf", "daily root altered: {day} (0 conversations"),
        ],
        ids=["tree", "leaves", "hash", "day", "stamp", "leaf", "leaf-gone"],
    )
    def test_root_that_was_altered_is_named(
        self, closed: Conversation, statement: str, sentence: str
    ) -> None:
        day = ChainRoot.objects.get().day.isoformat()
        by_sql(statement)

        code, said = verify()

        assert said.startswith(sentence.format(id=closed.pk, day=day)), said
        assert code == 1

    @pytest.mark.django_db(transaction=True)
    def test_root_that_was_taken_away_is_missed_by_the_next_one(self, closed: Conversation) -> None:
        later = datetime.now(UTC) + timedelta(days=2)
        close_day(later)
        by_sql("DELETE FROM messaging_chainroot WHERE day = (SELECT min(day) FROM"
               " messaging_chainroot)")  # fmt: skip

        _code, said = verify()

        assert said.startswith("daily root missing: ")

    @pytest.mark.django_db(transaction=True)
    def test_chain_that_was_cut_and_closed_again_differs_from_the_root(
        self, closed: Conversation
    ) -> None:
        before = ChainEntry.objects.get(conversation=closed, position=11)
        by_sql("DELETE FROM messaging_message WHERE seq = 5")
        by_sql("DELETE FROM messaging_chainentry WHERE position = 12")
        by_sql(
            "UPDATE messaging_conversation SET chain_length = 11, chain_head = %(head)s,"
            " chained_seq = 4, last_seq = 4",
            head=before.hash,
        )

        _code, said = verify()

        assert "the chain up to here is not the one of the root of" in said

    @pytest.mark.django_db(transaction=True)
    def test_conversation_that_is_gone_is_named(self, closed: Conversation) -> None:
        by_sql("DELETE FROM messaging_conversation")

        _code, said = verify()

        assert said.startswith(f"entry of the chain missing: conversation {closed.pk}")

"""Each day gets one root over all chains, and an authority stamps it with a time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from core import installation
from core.models import User
from messaging.actions.chain import close_day, stamp_roots
from messaging.actions.messages import send_message
from messaging.actions.reads import read_up_to
from messaging.chain import stamps
from messaging.chain.hashes import Leaf, tree_hash
from messaging.conversation.idempotency import Draft
from messaging.models import ChainEntry, ChainLeaf, ChainRoot, Conversation
from messaging.queries.chain import faults_of
from messaging.queries.chain_roots import faults_of_roots, leaves_of
from tests.at_once import at_once
from tests.cast import Say, in_another_conversation
from tests.messaging.chain.authority import Authority, running
from tests.messaging.chain.conftest import verify

pytestmark = pytest.mark.django_db

TOMORROW = datetime.now(UTC) + timedelta(days=1)


class TestClosing:
    def test_root_is_over_the_heads_of_all_conversations(
        self, lived: Conversation, yanis: User
    ) -> None:
        in_another_conversation(yanis)

        assert close_day(TOMORROW) == 2

        root = ChainRoot.objects.get()
        heads = [
            Leaf(each.pk, each.chain_length, bytes(each.chain_head or b""))
            for each in Conversation.objects.filter(chain_length__gt=0)
        ]
        assert root.day == timezone.now().astimezone(UTC).date()
        assert bytes(root.tree_hash) == tree_hash(heads)
        assert root.leaves == 2

    def test_day_is_closed_once(self, lived: Conversation) -> None:
        assert [close_day(TOMORROW), close_day(TOMORROW)] == [1, 0]

    def test_next_root_keeps_what_changed_and_follows_from_the_one_before(
        self, closed: Conversation, yanis: User
    ) -> None:
        in_another_conversation(yanis)
        close_day(TOMORROW + timedelta(days=1))

        first, second = ChainRoot.objects.order_by("day")
        assert bytes(second.previous_hash) == bytes(first.hash)
        assert (first.leaves, second.leaves) == (1, 2)
        assert ChainLeaf.objects.filter(root=second).count() == 1
        assert leaves_of(first).keys() < leaves_of(second).keys()
        assert list(faults_of_roots()) == []

    def test_without_a_conversation_there_is_no_root(self, db: None) -> None:
        assert close_day() == 0


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_thirty_who_write_and_read_at_once_leave_one_whole_chain(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        say(odile, "Bonjour")

        def write(number: int) -> None:
            author = (camille, odile)[number % 2]
            draft = Draft(body=f"Message {number}")
            message = send_message(
                author=author, conversation_id=conversation.pk, draft=draft
            ).message
            read_up_to(reader=odile, conversation=conversation, seq=message.seq)
            if number % 10 == 0:
                close_day(TOMORROW + timedelta(days=number))

        at_once(*[lambda number=number: write(number) for number in range(30)])

        conversation.refresh_from_db()
        messages = ChainEntry.objects.filter(kind="message").order_by("position")
        assert list(messages.values_list("number", flat=True)) == list(range(1, 33))
        assert conversation.chain_length == ChainEntry.objects.count()
        assert ChainRoot.objects.exists()
        assert list(faults_of(conversation)) == []
        assert verify()[0] == 0


@pytest.fixture
def authority(tmp_path: Path, settings: Settings) -> Iterator[Authority]:
    with running(tmp_path) as found:
        settings.TIMESTAMP_AUTHORITY_URL = found.url
        settings.TIMESTAMP_AUTHORITY_CERTIFICATES = found.roots
        yield found


class TestTimeStamps:
    def test_root_is_stamped_with_the_time_of_the_authority(
        self, closed: Conversation, authority: Authority
    ) -> None:
        before = timezone.now() - timedelta(seconds=2)

        assert stamp_roots() == 1

        root = ChainRoot.objects.get()
        assert root.stamped_at is not None
        assert before <= root.stamped_at <= timezone.now()
        assert root.stamp is not None
        assert stamps.checked(bytes(root.stamp), bytes(root.hash)) == root.stamped_at
        assert verify()[0] == 0

    def test_stamped_root_is_not_stamped_again(
        self, closed: Conversation, authority: Authority
    ) -> None:
        assert [stamp_roots(), stamp_roots()] == [1, 0]
        assert len(authority.asked) == 1

    def test_authority_gets_one_hash_alone(
        self, closed: Conversation, authority: Authority
    ) -> None:
        stamp_roots()

        assert len(authority.asked[0]) < 80

    def test_refusal_is_kept_in_its_words_and_asked_again_later(
        self, closed: Conversation, authority: Authority
    ) -> None:
        authority.accept("sha512")

        assert [stamp_roots(), stamp_roots()] == [0, 0]

        root = ChainRoot.objects.get()
        assert root.stamp is None
        assert root.stamp_error.startswith("refused (rejection): ")
        assert "not supported" in root.stamp_error
        assert len(authority.asked) == root.stamp_attempts == 1

        authority.accept("sha256")
        ChainRoot.objects.update(stamp_due_at=timezone.now())
        assert stamp_roots() == 1

    @pytest.mark.parametrize(
        ("says", "words"),
        [
            ((503, b"Come back later"), "HTTP 503: Come back later"),
            ((200, b"<html>Welcome</html>"), "no valid time stamp"),
            ((200, b""), "no valid time stamp"),
        ],
        ids=["refused", "no-stamp", "nothing"],
    )
    def test_what_is_no_stamp_is_not_kept(
        self, closed: Conversation, authority: Authority, says: tuple[int, bytes], words: str
    ) -> None:
        authority.says = says

        assert stamp_roots() == 0

        root = ChainRoot.objects.get()
        assert (root.stamp, root.stamp_error[: len(words)]) == (None, words)

    def test_old_answer_to_another_question_is_not_kept(
        self, closed: Conversation, authority: Authority
    ) -> None:
        stamps.ask(b"another root")
        authority.repeats = True

        assert stamp_roots() == 0
        assert "its nonce differs" in ChainRoot.objects.get().stamp_error

    def test_stamp_of_something_else_is_found(self, authority: Authority) -> None:
        stamp = stamps.ask(b"another root")

        with pytest.raises(stamps.NotStamped, match="its hash differs"):
            stamps.checked(stamp.answer, b"this root")

    def test_signature_of_another_authority_is_refused(
        self, closed: Conversation, authority: Authority, tmp_path: Path, settings: Settings
    ) -> None:
        (tmp_path / "other").mkdir()
        with running(tmp_path / "other") as other:
            settings.TIMESTAMP_AUTHORITY_CERTIFICATES = other.roots
            assert stamp_roots() == 0

        assert "no valid time stamp" in ChainRoot.objects.get().stamp_error

    def test_authority_that_is_away_is_asked_again(
        self, closed: Conversation, settings: Settings
    ) -> None:
        settings.TIMESTAMP_AUTHORITY_URL = "http://127.0.0.1:1/tsr"

        assert stamp_roots() == 0

        root = ChainRoot.objects.get()
        assert "refused" in root.stamp_error
        assert root.stamp_due_at is not None
        assert root.stamp_due_at > timezone.now()

    def test_without_an_authority_nobody_is_asked(
        self, closed: Conversation, authority: Authority, settings: Settings
    ) -> None:
        settings.TIMESTAMP_AUTHORITY_URL = ""

        assert stamp_roots() == 0
        assert (authority.asked, ChainRoot.objects.get().stamp_attempts) == ([], 0)

    def test_copy_asks_nobody(self, closed: Conversation, authority: Authority) -> None:
        installation.mark_as_copy("a test")

        assert stamp_roots() == 0
        with pytest.raises(installation.HeldBack):
            stamps.ask(b"root")
        assert authority.asked == []

"""Line: a mailbox that people read too is fetched whole, and what fails steps aside."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from messaging.models import Message
from notifications import actions
from notifications.inbound_email import intake
from notifications.models import InboundEmail, MailboxEmail, MailboxState
from tests.notifications.imap_server import ImapServer
from tests.notifications.inbound_email.letters import letter
from tests.notifications.mail_server import MailServer
from tests.notifications.steps import Killed, kill

pytestmark = pytest.mark.django_db(transaction=True)

OLD = letter("info@liaison.example", "Ancien").as_bytes()
DONE, REFUSED = "Traités", "Refusés"


def bodies() -> list[str]:
    return sorted(Message.objects.values_list("body", flat=True))


def count(mailbox: ImapServer, folder: str = "INBOX") -> int:
    return len(mailbox.seen(folder))


def read_all(mailbox: ImapServer) -> None:
    """Open every email in a mail program."""
    with mailbox.opened() as box:
        list(box.fetch(mark_seen=True))


def poll(times: int = 1) -> list[str]:
    """Poll as the task does. Return the errors, which the dashboard shows."""
    errors = []
    for _ in range(times):
        try:
            actions.poll_inbox()
        except Exception as error:
            errors.append(str(error))
    return errors


class TestReadByAPerson:
    def test_email_that_somebody_opened_is_fetched_all_the_same(
        self, address: str, mailbox: ImapServer
    ) -> None:
        poll()
        mailbox.put(letter(address, "Oui").as_bytes(), letter(address, "Non").as_bytes())
        read_all(mailbox)

        poll()

        assert bodies() == ["Non", "Oui"]
        assert (count(mailbox), mailbox.seen(DONE)) == (0, [True, True])

    def test_email_opened_while_it_waits_for_another_try_is_fetched(
        self, address: str, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailbox.put(letter(address, "Oui").as_bytes())
        with monkeypatch.context() as patched:
            patched.setattr(intake, "send_message", broken(ConnectionError("no storage")))
            assert poll() == ["no storage"]
        read_all(mailbox)

        poll()

        assert bodies() == ["Oui"]

    def test_first_look_takes_what_is_unseen_and_leaves_what_is_old(
        self, address: str, mailbox: ImapServer, mail_server: MailServer
    ) -> None:
        mailbox.put(OLD)
        read_all(mailbox)
        mailbox.put(letter(address, "Oui").as_bytes())

        poll(2)

        assert (bodies(), mailbox.seen()) == (["Oui"], [True])
        assert mail_server.letters == []

    def test_email_that_somebody_moved_away_is_no_error(
        self, address: str, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailbox.put(letter(address, "Oui").as_bytes())
        with monkeypatch.context() as patched:
            patched.setattr(intake, "send_message", broken(ConnectionError("no storage")))
            poll()
        with mailbox.opened() as box:
            box.delete(box.uids())

        assert poll() == []
        assert not MailboxEmail.objects.exists()


class TestFolders:
    def test_refused_email_goes_to_its_folder_and_a_letter_says_why(
        self, address: str, mailbox: ImapServer, mail_server: MailServer
    ) -> None:
        mailbox.put(letter(f"reply+{'a' * 26}@reponse.liaison.example").as_bytes())

        poll()

        assert [count(mailbox, each) for each in ("INBOX", DONE, REFUSED)] == [0, 0, 1]
        assert "Répondez plutôt" in mail_server.letters[0].get_content()

    @pytest.mark.parametrize("folder", ["Réponses reçues", 'R&D "2026"', ""])
    def test_folder_has_the_name_of_the_setting(
        self, address: str, mailbox: ImapServer, settings: Settings, folder: str
    ) -> None:
        settings.INBOUND_IMAP_DONE_FOLDER = folder
        mailbox.put(letter(address, "Oui").as_bytes())

        poll()

        assert mailbox.seen(folder or "INBOX") == [True]

    def test_folder_that_cannot_be_made_keeps_the_email_where_it_is(
        self, address: str, mailbox: ImapServer, settings: Settings
    ) -> None:
        settings.INBOUND_IMAP_DONE_FOLDER = "../outside"
        mailbox.put(letter(address, "Oui").as_bytes())

        assert poll(2) == []
        assert (bodies(), mailbox.seen()) == (["Oui"], [True])


class TestStepsAside:
    def test_email_that_fails_each_time_is_set_aside_and_its_sender_is_told(
        self, address: str, mailbox: ImapServer, mail_server: MailServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(intake, "send_message", broken(ValueError("bad")))
        mailbox.put(letter(address).as_bytes())

        errors = poll(7)

        assert errors == 5 * ["bad"]
        assert [count(mailbox, each) for each in ("INBOX", REFUSED)] == [0, 1]
        assert InboundEmail.objects.get().verdict == "failed"
        assert "n’avons pas pu le lire" in mail_server.letters[0].get_content()

    def test_email_that_was_set_aside_is_received_once_it_is_put_back(
        self, address: str, mailbox: ImapServer, mail_server: MailServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        with monkeypatch.context() as patched:
            patched.setattr(intake, "send_message", broken(ValueError("bad")))
            mailbox.put(letter(address, "Oui").as_bytes())
            poll(6)
        with mailbox.opened(REFUSED) as box:
            box.move(box.uids(), "INBOX")

        poll()

        assert bodies() == ["Oui"]

    def test_fifty_bad_emails_hold_back_no_good_one(
        self, address: str, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive = intake.receive

        def picky(raw: bytes) -> object:
            if b"bad" in raw:
                raise ConnectionError("no storage")
            return receive(raw)

        monkeypatch.setattr(intake, "receive", picky)
        mailbox.put(*[f"Subject: bad {n}\r\n\r\n".encode() for n in range(50)])
        mailbox.put(letter(address, "Oui").as_bytes())

        poll(2)

        assert bodies() == ["Oui"]
        assert count(mailbox) == 50


class TestCutsAndChanges:
    @pytest.mark.parametrize("at", ["_file", "_fetched"])
    def test_email_of_a_poll_that_was_killed_is_received_once(
        self, address: str, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        mailbox.put(letter(address, "Oui").as_bytes())
        with monkeypatch.context() as patched:
            patched.setattr(f"notifications.inbound_email.imap.{at}", kill)
            with pytest.raises(Killed):
                actions.poll_inbox()
        read_all(mailbox)
        # The lease of the worker that is gone has ended.
        MailboxEmail.objects.update(leased_until=None)

        poll()

        assert (bodies(), count(mailbox, DONE)) == (["Oui"], 1)

    def test_new_uidvalidity_starts_again_without_a_second_message(
        self, address: str, mailbox: ImapServer, settings: Settings
    ) -> None:
        settings.INBOUND_IMAP_DONE_FOLDER = ""
        first, second = (letter(address, each).as_bytes() for each in ("Oui", "Non"))
        mailbox.put(first)
        poll()
        # As a server that restored the folder: another UIDVALIDITY, and UIDs from 1 on.
        MailboxState.objects.update(uid_validity=1, last_uid=40)
        mailbox.put(second)
        read_all(mailbox)

        poll()

        assert bodies() == ["Non", "Oui"]
        assert MailboxState.objects.get().uid_validity != 1


def broken(error: Exception) -> Callable[..., None]:
    def raise_it(*_args: object, **_options: object) -> None:
        raise error

    return raise_it

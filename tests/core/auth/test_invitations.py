"""An invitation: the email, its link, and who may get one."""

import re
import time
from collections.abc import Callable
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from core.auth import invitations
from core.auth.invitations import CannotBeInvited
from core.models import PasswordReset, User
from notifications import actions
from tests.core.auth.test_password_reset import link_in, opened

NEW = "trois gravillons bleus"
DAY_SECONDS = 24 * 60 * 60
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]
Mails = list[EmailMultiAlternatives]


@pytest.fixture
def link(mailoutbox: Mails) -> Callable[[User], str]:
    """Give a function that invites a person and returns the link of the email."""

    def invited(person: User) -> str:
        invitations.invite(person)
        for asked in PasswordReset.objects.all():
            actions.send_password_reset(asked.pk)
        return link_in(mailoutbox[-1])

    return invited


class TestTheLink:
    def test_invited_person_chooses_a_password_and_logs_in(
        self, client: Browser, bruno: User, link: Callable[[User], str]
    ) -> None:
        form = opened(client, link(bruno))
        assert "Bienvenue, Bruno Morel" in form.content.decode()

        chosen = client.post(form.redirect_chain[-1][0], {"password": NEW})
        login_page = client.get(chosen.headers["Location"]).content.decode()
        logged_in = client.post("/login", {"email": "bruno@demo.test", "password": NEW})

        assert "Votre mot de passe est enregistré." in login_page
        assert logged_in.headers["Location"] == "/"

    def test_link_is_for_one_use(
        self, client: Browser, bruno: User, link: Callable[[User], str]
    ) -> None:
        address = link(bruno)
        client.post(opened(client, address).redirect_chain[-1][0], {"password": NEW})

        again = opened(Browser(), address)

        assert again.status_code == 400
        assert "n’est plus valable" in again.content.decode()

    @pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7.1, 400)])
    def test_link_is_valid_for_a_week(
        self, client: Browser, bruno: User, link: Callable[[User], str], days: float, status: int
    ) -> None:
        address = link(bruno)

        with time_machine.travel(time.time() + days * DAY_SECONDS):
            assert opened(client, address).status_code == status

    def test_link_of_a_deactivated_person_opens_nothing(
        self, client: Browser, bruno: User, link: Callable[[User], str]
    ) -> None:
        address = link(bruno)
        User.objects.filter(pk=bruno.pk).update(is_active=False)

        assert opened(client, address).status_code == 400

    @pytest.mark.parametrize("token", ["", "-", "abc", "é-x", "zzzzzzzzzzzzzzzz-x", "d1x-0" * 9])
    def test_invented_token_opens_nothing(self, bruno: User, token: str) -> None:
        assert not invitations.tokens.check_token(bruno, token)

    def test_token_of_a_forgotten_password_is_no_invitation(self, bruno: User) -> None:
        """Else one that is an hour old would be valid for a week."""
        address = invitations.link_for(bruno)
        assert invitations.tokens.check_token(bruno, address.rpartition("/")[2])

        reset = default_token_generator.make_token(bruno)
        assert not invitations.tokens.check_token(bruno, reset)

    def test_invited_person_whose_link_is_too_old_gets_another_by_the_login_page(
        self, client: Browser, bruno: User, link: Callable[[User], str], mailoutbox: Mails
    ) -> None:
        link(bruno)
        client.post("/password", {"email": "bruno@demo.test"})
        actions.send_password_reset(PasswordReset.objects.get().pk)

        assert opened(client, link_in(mailoutbox[-1])).status_code == 200


class TestTheEmail:
    @pytest.mark.parametrize(
        ("locale", "subject", "days"),
        [
            ("fr", "Bienvenue sur Liaison", "valable 7 jours"),
            ("en", "Welcome to Liaison", "valid for 7 days"),
        ],
    )
    def test_email_is_in_the_persons_language(
        self, bruno: User, link: Callable[[User], str], mailoutbox: Mails, locale: str,
        subject: str, days: str,
    ) -> None:  # fmt: skip
        bruno.locale = locale
        bruno.save()

        link(bruno)

        (mail,) = mailoutbox
        assert mail.subject.startswith(subject)
        assert days in str(mail.body)
        assert days in re.sub(r"\s+", " ", str(mail.alternatives[0][0]))

    def test_invitation_that_waited_too_long_is_not_sent(
        self, bruno: User, mailoutbox: Mails
    ) -> None:
        invitations.invite(bruno)
        User.objects.filter(pk=bruno.pk).update(is_active=False)

        actions.send_password_reset(PasswordReset.objects.get().pk)

        assert (mailoutbox, PasswordReset.objects.count()) == ([], 0)


class TestWhoIsInvited:
    def test_person_who_has_logged_in_is_not(self, camille_with_password: User) -> None:
        Browser().force_login(camille_with_password)
        camille_with_password.refresh_from_db()

        with pytest.raises(CannotBeInvited):
            invitations.invite(camille_with_password)

        assert not PasswordReset.objects.exists()

    def test_deactivated_person_is_not(self, bruno: User) -> None:
        bruno.is_active = False
        bruno.save()

        with pytest.raises(CannotBeInvited):
            invitations.invite(bruno)


class TestCreateManager:
    def run(self, *arguments: str) -> str:
        output = StringIO()
        call_command("create_manager", *arguments, stdout=output)
        return output.getvalue()

    def test_link_that_is_printed_makes_a_manager_who_opens_the_admin(
        self, client: Browser, mailoutbox: Mails
    ) -> None:
        said = self.run("Ada@Exemple.fr", "Ada Martin")
        (link,) = re.findall(r"http://\S+", said)

        client.post(opened(client, link).redirect_chain[-1][0], {"password": NEW})
        client.post("/login", {"email": "ada@exemple.fr", "password": NEW})

        assert client.get(reverse("admin:index")).status_code == 200
        assert User.objects.get().role == User.Role.MANAGER

    @pytest.mark.parametrize("is_configured", [True, False])
    def test_email_leaves_where_email_is_configured(
        self, settings: Settings, mailoutbox: Mails, is_configured: bool
    ) -> None:
        settings.EMAIL_IS_CONFIGURED = is_configured

        said = self.run("ada@exemple.fr", "Ada")

        assert PasswordReset.objects.exists() == is_configured
        assert ("part à ada@exemple.fr" in said) == is_configured

    def test_lost_link_is_printed_anew(self, client: Browser) -> None:
        self.run("ada@exemple.fr", "Ada")
        (link,) = re.findall(r"http://\S+", self.run("ada@exemple.fr", "Ada"))

        assert opened(client, link).status_code == 200
        assert User.objects.count() == 1

    def test_person_of_another_role_and_what_is_no_address_are_refused(self, camille: User) -> None:
        for email in ("camille@demo.test", "ada", ""):
            with pytest.raises(CommandError):
                self.run(email, "Ada")
        camille.refresh_from_db()
        assert camille.role == User.Role.CLIENT

    def test_manager_with_a_password_gets_no_second_way_in(self, marc: User) -> None:
        marc.set_password(NEW)
        marc.save()
        Browser().force_login(marc)

        with pytest.raises(CommandError, match="mot de passe"):
            self.run("marc@demo.test", "Marc")

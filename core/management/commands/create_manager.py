from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.auth import invitations
from core.auth.first_manager import create_manager
from core.models import User
from core.text import one_line


class Command(BaseCommand):
    help = (
        "Create a manager who may enter the admin, and print the link to choose a password. For "
        "one who has never logged in, print another link."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        manager = User.objects.filter(email=email).first() or _new(email, one_line(name))
        if manager.role != User.Role.MANAGER:
            raise CommandError(
                _("%(name)s has this email and is no manager: change the role in the admin.")
                % {"name": manager.name}
            )
        if not invitations.can_be_invited(manager):
            raise CommandError(
                _("%(name)s has a password already: a forgotten one is replaced at %(url)s.")
                % {"name": manager.name, "url": f"{settings.PUBLIC_URL}/password"}
            )
        link = invitations.link_for(manager)
        if settings.EMAIL_IS_CONFIGURED:
            invitations.invite(manager)
            self.stdout.write(_("An email with a link leaves to %s.") % manager.email)
        self.stdout.write(_("Valid for seven days and one use, to choose a password:"))
        self.stdout.write(link)


def _new(email: str, name: str) -> User:
    try:
        User(email=email, name=name, role=User.Role.MANAGER).clean_fields(exclude=["password"])
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return create_manager(email=email, name=name)
